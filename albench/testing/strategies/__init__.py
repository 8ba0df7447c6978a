"""Checks of query strategies."""
