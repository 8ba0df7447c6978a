"""Strategies that look at each modality."""
