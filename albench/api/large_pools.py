"""Pools that are too large for every pair of candidates to be looked at."""

EXACT = 50_000
"""Up to so many candidates albench's own strategies compute what their definitions say, exactly."""

BOUNDED = "bounded"
"""The tag of a strategy of cost ``"n^2"`` whose square ends at `EXACT` candidates: of larger pools
it looks at a sample, or at nearest neighbours that a library found. Planning heeds it."""
