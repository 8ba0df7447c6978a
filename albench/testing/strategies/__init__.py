"""Checks of query strategies."""

from albench.testing.strategies import answers, growth, hidden, order, reading, streams

CHECKS = (
    *answers.CHECKS,
    *order.CHECKS,
    *streams.CHECKS,
    *reading.CHECKS,
    *hidden.CHECKS,
    *growth.CHECKS,
)
