"""Every block's data prepared in children, before any result is written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from albench.errors import AlbenchError, DataError
from albench.execute import scratch
from albench.execute.cores import usable_cores
from albench.execute.listen import Monologue
from albench.execute.prepare import PreparationRequest, read_prepared
from albench.execute.run import Progress, process_context
from albench.execute.stacking_verdicts import code_of
from albench.execute.supervise import Job, supervise, supervise_again
from albench.records.schema import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from multiprocessing.context import BaseContext

    from albench.cohort.join import Cohort
    from albench.execute.frames import Message
    from albench.execute.prepare import Prepared
    from albench.execute.run import RunSettings
    from albench.planning import Cell, Resolved

PREPARE_SECONDS = 6 * 3600.0


def prepare_all(
    resolved: Resolved,
    cells: Iterable[Cell],
    cohorts: Mapping[tuple[str, tuple[str, ...]], Cohort],
    settings: RunSettings,
    watch: Callable[[Progress], None],
) -> dict[tuple[str, tuple[str, ...], str], Prepared]:
    """Return every block's data, decoded and encoded on disk, before any result is written.

    Parameters
    ----------
    resolved : Resolved
        Names and options.
    cells : iterable of Cell
        Those that will be run.
    cohorts : mapping of (str, tuple of str) to Cohort
        Joined.
    settings : RunSettings
        Where the cache is.
    watch : callable
        Called for each block.

    Returns
    -------
    dict
        By cohort, modalities and model.

    Raises
    ------
    DataError
        If data or weights turn out to be bad, with the complaints of the first block concerned.
    AlbenchError
        If the process that prepares them is killed, or crashes.
    """
    context = process_context()
    keys = dict.fromkeys((cell.cohort, cell.modalities, cell.model.label) for cell in cells)
    prepared = {}
    for key in keys:
        cohort, modalities, model = key
        loaders = {name: resolved.loaders[cohort][name] for name in modalities}
        component, tag = resolved.models[model].component, resolved.sources.tag
        request = PreparationRequest(
            cohort=cohort,
            n_classes=len(cohorts[cohort, modalities].classes),
            loaders=loaders,
            component=component,
            model=resolved.models[model].plan,
            cache=settings.cache,
            tags={name: tag([loader.component]) for name, loader in loaders.items()},
            trunk_tags={
                name: tag([loader.component, component]) for name, loader in loaders.items()
            },
            code=code_of(resolved.sources.digest(component).value),
        )
        what = f"{cohort} {'+'.join(modalities)} for {model}"
        watch(Progress("prepare", text=what))
        prepared[key] = _prepared(
            request, cohorts[cohort, modalities], what, context, watch, settings.devices.first
        )
    return prepared


class _Notices(Monologue):
    """Passes on notices of a preparing child to the user."""

    def __init__(self, watch: Callable[[Progress], None]) -> None:
        self._watch = watch

    def answer(self, message: Message) -> Message | None:
        """Take a notice; anything else is refused."""
        text = message.plain.get("text")
        if message.kind != "notice" or not isinstance(text, str):
            return super().answer(message)
        self._watch(Progress("notice", text=text))
        return None


def _prepared(  # of one call
    request: PreparationRequest,
    cohort: Cohort,
    what: str,
    context: BaseContext,
    watch: Callable[[Progress], None],
    device: Mapping[str, str],
) -> Prepared:
    with tempfile.TemporaryDirectory(dir=scratch.folder()) as folder:
        log = Path(folder) / "prepare.log"
        job = Job(
            target="albench.execute.prepare:prepare",
            payload=request,
            log=log,
            seconds=PREPARE_SECONDS,
            threads=usable_cores(),
            environment=device,
        )
        outcome = supervise_again(lambda: supervise(job, context, _Notices(watch)))
        reason = outcome.reason
        if outcome.status is CellStatus.OK:
            try:
                return read_prepared(outcome.value, request, cohort)
            except AlbenchError as error:
                reason = str(error)
        tail = _tail(log)
    reason = f"preparing {what} failed: {reason}" + (f"\n{tail}" if tail else "")
    if outcome.status is CellStatus.ERROR:
        raise DataError(list(outcome.complaints) or [reason])
    raise AlbenchError(f"{reason}\nthe same command tries it again")


def _tail(log: Path) -> str:
    if not log.is_file():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "\n".join(f"  | {line}" for line in lines[-6:])
