"""Checks of models."""

from albench.testing.checks import Check

CHECKS: tuple[Check, ...] = ()
