"""What one head does, recorded and carried out for all heads by the kernels of a single head.

vmap turns a linear layer into a batched matrix product, and kernels of batches may add in another
order than those of a single matrix: whether they do depends on sizes and processor. Here each
operation of a single head is stacked if that gives the digits that it has by itself; if not, it
is called once a head, on that head's tensors, as the head by itself would.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch.func import vmap
from torch.utils._pytree import tree_flatten, tree_unflatten

from albench.learn.kernel_verdicts import KernelVerdicts
from albench.learn.recorded_program import ProgramRecorder, part_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Tensors = list[torch.Tensor]

_INTO = {
    torch.ops.aten.mm.default: torch.ops.aten.mm.out,
    torch.ops.aten.addmm.default: torch.ops.aten.addmm.out,
}
"""Matrix products, and what writes them into a given tensor."""

_EXACT = frozenset(
    getattr(torch.ops.aten, name)
    for name in ("add", "sub", "mul", "div", "neg", "relu", "threshold_backward", "where")
)
"""Operations on single numbers that are rounded once, hence alike by whatever instructions."""

_UNROLLED = 2 * 16
"""How many numbers torch's loops take at a time; what is left goes through other instructions."""

_ALIGNED_BYTES = 64
"""Where torch puts a tensor of its own; matrix products look at it to choose their kernels."""

_NUMBERS = 256
"""On how many numbers at least an operation is tried."""

_SEED = 3
"""Of the numbers on which an operation is tried: any do, but zeros would hide other digits."""


def lift(
    function: Callable[[Tensors], Sequence[torch.Tensor]], inputs: Tensors
) -> Callable[..., Tensors]:
    """Return a function of one head's tensors as a function of the stacked tensors of all heads.

    Parameters
    ----------
    function : callable
        Takes the tensors of one head and returns tensors. It must do the same whatever their
        values are: the caller has made sure that vmap accepts it.
    inputs : list of Tensor, shape (n_heads, *shape)
        Contiguous, of the shapes for which the result will hold.

    Returns
    -------
    callable
        Takes the inputs one by one; returns what `function` returns, of all heads.
    """
    single = [values[0].clone() for values in inputs]
    recorded = ProgramRecorder(single)
    with recorded:
        outputs = function(single)
    recorded.end(outputs)
    recorder = ProgramRecorder(inputs)
    with torch.no_grad():
        recorder.end(_Lifting(recorder, len(inputs[0])).run(recorded, inputs))
    return recorder.program().forward


VERDICTS = KernelVerdicts(Path(__file__))
"""Whether operations have the digits of a head by itself, by all that decides about their kernels.

The streams of a network are alike, and so are rounds, repetitions and runs.
"""


