"""From a TOML file to a validated benchmark, with every complaint at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from albench.api.nearest import did_you_mean, not_among
from albench.errors import Complaint, SpecError
from albench.references import BASELINE
from albench.spec import places
from albench.spec.priced_budgets import unpriced_budgets
from albench.spec.promises import broken_promises
from albench.spec.schema import Benchmark
from albench.spec.section import NAME_PATTERN
from albench.utf8_text import read_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic_core import ErrorDetails


_PLAIN_KEY = re.compile(r"[^\[\]'\"]+")

Fault = tuple[places.Path, str]
"""Keys and positions from the root of a specification, and what is wrong there."""

Also = Callable[[dict[str, Any]], Iterable[Fault]]


def nothing_else(_: dict[str, Any]) -> Iterable[Fault]:
    """Return no more faults."""
    return ()


def find(name: str) -> Path:
    """Return the file of a specification.

    Parameters
    ----------
    name : str
        A path, or the name of a benchmark: ``NAME.toml`` in ``benchmarks/`` here, or one that
        albench ships (``quickstart``).

    Returns
    -------
    Path
        A file that exists.

    Raises
    ------
    SpecError
        If there is none; lists what there is.
    """
    path = Path(name)
    if path.suffix == ".toml" or _is_file(path):
        if _is_file(path):
            return path
        raise SpecError(f"{name}: there is no such file{_near(name)}")
    for folder in _folders():
        if _is_file(folder / f"{name}.toml"):
            return folder / f"{name}.toml"
    raise SpecError(f"{name}: no such benchmark{_near(name)}")


def available() -> dict[str, Path]:
    """Return the benchmarks that `find` finds by name.

    Returns
    -------
    dict of str to Path
        Name to file.
    """
    paths = [path for folder in reversed(_folders()) for path in folder.glob("*.toml")]
    return {path.stem: path for path in paths}


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # the name is longer than a file's may be, or the folder is barred
        return False


def _folders() -> list[Path]:
    package = Path(__file__).parents[1]
    # Installed, albench carries its benchmarks; in a checkout they stand beside the package.
    return [Path("benchmarks"), package / "benchmarks", package.parent / "benchmarks"]


def _near(name: str) -> str:
    names = sorted(available())
    hint = did_you_mean(Path(name).stem, names) or "."
    return f"{hint} Give the path of a .toml file, or one of: {', '.join(names) or 'none here'}"


@dataclass(frozen=True)
class Specification:
    """A benchmark, and the text it was read from.

    Parameters
    ----------
    benchmark : Benchmark
        What the text says.
    text : str
        TOML.
    source : str
        What complaints call it: the file's name.
    folder : Path
        What relative paths in options are relative to.
    """

    benchmark: Benchmark
    text: str
    source: str
    folder: Path

    def repeated(self, repetitions: int) -> Specification:
        """Return the same benchmark with so many repetitions, whatever its text says."""
        return replace(
            self, benchmark=self.benchmark.model_copy(update={"repetitions": repetitions})
        )

    def complain(self, faults: Sequence[Fault]) -> SpecError:
        """Return the error that says what is wrong, each fault with its line.

        Parameters
        ----------
        faults : sequence of (path, str)
            Keys and positions from the root, and what is wrong there.

        Returns
        -------
        SpecError
            In the order of the file.
        """
        return SpecError(_in_order(faults, self.text, self.source))


def read(path: Path, also: Also = nothing_else) -> Specification:
    """Return the benchmark that a file specifies.

    Parameters
    ----------
    path : Path
        A TOML file.
    also : callable
        As of `parse`.

    Returns
    -------
    Specification
        Validated but for what plugins alone can judge.

    Raises
    ------
    SpecError
        With every complaint, each with its line, key, what was found and what is allowed.
    """
    try:
        text = read_text(path)
    except (OSError, ValueError) as error:
        raise SpecError(f"{path}: cannot be read: {error}") from error
    return parse(text, str(path), path.parent, also)


def parse(text: str, source: str, folder: Path, also: Also = nothing_else) -> Specification:
    """Return the benchmark that a text specifies.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        What complaints call it: the file's name.
    folder : Path
        What relative paths in options are relative to.
    also : callable
        Finds more faults in the content of a text that is refused, so that all are told at once.

    Returns
    -------
    Specification
        Validated but for what plugins alone can judge.

    Raises
    ------
    SpecError
        With every complaint.
    """
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and numbers of thousands of digits
        raise SpecError(f"{source}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise SpecError(f"{source}: arrays or tables are nested too deeply") from error
    try:
        benchmark = Benchmark.model_validate(content)
    except ValidationError as error:
        faults = [*(_fault(fault, content) for fault in error.errors()), *also(content)]
        raise SpecError(_in_order(faults, text, source)) from error
    specification = Specification(benchmark, text, source, folder)
    faults = list(_contradictions(benchmark))
    if faults:
        raise specification.complain([*faults, *also(content)])
    return specification


def _fault(error: ErrorDetails, content: dict[str, Any]) -> Fault:
    path = _path_in(content, error)
    return path, _sentence(error, path)


def _path_in(content: dict[str, Any], error: ErrorDetails) -> places.Path:
    # pydantic adds the branches of unions and the names of validators to the path of a key:
    # whatever leads nowhere in the document is such a mark, but for a key that is missing.
    path: list[str | int] = []
    inside: Any = content
    for part in error["loc"]:
        if isinstance(inside, list):
            inside = dict(enumerate(inside))
        if isinstance(inside, dict) and part in inside:
            path.append(part)
            inside = inside[part]
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return tuple(path)


def _in_order(faults: Sequence[Fault], text: str, source: str) -> list[Complaint]:
    located = [(places.line_of(text, path), path, problem) for path, problem in faults]
    located.sort(key=lambda fault: fault[0] or 0)
    return [
        Complaint(
            source if line is None else f"{source}, line {line}",
            f"{dotted(path)}: {problem}" if path else problem,
        )
        for line, path, problem in located
    ]


def dotted(path: places.Path) -> str:
    """Return a path as a reader of the file would write it.

    Parameters
    ----------
    path : tuple of str or int
        Keys and positions.

    Returns
    -------
    str
        ``matrix[0].cohorts``.

    Examples
    --------
    >>> dotted(("matrix", 0, "cohorts"))
    'matrix[0].cohorts'
    """
    parts = [f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path]
    return "".join(parts).removeprefix(".")


def _key(part: str) -> str:
    return part if part.isprintable() and _PLAIN_KEY.fullmatch(part) else repr(part)


def _sentence(error: ErrorDetails, path: places.Path) -> str:
    value = error["input"]
    if error["type"] == "extra_forbidden":
        return _unknown_key(path)
    if error["type"] == "missing":
        return "is missing"
    if error["type"] == "string_pattern_mismatch":
        return f"found {value!r}; a name is letters, digits, '-', '_' or '.' ({NAME_PATTERN})"
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    shown = "" if isinstance(value, dict) else f" (found {value!r})"
    return message + shown


def _unknown_key(path: places.Path) -> str:
    allowed = sorted(_keys_at(path[:-1]))
    hint = did_you_mean(str(path[-1]), allowed) or "."
    return f"unknown key{hint} Allowed are: {', '.join(allowed)}"


def _keys_at(path: places.Path) -> set[str]:
    model: Any = Benchmark  # a model class, or what pydantic keeps of an annotation
    is_member = False  # whether the next part is a name in a dict, or a position in a list
    for part in path:
        if is_member:
            is_member = False
            continue
        fields = getattr(model, "model_fields", {})
        annotation = fields[part].annotation if part in fields else None
        model = _model_inside(annotation)
        is_member = model is not annotation
    return set(getattr(model, "model_fields", {}))


def _model_inside(annotation: Any) -> Any:  # the model that a dict, list or Annotated holds
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        inside = _model_inside(argument)
        if inside is not None:
            return inside
    return None


def _contradictions(benchmark: Benchmark) -> Iterator[Fault]:
    for i, entry in enumerate(benchmark.matrix):
        tables: dict[str, dict[str, Any]] = {  # of cohort, model and budget specifications
            "cohorts": dict(benchmark.cohorts),
            "models": dict(benchmark.models),
            "budgets": dict(benchmark.budgets),
        }
        for key, table in tables.items():
            for name in getattr(entry, key):
                if name not in table:
                    yield ("matrix", i, key), not_among(key, name, list(table))
        yield from _unknown_modalities(benchmark, i)
    yield from _impossible_budgets(benchmark)
    yield from unpriced_budgets(benchmark)
    yield from _unknown_rivals(benchmark)
    for i, trap in enumerate(benchmark.traps):
        if trap.cohort not in benchmark.cohorts:
            problem = not_among("cohorts", trap.cohort, list(benchmark.cohorts))
            yield ("traps", i, "cohort"), problem
    yield from broken_promises(benchmark)


def _unknown_modalities(benchmark: Benchmark, i: int) -> Iterator[Fault]:
    entry = benchmark.matrix[i]
    for cohort in entry.cohorts:
        present = benchmark.cohorts[cohort].modalities if cohort in benchmark.cohorts else {}
        for chosen in entry.modalities or []:
            for name in chosen:
                if present and name not in present:
                    problem = not_among(f"modalities of cohort {cohort!r}", name, list(present))
                    yield ("matrix", i, "modalities"), problem


def _unknown_rivals(benchmark: Benchmark) -> Iterator[Fault]:
    planned = {name: None for entry in benchmark.matrix for name in (BASELINE, *entry.strategies)}
    for name in benchmark.compare or ():
        if name not in planned:
            yield ("compare",), not_among("strategies of the matrix", name, list(planned))


def _impossible_budgets(benchmark: Benchmark) -> Iterator[Fault]:
    for name, budget in benchmark.budgets.items():
        initial, stop = budget.initial, budget.stop
        if not isinstance(initial, int | float):
            continue
        if isinstance(initial, float) == isinstance(stop, float) and stop < initial:
            yield ("budgets", name, "stop"), f"found {stop}, which is below initial = {initial}"
