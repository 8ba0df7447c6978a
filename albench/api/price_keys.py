"""The words in which prices are told."""

LABEL = "label"
"""The key under which the price of a subject's label stands beside those of its modalities."""
