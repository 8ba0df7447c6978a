"""From a specification to the cells that are run: a pure function, before anything is written."""

from albench.planning.cells import PROTOCOL_VERSION, Cell, ModelPlan, Skipped, StrategyPlan
from albench.planning.component_digests import Edit, Sources
from albench.planning.matrix import Plan, make
from albench.planning.open_data import open_cohorts, open_loader
from albench.planning.resolve import LoaderPlan, Resolved, resolve

__all__ = [
    "PROTOCOL_VERSION",
    "Cell",
    "Edit",
    "LoaderPlan",
    "ModelPlan",
    "Plan",
    "Resolved",
    "Skipped",
    "Sources",
    "StrategyPlan",
    "make",
    "open_cohorts",
    "open_loader",
    "resolve",
]
