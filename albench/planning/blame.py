"""What to say of an exception that comes out of a plugin before any cell is run."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albench.errors import AlbenchError, Complaint, PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from albench.api.descriptors import Option
    from albench.api.modality import Modality
    from albench.api.model import Trunk
    from albench.registry import Component

    Array = Any  # of the type that the loader gives

_LONGEST = 300
"""Characters of an exception's own text; a log has the rest."""


@dataclass(frozen=True)
class Blame:
    """A component and its options, to be named if it fails.

    Parameters
    ----------
    where : str
        Its place in the specification, such as ``models.mmfn``.
    component : Component
        The plugin.
    options : mapping of str to object
        All its options, with defaults filled in.
    """

    where: str
    component: Component
    options: Mapping[str, Any]  # of the plugin's own types

    def while_(self, doing: str) -> _Guard:
        """Return a context in which whatever is raised becomes a `PluginError`.

        Parameters
        ----------
        doing : str
            What the component is asked for: ``its network was built``.

        Returns
        -------
        context manager
            Errors of albench, which are sentences already, pass through.
        """
        return _Guard(self, doing)

    def sentence(self, error: BaseException, doing: str) -> PluginError:
        """Return the error that says what failed, in whose hands, and which options to change.

        Parameters
        ----------
        error : BaseException
            What was raised.
        doing : str
            What the component was asked for.

        Returns
        -------
        PluginError
            Of one complaint, on one line.
        """
        part = self.component
        who = f"the {part.descriptor.kind} {part.qualified} ({part.package})"
        problem = f"{who} failed while {doing}: {_described(error, part)}; {self._advice(error)}"
        return PluginError([Complaint(self.where, problem)])

    def reading(self, modality: Modality) -> Modality:
        """Return a loader's modality whose reader is guarded.

        Parameters
        ----------
        modality : Modality
            What the component, a loader, gave.

        Returns
        -------
        Modality
            The same samples.
        """

        def read(rows: Any) -> Array:  # rows are an array of int
            with self.while_("samples were read"):
                return modality.read(rows)

        return replace(modality, read=read)

    def loading(self, trunk: Trunk) -> Trunk:
        """Return a model's trunk whose loading is guarded.

        Parameters
        ----------
        trunk : Trunk
            Of a network that the component, a model, built.

        Returns
        -------
        Trunk
            The same outputs.
        """

        def load() -> Any:  # a torch module, which is not imported here
            with self.while_("its frozen trunk was loaded"):
                return trunk.load()

        return replace(trunk, load=load)

    def _advice(self, error: BaseException) -> str:
        announced = self.component.descriptor.options
        changed = [x for x in announced if self.options.get(x.name, x.default) != x.default]
        named = [option for option in announced if _mentions(error, option)]
        if named or changed:
            suspects = dict.fromkeys([*named, *changed])
            values = ", ".join(f"{x.name} = {self.options.get(x.name)!r}" for x in suspects)
            return f"change one of its options here ({values}), or tell the plugin's authors"
        if announced:
            names = ", ".join(option.name for option in announced)
            return f"all its options have their defaults: try another {names}"
        return "it has no options: tell the plugin's authors"


class _Guard:
    def __init__(self, blame: Blame, doing: str) -> None:
        self._blame = blame
        self._doing = doing

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        # Ctrl-C is the user's. A plugin that calls sys.exit() is no reason to end quietly.
        if error is not None and not isinstance(error, AlbenchError | KeyboardInterrupt):
            raise self._blame.sentence(error, self._doing) from error


def _mentions(error: BaseException, option: Option) -> bool:
    return repr(option.name) in _text(error) or f"`{option.name}`" in _text(error)


def _described(error: BaseException, component: Component) -> str:
    if _is_out_of_memory(error):
        what = "out of memory"
    else:
        text = _text(error)
        what = f"{type(error).__name__}{': ' if text else ''}{text}"
    place = _place(error, component)
    return f"{what} ({place})" if place else what


def _is_out_of_memory(error: BaseException) -> bool:
    # torch's own error for a full GPU cannot be named here without importing torch.
    return isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"


def _text(error: BaseException) -> str:
    try:
        text = str(error)
    # A plugin's exception may raise whatever it likes when it is asked for its text.
    except Exception:  # noqa: BLE001
        return "(its text cannot be read)"
    line = "".join(c if c.isprintable() else " " for c in " ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4]} ..."


def _place(error: BaseException, component: Component) -> str:
    """Return the innermost line of the plugin's own package, else the innermost of all."""
    own = component.descriptor.target.partition(".")[0].partition(":")[0]
    frames = [
        (frame.f_globals.get("__name__"), frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    inside = [x for x in frames if str(x[0]).partition(".")[0] == own and x[0] != __name__]
    if not frames:
        return ""
    _, file, line = (inside or frames)[-1]
    return f"{Path(file).name}:{line}"
