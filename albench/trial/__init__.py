"""A trial: a strategy's cells run within some seconds, against results that are published."""
