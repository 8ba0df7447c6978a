"""Checks of fusion models."""

from albench.testing.models import building, factors, learning, serving, trunks

CHECKS = (
    *building.CHECKS,
    *factors.CHECKS,
    *learning.CHECKS,
    *trunks.CHECKS,
    *serving.CHECKS,
)