class _Lifting:
    """Carries out one head's program for all heads, and records that."""

    def __init__(self, recorder: ProgramRecorder, n_heads: int) -> None:
        self._recorder, self._n_heads = recorder, n_heads
        self._generator = torch.Generator().manual_seed(_SEED)

    def run(self, recorded: ProgramRecorder, inputs: Tensors) -> Tensors:
        """Return the stacked outputs."""
        results: dict[torch.fx.Node, Any] = {}  # whatever operations return
        stacked: set[torch.fx.Node] = set()
        remaining = iter(inputs)
        outputs: Tensors = []
        for node in recorded.graph.nodes:
            if node.op == "placeholder":
                results[node] = next(remaining)
                stacked.add(node)
            elif node.op == "get_attr":
                results[node] = getattr(recorded.constants, node.target)
            elif node.op == "output":
                outputs = [
                    results[each] if each in stacked else self._for_all(results[each])
                    for each in node.args[0]
                ]
            else:
                results[node] = self._done(node, results, stacked)
        return outputs

    def _done(
        self, node: torch.fx.Node, results: dict[torch.fx.Node, Any], stacked: set[torch.fx.Node]
    ) -> Any:
        leaves, structure = tree_flatten((node.args, node.kwargs))
        is_stacked = [isinstance(each, torch.fx.Node) and each in stacked for each in leaves]
        values = [results[each] if isinstance(each, torch.fx.Node) else each for each in leaves]
        if any(is_stacked):
            stacked.add(node)
        if node.target is part_of:
            return values[0][values[1]]
        call = _Call(node.target, structure, tuple(is_stacked))
        if not any(is_stacked):
            with self._recorder:
                return call.once(values)
        if self._is_exact(call, values):
            with self._recorder:
                return call.stacked(values)
        return self._recorder.carried_out(call.looped, tuple(values))

    def _for_all(self, tensor: torch.Tensor) -> torch.Tensor:
        with self._recorder:
            return tensor.expand(self._n_heads, *tensor.shape).contiguous()

    def _is_exact(self, call: _Call, values: Sequence[Any]) -> bool:
        """Return whether an operation that is stacked has the digits of each head by itself.

        Where two orders of adding give few numbers, these may agree by chance: more are drawn.
        """
        if call.is_surely_exact:
            return True
        if call.has_remainder(values):
            return False
        key = call.key(values)
        if key is None:
            return self._is_same_when_tried(call, values)
        return VERDICTS.get(key, lambda: self._is_same_when_tried(call, values))

    def _is_same_when_tried(self, call: _Call, values: Sequence[Any]) -> bool:
        n_numbers = 0
        while n_numbers < _NUMBERS:
            tried = [self._noise(each) for each in values]
            try:
                pairs = self._pairs(call, tried)
            except (RuntimeError, ValueError):  # vmap refuses it, or that a result is None
                return False
            if not all(_is_same(stacked, alone) for stacked, alone in pairs):
                return False
            n_numbers += sum(max(1, alone.numel()) for _, alone in pairs)
        return True

    def _pairs(self, call: _Call, values: Sequence[Any]) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Return results of heads out of a stack, each with that of the head by itself."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # vmap loops itself, where it has no rule
            stacked = tree_flatten(call.stacked([_copy(each) for each in values]))[0]
        return [
            (got[row], wanted)
            for row in self._tried_heads(call, values)
            for got, wanted in zip(
                stacked,
                tree_flatten(call.alone([_copy(each) for each in values], row))[0],
                strict=True,
            )
            if isinstance(wanted, torch.Tensor)
        ]

    def _tried_heads(self, call: _Call, values: Sequence[Any]) -> list[int]:
        rows = {0, self._n_heads // 2, self._n_heads - 1}
        # Parts of a stack may lie where no tensor of its own does; that recurs within 16 heads.
        if not all(_is_aligned(values[place]) for place in call.places):
            rows |= set(range(min(self._n_heads, 16)))
        return sorted(rows)

    def _noise(self, value: Any) -> Any:
        """Return random numbers in the layout of a tensor; whole numbers and the rest as it is."""
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            return value
        drawn = torch.randn(value.shape, generator=self._generator)
        return torch.empty_like(value, memory_format=torch.preserve_format).copy_(drawn)


class _Call:
    """An operation with the places of its tensors.

    Parameters
    ----------
    operation : callable
        Of torch.
    structure : TreeSpec
        Of its arguments.
    is_stacked : tuple of bool
        Which of them have the axis of heads.
    """

    def __init__(self, operation: Any, structure: Any, is_stacked: tuple[bool, ...]) -> None:
        self._operation, self._structure = operation, structure
        self.places = [place for place, each in enumerate(is_stacked) if each]
        _, plain = tree_flatten((tuple(is_stacked), {}))
        self._is_plain = structure == plain
        self._is_pointwise = torch.Tag.pointwise in getattr(operation, "tags", ())

    def once(self, values: Sequence[Any]) -> Any:
        """Return what it gives."""
        if self._is_plain:  # the usual case, at every update of every head
            return self._operation(*values)
        args, kwargs = tree_unflatten(values, self._structure)
        return self._operation(*args, **kwargs)

    @property
    def is_surely_exact(self) -> bool:
        """Whether it computes nothing, or single numbers that are rounded once."""
        is_view = bool(getattr(self._operation, "is_view", False))
        return is_view or getattr(self._operation, "overloadpacket", None) in _EXACT

    def has_remainder(self, values: Sequence[Any]) -> bool:
        """Return whether the last numbers of a head go through other instructions than in a stack.

        Few of them have other digits then, so that trying would not show it.
        """
        if not self._is_pointwise:
            return False
        sizes: list[int] = [values[place][0].numel() for place in self.places]
        return bool(max(sizes) % _UNROLLED)

    def key(self, values: Sequence[Any]) -> Any:
        """Return what its digits depend on beside random numbers; None where values are more."""
        layouts = [_layout(each) for each in values]
        if any(each is None for each in layouts):
            return None
        return str(self._operation), str(self._structure), tuple(self.places), tuple(layouts)

    def stacked(self, values: Sequence[Any]) -> Any:
        """Return what it gives for all heads at once."""
        if self._goes_by_numbers(values):
            return self.once(values)

        def of(*given: torch.Tensor) -> Any:
            return self.once(self._with(values, given))

        return vmap(of)(*[values[place] for place in self.places])

    def _goes_by_numbers(self, values: Sequence[Any]) -> bool:
        """Return whether the axis of heads is one axis more, for which vmap is not needed."""
        if not self._is_pointwise:
            return False
        tensors = {
            place: value for place, value in enumerate(values) if isinstance(value, torch.Tensor)
        }
        ranks = {tensors[place].ndim for place in self.places}
        rest = [value.ndim for place, value in tensors.items() if place not in self.places]
        # Of several types, the one of the answer depends on how many axes there are.
        n_types = len({value.dtype for value in tensors.values()})
        return len(ranks) == n_types == 1 and max(rest, default=0) < min(ranks)

    def alone(self, values: Sequence[Any], row: int) -> Any:
        """Return what it gives for a head by itself, whose tensors are nobody's part."""
        return self.once(self._with(values, [_copy(values[place][row]) for place in self.places]))

    def by_heads(self, *values: Any) -> Any:
        """Return what it gives for all heads, called once for each."""
        heads = list(zip(*[_rows(values[place]) for place in self.places], strict=True))
        answers = [self.once(self._with(values, given)) for given in heads]
        if isinstance(answers[0], torch.Tensor):
            return torch.stack(answers)
        return [
            torch.stack(parts) if isinstance(parts[0], torch.Tensor) else parts[0]
            for parts in zip(*answers, strict=True)
        ]

    def product_by_heads(self, *values: Any) -> torch.Tensor:
        """Return a matrix product of all heads, each written where it belongs."""
        heads = list(zip(*[_rows(values[place]) for place in self.places], strict=True))
        first: torch.Tensor = self._operation(*self._with(values, heads[0]))
        answers = first.new_empty(len(heads), *first.shape)
        if not _is_aligned(answers):
            alone: torch.Tensor = self.by_heads(*values)
            return alone
        into = _INTO[self._operation]
        for given, answer in zip(heads, answers.unbind(), strict=True):
            into(*self._with(values, given), out=answer)
        return answers

    @property
    def looped(self) -> Callable[..., Any]:
        """What carries it out head by head."""
        is_product = self._is_plain and self._operation in _INTO
        return self.product_by_heads if is_product else self.by_heads

    def _with(self, values: Sequence[Any], given: Sequence[torch.Tensor]) -> list[Any]:
        mixed = list(values)
        for place, value in zip(self.places, given, strict=True):
            mixed[place] = value
        return mixed


def _layout(value: Any) -> Any:
    """Return what tells kernels apart; None of tensors that are tried with the values they have."""
    if not isinstance(value, torch.Tensor):
        return type(value), repr(value)
    if not value.is_floating_point():
        return None
    offset = value.storage_offset() * value.element_size() % _ALIGNED_BYTES
    return tuple(value.shape), value.stride(), offset, value.dtype, value.device


def _is_aligned(stacked: torch.Tensor) -> bool:
    """Return whether each head's part lies where a tensor of its own would."""
    size = stacked.element_size()
    return not (
        stacked.stride(0) * size % _ALIGNED_BYTES
        or stacked.storage_offset() * size % _ALIGNED_BYTES
    )


def _rows(stacked: torch.Tensor) -> Sequence[torch.Tensor]:
    """Return each head's part, as it would lie by itself."""
    rows = stacked.unbind()
    return rows if _is_aligned(stacked) else [row.clone() for row in rows]


def _copy(value: Any) -> Any:
    return value.clone() if isinstance(value, torch.Tensor) else value


def _is_same(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    return actual.shape == expected.shape and torch.allclose(
        actual, expected, rtol=0, atol=0, equal_nan=True
    )
