"""Strategies that are made of other strategies."""
