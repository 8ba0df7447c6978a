"""Checks of the way a plugin is announced: light, and with a target that is there."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from albench.testing.checks import Check, Skip, Violation
from albench.testing.interpreter import answer_of

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen

HEAVY = (
    *("torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "skorch", "modAL"),
    *("PIL", "skactiveml", "baal", "tensorflow", "jax", "cv2", "skimage", "pydicom"),
)
"""What listing plugins must not import: each takes from a tenth of a second to many."""

# A new interpreter: in this one, others have imported everything already.
_SCRIPT = """
import importlib.metadata, json, sys
from albench.registry import registry_of
before = set(sys.modules)
entry = importlib.metadata.EntryPoint("checked", sys.argv[1], "albench")
registry_of([entry])
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def _target_is_there(specimen: Specimen) -> None:
    target = specimen.load()
    if not callable(target):
        raise Violation(f"the target {specimen.descriptor.target} is no function or class")


def _listing_is_light(specimen: Specimen) -> None:
    if not specimen.entry:
        raise Skip("no installed package announces it")
    heavy = sorted(_imported_by(specimen.entry) & set(HEAVY))
    if heavy:
        raise Violation(
            f"announcing it imports {', '.join(heavy)}: import them where they are used, in the "
            f"module of the target, not in {specimen.entry}"
        )


@cache
def _imported_by(entry: str) -> frozenset[str]:
    return frozenset(json.loads(answer_of(_SCRIPT, entry)))


CHECKS = (
    Check(
        _target_is_there,
        holds="The descriptor's target can be imported and called.",
        guards="a name that can be listed but not run",
    ),
    Check(
        _listing_is_light,
        holds="Announcing the plugin imports nothing that takes long.",
        guards="`albench --help` that waits for a deep-learning library",
    ),
)
