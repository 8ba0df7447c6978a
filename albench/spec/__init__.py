"""Benchmark specifications: TOML, validated into frozen models."""

from albench.spec.reading import Fault, Specification, find, parse, read
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
    Training,
    TrapSpec,
)

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
    "TrapSpec",
    "find",
    "parse",
    "read",
]
