"""Strategies for labels that are stages, in the order of their class numbers."""
