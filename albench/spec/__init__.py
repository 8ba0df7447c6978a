"""Benchmark specifications: TOML, validated into frozen models."""

from albench.spec.reading import Fault, Specification, available, find, parse, read
from albench.spec.schema import (
    Amount,
    Benchmark,
    BudgetSpec,
    CohortSpec,
    Limits,
    MatrixEntry,
    ModalitySpec,
    ModelSpec,
    StrategySpec,
)
from albench.spec.training import Training
from albench.spec.traps import Trap

__all__ = [
    "Amount",
    "Benchmark",
    "BudgetSpec",
    "CohortSpec",
    "Fault",
    "Limits",
    "MatrixEntry",
    "ModalitySpec",
    "ModelSpec",
    "Specification",
    "StrategySpec",
    "Training",
    "Trap",
    "available",
    "find",
    "parse",
    "read",
]
