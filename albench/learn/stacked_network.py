"""Networks of one make as a single one, whose weights have one more axis: a head each."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn import functional
from torch.nn.modules.batchnorm import _BatchNorm

from albench.errors import NotStackable
from albench.learn.beside_tensors import held_beside_tensors
from albench.learn.dropout_masks import MaskedDropout
from albench.learn.lifted_program import lift
from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from albench.api.model import Network
    from albench.learn.dropout_masks import Mask

    Tensors = dict[str, torch.Tensor]

_Answer = TypeVar("_Answer")

_SEED = 5
"""Of the masks with which dropout is tried: any will do."""

GPU_TOLERANCE = 1e-5
"""How far gradients may differ on a GPU, whose kernels are chosen by size; on a CPU not at all."""


@dataclass(frozen=True, eq=False, kw_only=True)
class StackedBatch:
    """A batch of every head.

    Parameters
    ----------
    samples : dict of str to Tensor, shape (n_heads, n, *shape)
        Of each modality, contiguous.
    targets : Tensor of int64, shape (n_heads, n)
        Class numbers.
    class_weights : Tensor, shape (n_heads, n_classes), or None
        Of each head's loss.
    masks : sequence of Tensor, shape (n_heads, *shape)
        Of dropout, in the order in which a pass asks for them.
    """

    samples: Tensors
    targets: torch.Tensor
    class_weights: torch.Tensor | None = None
    masks: Sequence[torch.Tensor] = ()

    @property
    def key(self) -> tuple[tuple[int, ...], ...]:
        """The shapes for which an update is recorded."""
        return tuple(tuple(values.shape) for values in self.samples.values())

    def row(self, number: int) -> StackedBatch:
        """Return the batch of one head, without the axis of heads and in memory of its own."""
        weights = self.class_weights
        return StackedBatch(
            samples={name: values[number].clone() for name, values in self.samples.items()},
            targets=self.targets[number].clone(),
            class_weights=None if weights is None else weights[number].clone(),
            masks=[mask[number].clone() for mask in self.masks],
        )


class StackedNetwork:
    """What computes gradients and logits of many heads at once.

    Parameters
    ----------
    network : Network
        Any of them. It is copied; weights are handed in with every call.

    Raises
    ------
    NotStackable
        If its layers say that it cannot be stacked.
    """

    def __init__(self, network: Network) -> None:
        _require_stackable(network)
        self._as_given = _Update(copy.deepcopy(network))
        self._update = _Update(copy.deepcopy(network))
        self._dropout = MaskedDropout(self._update)
        self._learnable = [
            name for name, weight in network.named_parameters() if weight.requires_grad
        ]
        self._gradients: dict[Any, _Gradients] = {}
        self._logits: dict[Any, Callable[..., list[torch.Tensor]]] = {}
        self._masks: dict[Any, list[Mask]] = {}

    def masks(self, batch: StackedBatch) -> list[Mask]:
        """Return which masks an update of one head on such a batch asks for.

        Parameters
        ----------
        batch : StackedBatch
            Without masks.

        Returns
        -------
        list of Mask
            In their order.
        """
        if batch.key not in self._masks:
            row = batch.row(0)
            self._set_training(True)
            with torch.no_grad():
                used = self._dropout.masks_in(lambda: self._update.loss(row.samples, row.targets))
            self._masks[batch.key] = used
        return self._masks[batch.key]

    def gradients(self, state: Tensors, batch: StackedBatch) -> Tensors:
        """Return the gradient of each head's loss by its own weights.

        Parameters
        ----------
        state : dict of str to Tensor, shape (n_heads, *shape)
            All weights and buffers.
        batch : StackedBatch
            Of all heads, with masks.

        Returns
        -------
        dict of str to Tensor, shape (n_heads, *shape)
            Of the weights that take part. The same bits as of each head by itself.

        Raises
        ------
        NotStackable
            If torch cannot stack what the network does, or gets other digits that way.
        """
        coefficients = _coefficients(batch)
        self._set_training(True)
        inputs = [*state.values(), *batch.samples.values(), batch.targets, coefficients]
        inputs += batch.masks
        if batch.key not in self._gradients:
            self._gradients[batch.key] = self._recorded(state, batch, inputs)
        return self._gradients[batch.key].of(inputs)

    def logits(self, state: Tensors, samples: Tensors) -> torch.Tensor:
        """Return the logits of every head before the softmax, without dropout.

        `state` is as of `gradients`; `samples` are ``(n_heads, n, *shape)`` of each modality, and
        logits ``(n_heads, n, n_classes)``. Raises `NotStackable` if torch cannot stack what the
        network does in evaluation mode, or gets other digits than of each head by itself.
        """
        names, modalities = list(state), list(samples)

        def one(*tensors: torch.Tensor) -> torch.Tensor:
            weights = dict(zip(names, tensors, strict=False))
            given = dict(zip(modalities, tensors[len(names) :], strict=True))
            answer: torch.Tensor = functional_call(self._update.network, weights, (given,))
            return answer.float()

        self._set_training(False)
        inputs = [*state.values(), *samples.values()]
        key = tuple(tuple(values.shape) for values in samples.values())
        if key not in self._logits:
            _unless_refused(lambda: vmap(one)(*inputs))
            play = _unless_refused(lambda: lift(lambda tensors: [one(*tensors)], inputs))
            _require_same_logits(play(*inputs)[0], one, inputs)
            self._logits[key] = play
        return self._logits[key](*inputs)[0]

    def _set_training(self, wanted: bool) -> None:
        if self._update.training != wanted:  # a walk through all layers
            self._update.train(wanted)

    def _recorded(
        self, state: Tensors, batch: StackedBatch, inputs: list[torch.Tensor]
    ) -> _Gradients:
        names, modalities = list(state), list(batch.samples)
        learnable, n_samples = self._learnable, len(modalities)

        def loss(learned: Tensors, rest: Tensors, *others: torch.Tensor) -> torch.Tensor:
            samples = dict(zip(modalities, others, strict=False))
            targets, coefficients, *masks = others[n_samples:]
            self._dropout.hand_in(masks)
            weights = {f"network.{name}": value for name, value in {**learned, **rest}.items()}
            answer: torch.Tensor = functional_call(
                self._update, weights, (samples, targets, coefficients)
            )
            return answer

        exact = self._one_by_one(state, batch)
        used = [name for name in learnable if exact[0][name] is not None]

        def at_once(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
            given = dict(zip(names, tensors, strict=False))
            learned = {name: given.pop(name) for name in used}
            answer = vmap(grad(loss))(learned, given, *tensors[len(names) :])
            return [answer[name] for name in used]

        def of_one(tensors: list[torch.Tensor]) -> list[torch.Tensor]:
            given = dict(zip(names, tensors, strict=False))
            learned = {name: given.pop(name).requires_grad_() for name in used}
            answer = loss(learned, given, *tensors[len(names) :])
            return list(torch.autograd.grad(answer, list(learned.values())))

        _unless_refused(lambda: at_once(inputs))
        program = _Gradients(used, _unless_refused(lambda: lift(of_one, inputs)))
        self._require_same_dropout(state, batch)
        odd = _odd_gradient(program.of(inputs), exact)
        if odd is not None:
            raise NotStackable(
                f"the gradient of {odd} on a batch of {batch.targets.shape[1]} has other digits "
                "when it is stacked"
            )
        return program

    def _one_by_one(
        self, state: Tensors, batch: StackedBatch
    ) -> dict[int, dict[str, torch.Tensor | None]]:
        """Return the gradients of the first head, one in the middle and the last, by autograd.

        Raises `NotStackable` if the network changes more in a pass than the optimiser does after
        it: of weights and buffers, the stack takes over nothing else.
        """
        held = held_beside_tensors(self._update.network)
        answers: dict[int, dict[str, torch.Tensor | None]] = {}
        for number in _compared_heads(len(batch.targets)):
            row = batch.row(number)
            self._dropout.hand_in(row.masks)
            weights = {name: values[number] for name, values in state.items()}
            answers[number] = self._gradients_of(self._update, weights, row)
        for name, told in held_beside_tensors(self._update.network).items():
            if held.get(name, told) != told:
                raise _changes(name)
        return answers

    def _gradients_of(
        self, update: _Update, weights: Tensors, row: StackedBatch
    ) -> dict[str, torch.Tensor | None]:
        """Return a head's gradients, through the loss as training has it."""
        given = {name: values.detach().clone() for name, values in weights.items()}
        learned = [given[name].requires_grad_() for name in self._learnable]
        handed = {f"network.{name}": value for name, value in given.items()}
        update.train()  # as before each update of a single training
        loss = functional_call(
            update,
            handed,  # torch puts there what the network sets anew
            (row.samples, row.targets),
            {"class_weights": row.class_weights},
        )
        _require_unchanged(weights, {name: handed[f"network.{name}"] for name in given})
        gradients = torch.autograd.grad(loss, learned, allow_unused=True)
        return dict(zip(self._learnable, gradients, strict=True))

    def _require_same_dropout(self, state: Tensors, batch: StackedBatch) -> None:
        """Raise if torch's own layers drop otherwise than masks do that are handed in."""
        if not batch.masks or batch.targets.device.type != "cpu":
            return  # on a GPU, masks are drawn by the processor's generator
        row = batch.row(0)
        weights = {name: values[0] for name, values in state.items()}
        with torch_seeded(_SEED):
            expected = self._gradients_of(self._as_given, weights, row)
        generator = torch.Generator().manual_seed(_SEED)
        self._dropout.hand_in([mask.draw(generator) for mask in self.masks(batch)])
        found = self._gradients_of(self._update, weights, row)
        if not all(_are_alike(found[name], expected[name]) for name in self._learnable):
            raise NotStackable(
                "its dropout comes out otherwise with masks that are drawn for a stack"
            )


