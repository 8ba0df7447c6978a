"""Checks of fusion models."""

from albench.testing.models import (
    building,
    classifiers,
    crowds,
    factors,
    learning,
    processes,
    results,
    serving,
    trunks,
)

CHECKS = (
    *building.CHECKS,
    *factors.CHECKS,
    *crowds.CHECKS,
    *classifiers.CHECKS,
    *learning.CHECKS,
    *results.CHECKS,
    *trunks.CHECKS,
    *serving.CHECKS,
    *processes.CHECKS,
)
