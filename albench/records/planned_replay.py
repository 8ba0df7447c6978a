"""A replay before it is recorded: the results whose picks are replayed, and what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.records.replayed import Replayed
from albench.spec.published import Published

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.records.run_record import PlannedRun, RunRecord


@dataclass(frozen=True, eq=False)
class PlannedReplay:
    """What a run of recorded picks adds to its record.

    Parameters
    ----------
    source : PlannedRun
        The run that picked.
    models : mapping of str to (str, str)
        As of `Replayed`.
    metric : str
        As of `Replayed`.
    areas : mapping of str to float
        As of `Replayed`.
    """

    source: PlannedRun
    models: Mapping[str, tuple[str, str]]
    metric: str
    areas: Mapping[str, float]

    def as_recorded(self, record: RunRecord) -> dict[str, object]:
        """Return the fields of a run's record that a replay changes.

        Parameters
        ----------
        record : RunRecord
            Of the run.

        Returns
        -------
        dict of str to object
            The strategies that picked are named with their tags, so that oracles are told apart;
            what papers print and what is known of traps is about other models.
        """
        where = self.source.provenance
        in_use = {part.name for part in record.plugins}
        strategies = [
            part
            for part in self.source.plugins
            if part.kind == "strategy" and part.name not in in_use
        ]
        replayed = Replayed(
            name=self.source.name,
            albench=where.albench,
            commit=where.commit,
            models=dict(self.models),
            metric=self.metric,
            areas=dict(self.areas),
        )
        title = f"{record.title}: recorded picks replayed"
        return {
            "name": f"{record.name}-replay",
            "title": title,
            "plugins": (*record.plugins, *strategies),
            "models": {name: record.models[name] for name in self.models},
            "replayed": replayed,
            "traps": (),
            "published": Published(),
        }
