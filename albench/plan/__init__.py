"""From a specification to the cells that are run: a pure function, before anything is written."""

from albench.plan.cells import PROTOCOL_VERSION, Cell, ModelPlan, Skipped, StrategyPlan
from albench.plan.matrix import Plan, make
from albench.plan.open_data import open_cohorts, open_loader
from albench.plan.resolve import LoaderPlan, Resolved, resolve
from albench.plan.sources import Edit, Sources

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
