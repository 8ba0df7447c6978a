# Other processes must find these modules, so that they lie on sys.path, where mypy does not look.
# mypy: disable-error-code="import-not-found,misc,untyped-decorator"
"""Descriptors that are wrong on purpose."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from faults.fault import FAULTS, Fault, caught_by
from faults.strategies import Sound

from albench.api import Descriptor, Kind, Option, needs

caught = partial(caught_by, kind=Kind.STRATEGY)
PROBA = frozenset({needs.PROBA})


def announced(check: str, says: str, *, entry: str = "", **changes: Any) -> None:
    """Keep a sound strategy among the faults, under a descriptor that is not."""
    usual: dict[str, Any] = {
        "name": "toy",
        "summary": "A toy.",
        "citation": "ours",
        "target": "faults.strategies:Sound",
        "needs": PROBA,
    }
    descriptor = Descriptor(kind=Kind.STRATEGY, **usual | changes)
    FAULTS.append(Fault(Sound, descriptor, check, says, entry))


announced("descriptor-is-well-formed", "not lower case", name="Toy Strategy")
announced("descriptor-is-well-formed", "version 99 of albench.api", api=99)
announced("descriptor-is-well-formed", "logits is no need", needs=frozenset({"logits"}))
announced("descriptor-is-well-formed", "the cost 'fast'", cost="fast")
announced("descriptor-is-well-formed", "the range of modalities 3 to 2", modalities=(3, 2))
announced("summary-is-one-line", "must be one line", summary="")
announced(
    "summary-is-one-line", "without help: k", options=(Option(name="k", type=int, default=1),)
)
announced("source-is-cited", "citation is empty", citation="")
announced(
    "options-are-sound",
    "its default is not allowed",
    options=(Option(name="k", type=int, default=0, minimum=1, help="how many"),),
)
announced(
    "target-takes-its-options",
    "the target does not take it",
    options=(Option(name="k", type=int, default=1, help="how many"),),
)
announced("descriptor-is-well-formed", "its version is 0", version=0)
announced("descriptor-is-well-formed", "is not 'package.module:attribute'", target="nowhere")
for says, wrong in {
    "'a b' cannot be a keyword": (Option(name="a b", type=int, default=1),),
    "the minimum 2 is above": (Option(name="k", type=int, required=True, minimum=2, maximum=1),),
    "only strings have choices": (Option(name="k", type=int, required=True, choices=("a",)),),
    "k is announced twice": (Option(name="k", type=int, default=1),) * 2,
}.items():
    announced("options-are-sound", says, options=wrong)
announced("listing-is-light", "announcing it imports PIL", entry="faults.heavy")


@caught("target-takes-its-options", "which no option announces")
class NeedsAnArgument(Sound):
    def __init__(self, k: int) -> None:
        self.k = k


@caught(
    "target-takes-its-options",
    "k is 5 by default as announced, 3 as written",
    options=(Option(name="k", type=int, default=5, help="how many"),),
)
class OtherDefault(Sound):
    def __init__(self, k: int = 3) -> None:
        self.k = k


@caught("unknown-option-is-refused", "misspelt options go unnoticed")
class TakesAnything(Sound):
    def __init__(self, **options: Any) -> None:
        self.options = options


@caught(
    "allowed-values-are-taken",
    "k = 1 is allowed, but refused: k must be even",
    options=(Option(name="k", type=int, default=2, minimum=1, maximum=9, help="an even one"),),
)
class EvenOnly(Sound):
    def __init__(self, k: int = 2) -> None:
        if k % 2:
            raise ValueError("k must be even")
        self.file = Path(str(k))


TEXT = Descriptor(name="toy", kind=Kind.STRATEGY, target="faults.announcements:TEXT", summary="A.")
FAULTS.append(Fault("a text", TEXT, "target-is-there", "not a function or class"))
