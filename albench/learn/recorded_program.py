"""A function of tensors, run once and recorded as the list of operations that it came to.

What torch.func does to a function (vmap, grad) costs several times the arithmetic of a small
network, and is the same work at every update. Played from the record, an update is its kernels
alone: the same kernels in the same order on tensors of the same shapes, hence the same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RESHAPES = ("aten::expand", "aten::view", "aten::_unsafe_view")


class ProgramRecorder(TorchDispatchMode):
    """Writes every operation that reaches a kernel into a graph, and carries it out.

    Parameters
    ----------
    inputs : list of Tensor
        Of the function that is recorded.
    """

    def __init__(self, inputs: Sequence[torch.Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        self.graph = fx.Graph()
        self.constants = torch.nn.Module()
        # By identity; the tensors are kept, so that no other one can get the number of a dead one.
        self._nodes: dict[int, tuple[torch.Tensor, fx.Node]] = {}
        for number, tensor in enumerate(inputs):
            self._know(tensor, self.graph.placeholder(f"input_{number}"))

    def node_of(self, tensor: torch.Tensor) -> fx.Node:
        """Return the node of a tensor; one that no recorded operation made is a constant."""
        if id(tensor) not in self._nodes:
            name = f"constant_{len(self._nodes)}"
            self.constants.register_buffer(name, tensor)
            self._know(tensor, self.graph.get_attr(name))
        return self._nodes[id(tensor)][1]

    def end(self, outputs: Sequence[torch.Tensor]) -> None:
        """End the record with what the function has returned, and drop what that does not need.

        Parameters
        ----------
        outputs : sequence of Tensor
            In the order in which they will be returned.
        """
        self.graph.output([self.node_of(tensor) for tensor in outputs])
        self.graph.eliminate_dead_code()

    def program(self) -> fx.GraphModule:
        """Return what has been recorded, after its `end`, as a module.

        Returns
        -------
        GraphModule
            Its ``forward`` takes the inputs one by one.
        """
        return fx.GraphModule(self.constants, self.graph)

    def carried_out(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """Return what a function gives, and record it as one operation.

        Parameters
        ----------
        function : callable
            What will be called when the record is played.
        args : tuple
            Tensors and whatever else it takes.

        Returns
        -------
        Tensor, or sequence of them
            Its answer.
        """
        result = function(*args)
        self._note(function, args, {}, result)
        return result

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # torch's
        del types
        result = func(*args, **(kwargs or {}))
        if _changes_nothing(func, args, result):
            self._know(result, self.node_of(args[0]))
            return result
        self._note(func, args, kwargs or {}, result)
        return result

    def _note(self, function: Any, args: Any, kwargs: Any, result: Any) -> None:
        node = self.graph.call_function(
            function, tree_map(self._as_node, args), tree_map(self._as_node, kwargs)
        )
        if isinstance(result, torch.Tensor):
            self._know(result, node)
        elif isinstance(result, tuple | list):
            for number, part in enumerate(result):
                if isinstance(part, torch.Tensor):
                    self._know(part, self.graph.call_function(part_of, (node, number)))

    def _as_node(self, value: Any) -> Any:  # whatever operations take
        return self.node_of(value) if isinstance(value, torch.Tensor) else value

    def _know(self, tensor: torch.Tensor, node: fx.Node) -> None:
        self._nodes[id(tensor)] = tensor, node


def part_of(values: Sequence[torch.Tensor], number: int) -> torch.Tensor:
    """Return one of several tensors that an operation gave."""
    return values[number]


def _changes_nothing(func: Any, args: Any, result: Any) -> bool:  # torch's
    if func._schema.name not in _RESHAPES:
        return False
    return bool(result.shape == args[0].shape and result.stride() == args[0].stride())
