"""Checks of loaders."""

from albench.testing.checks import Check

CHECKS: tuple[Check, ...] = ()
