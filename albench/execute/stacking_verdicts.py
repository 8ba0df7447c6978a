"""Which blocks' networks can learn in lockstep, asked in a process that may build them."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from albench.cache_folder import default_folder
from albench.errors import NotStackable
from albench.execute.child import describe
from albench.source_digest import source_digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from albench.planning import ModelPlan
    from albench.registry import Component
    from albench.spec.training import Training

TRIAL = "albench.learn.stacking_trial"
_PATIENCE_SECONDS = 300
LARGEST_BATCH = 256
"""Of a trial, whose random samples are half as many again, however few a cohort has."""

UNKNOWN = "that could not be found out: its process gave no answer"
_FAILED = "a trial failed: "


@dataclass(frozen=True)
class StackingVerdict:
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

    @property
    def is_certain(self) -> bool:
        """Whether the same trial would end so again: memory may have run out, or a file lacked."""
        return self.reason != UNKNOWN and not self.reason.startswith(_FAILED)

    @classmethod
    def of_plain(cls, plain: Any) -> StackingVerdict:
        """Return a verdict that was written as plain data.

        Parameters
        ----------
        plain : object
            As it was read.

        Returns
        -------
        StackingVerdict
            Of the types that it should be of.

        Raises
        ------
        ValueError
            If it is anything else.
        """
        reason = plain.get("reason") if isinstance(plain, dict) else None
        size = plain.get("state_bytes") if isinstance(plain, dict) else None
        if not isinstance(reason, str) or type(size) is not int or size < 0:
            raise ValueError("it does not say whether networks can learn in lockstep")
        return cls(reason, size)


NOT_TRIED = StackingVerdict("that has not been tried")


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
    code : str
        What `code_of` says of the model's source.
    """

    component: Component
    plan: ModelPlan
    shapes: Mapping[str, tuple[int, ...]]
    n_classes: int
    code: str


def code_of(source: str) -> str:
    """Return what tells whether a trial would be made by the same code.

    Parameters
    ----------
    source : str
        The digest of the model's source.

    Returns
    -------
    str
        That, and the digest of what tries it.
    """
    return f"{source} {source_digest(TRIAL).value}"


def as_tried(training: Training) -> Training:
    """Return a training as a trial makes it: how long and how fast it is does not matter there.

    Nor do batches of more than 256: those of every size are compared before they are stacked.
    """
    size = min(training.batch_size, LARGEST_BATCH)
    brief = {"epochs": 1, "min_updates": 1, "warm_start": False, "learning_rate": 1e-3}
    return training.model_copy(update={**brief, "batch_size": size})


def verdict_on(make: Make) -> StackingVerdict:
    """Return whether networks of a make can learn in lockstep; they are built in this process.

    Parameters
    ----------
    make : Make
        Of a model that may be a plugin's.

    Returns
    -------
    StackingVerdict
        One that cannot be built learns by itself: the run tells what is wrong with it.
    """
    from albench.learn.lifted_program import VERDICTS
    from albench.learn.stacking_trial import require_stackable

    VERDICTS.remember_in(default_folder())
    try:
        model = make.component.load()(**make.component.arguments(make.plan.options))
        size = require_stackable(
            model, dict(make.shapes), make.n_classes, as_tried(make.plan.training)
        )
        return StackingVerdict("", size)
    except NotStackable as error:
        return StackingVerdict(str(error))
    except Exception as error:  # noqa: BLE001  # a plugin's model may raise anything
        return StackingVerdict(f"{_FAILED}{describe(error)}")
    finally:
        VERDICTS.keep()


def verdicts(makes: Sequence[Make]) -> list[StackingVerdict]:
    """Return whether networks can learn in lockstep, asked in another process.

    Models may do anything when they are built. Where the process gave no answer it is `UNKNOWN`.
    """
    if not makes:
        return []
    try:
        said = subprocess.run(  # noqa: S603  # our own code
            [sys.executable, "-m", __name__],
            input=pickle.dumps(list(makes)),
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as late:
        said = late.stdout or b""
    answers = list(_read(said))[: len(makes)]
    return [*answers, *[StackingVerdict(UNKNOWN)] * (len(makes) - len(answers))]


def _read(said: bytes) -> Iterator[StackingVerdict]:
    """Yield answers, up to the first line that is none: its process may have been ended in it."""
    with contextlib.suppress(ValueError):
        for line in said.splitlines():
            yield StackingVerdict.of_plain(json.loads(line))


def _answer() -> None:
    """Answer a question from standard input, on standard output."""
    answers = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a plugin prints is no answer
    for make in pickle.load(sys.stdin.buffer):  # noqa: S301  # written above
        os.write(answers, f"{json.dumps(asdict(verdict_on(make)))}\n".encode())


if __name__ == "__main__":
    _answer()
