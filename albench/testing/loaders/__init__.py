"""Checks of modality loaders."""

from albench.testing.loaders import identity, opening, reading

CHECKS = (*opening.CHECKS, *reading.CHECKS, *identity.CHECKS)
