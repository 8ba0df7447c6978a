"""Checks of loaders."""

from albench.testing.loaders import fresh, identity, leaks, opening, reading

CHECKS = (
    *opening.CHECKS,
    *reading.CHECKS,
    *fresh.CHECKS,
    *identity.CHECKS,
    *leaks.CHECKS,
)
