"""All checks of query strategies."""

from albench.testing.strategies import (
    answers,
    deeds,
    growth,
    hidden,
    occasions,
    order,
    places,
    processes,
    reading,
    senses,
    streams,
)

CHECKS = (
    *answers.CHECKS,
    *order.CHECKS,
    *places.CHECKS,
    *senses.CHECKS,
    *streams.CHECKS,
    *reading.CHECKS,
    *occasions.CHECKS,
    *processes.CHECKS,
    *deeds.CHECKS,
    *hidden.CHECKS,
    *growth.CHECKS,
)
