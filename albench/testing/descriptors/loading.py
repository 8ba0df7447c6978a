"""Checks of loading: announcing imports nothing heavy, and the target can be imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from typing import TYPE_CHECKING

from albench.testing.checks import Skip, Violation, guards_against

if TYPE_CHECKING:
    from albench.testing.specimen import Specimen

HEAVY = (
    *("torch", "torchvision", "sklearn", "scipy", "pandas", "matplotlib", "skorch", "modAL"),
    *("PIL", "skactiveml", "baal", "tensorflow", "jax", "cv2", "skimage", "pydicom"),
)
"""What listing plugins must not import: each takes a tenth of a second or much more."""

# In a new interpreter, since in this one everything may have been imported already.
_SCRIPT = """
import importlib.metadata, json, sys
from albench.registry import registry_of
before = set(sys.modules)
entry = importlib.metadata.EntryPoint("checked", sys.argv[1], "albench")
registry_of([entry])
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@guards_against("plugins that can be listed but not run")
def target_is_there(specimen: Specimen) -> None:
    """The descriptor's target can be imported and called."""
    target = specimen.load()
    if not callable(target):
        raise Violation(f"the target {specimen.descriptor.target} is not a function or class")


@guards_against("an `albench plugins list` that waits for a deep-learning library")
def listing_is_light(specimen: Specimen) -> None:
    """Announcing the plugin imports no heavy library."""
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
    # Modules are looked for where this process looks for them.
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", _SCRIPT, entry]
    done = subprocess.run(  # noqa: S603, PLW1510  # our own code; its status is looked at
        command, capture_output=True, env=environment
    )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["nothing"]
        raise Violation(f"in a new process it ended with status {done.returncode}: {lines[-1]}")
    return frozenset(json.loads(done.stdout.decode().splitlines()[-1]))
