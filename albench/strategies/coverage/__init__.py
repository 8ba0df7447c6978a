"""Strategies that spread their picks over the pool, whatever the model says."""
