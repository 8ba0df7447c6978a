"""Checks of what a plugin of any kind says about itself."""

from albench.testing.descriptors import descriptor_text, loading, options

CHECKS = (*descriptor_text.CHECKS, *options.CHECKS, *loading.CHECKS)
