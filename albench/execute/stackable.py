"""Which blocks' networks can learn in lockstep, asked in a process that may build them."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from albench.errors import NotStackable
from albench.execute.child import describe

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from albench.planning import ModelPlan
    from albench.registry import Component

_PATIENCE_SECONDS = 300
UNKNOWN = "that could not be found out: its process gave no answer"


@dataclass(frozen=True)
class Verdict:
    """Whether networks of a make can learn in lockstep.

    Parameters
    ----------
    reason : str
        Why they learn one by one; empty if they can.
    state_bytes : int
        The size of one's weights and buffers; 0 if they cannot.
    """

    reason: str
    state_bytes: int = 0


NOT_TRIED = Verdict("that has not been tried")


@dataclass(frozen=True)
class Make:
    """A make of networks.

    Parameters
    ----------
    component : Component
        The model.
    plan : ModelPlan
        Its options and its training.
    shapes : mapping of str to tuple of int
        Of one sample of each modality.
    n_classes : int
        How many classes there are.
    """

    component: Component
    plan: ModelPlan
    shapes: Mapping[str, tuple[int, ...]]
    n_classes: int


def verdict_on(make: Make) -> Verdict:
    """Return whether networks of a make can learn in lockstep; they are built in this process.

    Parameters
    ----------
    make : Make
        Of a model that may be a plugin's.

    Returns
    -------
    Verdict
        One that cannot be built learns by itself: the run tells what is wrong with it.
    """
    from albench.learn.stackable import require_stackable

    try:
        model = make.component.load()(**make.component.arguments(make.plan.options))
        size = require_stackable(model, dict(make.shapes), make.n_classes, make.plan.training)
        return Verdict("", size)
    except NotStackable as error:
        return Verdict(str(error))
    except Exception as error:  # noqa: BLE001  # a plugin's model may raise anything
        return Verdict(f"a trial failed: {describe(error)}")


def reasons(makes: Sequence[Make]) -> list[str]:
    """Return why networks cannot learn in lockstep, asked in another process.

    Parameters
    ----------
    makes : sequence of Make
        Of models that may do anything when they are built.

    Returns
    -------
    list of str
        Of each; empty where they can.
    """
    if not makes:
        return []
    try:
        done = subprocess.run(  # noqa: S603  # our own code
            [sys.executable, "-m", __name__],
            input=pickle.dumps(list(makes)),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        told = [json.loads(line)["reason"] for line in done.stdout.splitlines()]
    except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError):
        told = []
    return [*map(str, told[: len(makes)]), *[UNKNOWN] * (len(makes) - len(told))]


def _answer() -> None:
    """Answer a question from standard input, on standard output."""
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a plugin prints is no answer
    for make in pickle.load(sys.stdin.buffer):  # noqa: S301  # written above
        os.write(answers, f"{json.dumps(asdict(verdict_on(make)))}\n".encode())


if __name__ == "__main__":
    _answer()