@dataclass(frozen=True, eq=False)
class _Gradients:
    names: list[str]
    play: Callable[..., list[torch.Tensor]]

    def of(self, inputs: Sequence[torch.Tensor]) -> Tensors:
        """Return the stacked gradients by name."""
        return dict(zip(self.names, self.play(*inputs), strict=True))


class _Update(nn.Module):
    """A network with its loss, so that both are called with the same weights handed in."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(
        self,
        samples: Mapping[str, torch.Tensor],
        targets: torch.Tensor,
        coefficients: torch.Tensor | None = None,
        class_weights: torch.Tensor | None = None,
    ) -> torch.Tensor:
        logits = self.network(samples).float()
        if coefficients is None:
            loss = functional.cross_entropy(logits, targets, weight=class_weights)
        else:
            chosen = torch.log_softmax(logits, 1).gather(1, targets[:, None])[:, 0]
            loss = -(chosen * coefficients).sum()
        auxiliary = getattr(self.network, "auxiliary_loss", None)
        return loss if auxiliary is None else loss + auxiliary(targets)

    def loss(self, samples: Mapping[str, torch.Tensor], targets: torch.Tensor) -> torch.Tensor:
        """Return the loss with the weights that it has."""
        answer: torch.Tensor = self(samples, targets)
        return answer


def _coefficients(batch: StackedBatch) -> torch.Tensor:
    """Return what each candidate's log-probability counts in its head's loss, ``(n_heads, n)``.

    Torch's own loss divides by the sum of the weights of a batch. vmap would add them up in another
    order; here they are added by the operation that training uses.
    """
    targets, weights = batch.targets, batch.class_weights
    if weights is None:
        n = targets.shape[1]
        return (
            (1 / torch.tensor(float(n), device=targets.device)).expand(targets.shape).contiguous()
        )
    of_sample = weights.gather(1, targets)
    blank = weights.new_zeros(targets.shape[1], weights.shape[1])
    totals = [
        torch.ops.aten.nll_loss_forward(blank, each, weight, 1, -100)[1]  # 1: mean; -100: no class
        for each, weight in zip(targets, weights, strict=True)
    ]
    return of_sample * (1 / torch.stack(totals))[:, None]


def _require_stackable(network: Network) -> None:
    for layer in network.modules():
        if isinstance(layer, _BatchNorm):
            raise NotStackable("batch normalisation changes its statistics in training")
    for name, weight in network.named_parameters():
        if weight._backward_hooks or weight._post_accumulate_grad_hooks:
            raise NotStackable(f"it has a hook on {name}, which a stack would not call")


def _require_unchanged(before: Tensors, after: Tensors) -> None:
    for name, values in before.items():
        now = after[name]
        # NaN is what it was, though it equals nothing.
        if now.shape != values.shape or not bool(((now == values) | (values != values)).all()):
            raise _changes(name)


def _changes(name: str) -> NotStackable:
    return NotStackable(f"it changes {name} in training, beside the optimiser")


def _unless_refused(function: Callable[[], _Answer]) -> _Answer:
    """Return what a function gives, or raise `NotStackable` if torch refuses it.

    vmap is asked before anything is recorded: what decides by values must not be.
    """
    try:
        return function()
    # Values that decide, changes in place, random numbers and views of heads that lie in another
    # order are refused by errors of several classes, and a plugin's network may raise others.
    except Exception as error:
        raise NotStackable(_refusal(error)) from error


_REFUSALS = {
    "data-dependent control flow": "what it does depends on values: a branch, .item() or the like",
    "random operation": "it draws random numbers otherwise than by layers of torch.nn.Dropout",
    "Cannot access data pointer": "it takes values out of torch, to NumPy or the like",
}
"""What torch says of a network that it cannot stack, in part, and what that means."""


def _refusal(error: Exception) -> str:
    text = str(error)
    for part, meaning in _REFUSALS.items():
        if part in text:
            return meaning
    return f"torch cannot stack it: {_first_line(error)}"


def _odd_gradient(
    stacked: Tensors, exact: Mapping[int, Mapping[str, torch.Tensor | None]]
) -> str | None:
    """Return the name of a gradient that is not what heads have by themselves, if there is one."""
    for number, gradients in exact.items():
        for name, values in stacked.items():
            if not _are_alike(values[number], gradients[name]):
                return name
    return None


def _require_same_logits(
    stacked: torch.Tensor, one: Callable[..., torch.Tensor], inputs: Sequence[torch.Tensor]
) -> None:
    for number in _compared_heads(len(stacked)):
        with torch.no_grad():
            alone = one(*[values[number].clone() for values in inputs])
        if not _are_equal(stacked[number], alone):
            raise NotStackable(
                f"the logits of a batch of {stacked.shape[1]} have other digits when they are "
                "stacked"
            )


def _compared_heads(n_heads: int) -> list[int]:
    """Return the first head, one in the middle and the last."""
    return sorted({0, n_heads // 2, n_heads - 1})


def _are_alike(values: torch.Tensor | None, expected: torch.Tensor | None) -> bool:
    """Return whether gradients are equal, or a weight takes part on neither side."""
    if values is None or expected is None:
        return values is expected
    return _are_equal(values, expected)


def _are_equal(values: torch.Tensor, expected: torch.Tensor) -> bool:
    tolerance = 0.0 if values.device.type == "cpu" else GPU_TOLERANCE
    return torch.allclose(values, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def _first_line(error: Exception) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0][:200]}" if text else type(error).__name__
