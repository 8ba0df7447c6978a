"""Checks of loaders."""

from albench.testing.loaders import caching, fingerprint, leaks, modality, reading

CHECKS = (
    *modality.CHECKS,
    *reading.CHECKS,
    *caching.CHECKS,
    *fingerprint.CHECKS,
    *leaks.CHECKS,
)
