"""Strategies that weigh both the uncertainty of a candidate and its place in the pool."""
