"""Checks of what a plugin of any kind says of itself."""

from albench.testing.announced import listing, options, words

CHECKS = (*words.CHECKS, *options.CHECKS, *listing.CHECKS)
