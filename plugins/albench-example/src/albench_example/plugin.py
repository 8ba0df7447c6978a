"""What this package announces; listing imports this, so nothing heavy may be imported here."""

from albench.api import Descriptor, Kind, Option, hookimpl, needs

CLASS_BALANCE = Descriptor(
    name="class-balance",
    kind=Kind.STRATEGY,
    target="albench_example.class_balance:ClassBalance",
    summary="uncertain candidates that are expected to even out the classes of the labels",
    needs=frozenset({needs.PROBA}),
    options=(
        Option(
            name="balance",
            type=float,
            default=1.0,
            minimum=0.0,
            maximum=1000.0,
            help="what a label too few or too many of a class is worth, in nats of entropy",
        ),
    ),
    cost="n b",
    citation="after Bengar et al. 2022, arXiv 2110.04543; greedy instead of an integer programme",
)


@hookimpl
def albench_strategies() -> tuple[Descriptor, ...]:
    """Return what this package announces."""
    return (CLASS_BALANCE,)
