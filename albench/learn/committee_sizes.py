"""How large a committee may be that a batch trains before it is asked for."""

MOST_AHEAD = 32
"""Larger committees are trained when they are asked for: a batch would hold one for each cell."""
