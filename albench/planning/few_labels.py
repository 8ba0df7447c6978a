"""Whether a model with a solver learns from as few labels as a cell begins with.

That is tried, since every classifier has its own demands: five neighbours, three of each class. It
is tried in a process of its own, which answers many questions: a model may do anything.
"""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

from albench.seeds import torch_seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from albench.api.model import Shapes
    from albench.planning.cells import ModelPlan
    from albench.registry import Component

MOST_TRIED = 300
"""Labelled candidates that a model is tried on at most: all are fitted when the cell is run."""

RARE = 20
"""Candidates of a class below which a model may want more of it, however many there are."""

_PLENTY = 100
"""Candidates of each class of which a model learns if it learns of anything."""

_PATIENCE_SECONDS = 120


class FewLabels:
    """Asks a process what models say to few labels; it starts with the first question."""

    def __init__(self) -> None:
        self._asked: subprocess.Popen[bytes] | None = None
        self._answers: dict[bytes, str] = {}

    def problem(
        self, component: Component, plan: ModelPlan, shapes: Shapes, counts: Sequence[int]
    ) -> str:
        """Return why a model cannot learn from so many labels of each class.

        Parameters
        ----------
        component : Component
            The model.
        plan : ModelPlan
            Its options.
        shapes : mapping of str to tuple of int
            The shape of one sample of each modality.
        counts : sequence of int
            Labelled candidates of each class.

        Returns
        -------
        str
            What it raises; empty if it learns, or learns from enough labels no more than from few,
            or if labels are plenty. A model that ends its process is not judged: the run reports
            what is wrong with it.
        """
        cap = MOST_TRIED // max(len(counts), 1)
        is_large = sum(counts) > MOST_TRIED
        if len(counts) < 2 or (is_large and not min(counts) < RARE <= cap):
            return ""
        tried = sorted(min(count, cap) if is_large else count for count in counts)
        enough = [cap if is_large else _PLENTY] * len(counts)
        question = pickle.dumps((component, plan, dict(shapes), tried, enough))
        if question not in self._answers:
            self._answers[question] = self._answer(question)
        return self._answers[question]

    def _answer(self, question: bytes) -> str:
        if self._asked is None:
            self._asked = _process()
        told, asked = self._asked.stdin, self._asked.stdout
        if told is None or asked is None:  # both are pipes
            return ""
        try:
            told.write(question)
            told.flush()
            if select.select([asked], [], [], _PATIENCE_SECONDS)[0]:
                return str(pickle.load(asked))  # noqa: S301  # a text
        except (OSError, EOFError, pickle.UnpicklingError):
            pass
        self._end()
        return ""

    def _end(self) -> None:
        if self._asked is not None:
            self._asked.kill()
            self._asked.communicate()
            self._asked = None

    def __del__(self) -> None:
        self._end()


def _process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own code
        [sys.executable, "-m", __name__],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )


def refusal(
    component: Component,
    plan: ModelPlan,
    shapes: Shapes,
    counts: Sequence[int],
    enough: Sequence[int],
) -> str:
    """Return in this process what `FewLabels` asks another."""
    problem = _tried(component, plan, shapes, counts)
    if problem and _tried(component, plan, shapes, enough):
        return ""  # it is not for lack of labels
    return problem


def _tried(component: Component, plan: ModelPlan, shapes: Shapes, counts: Sequence[int]) -> str:
    import torch  # here, since planning is light unless such a model has few labels

    try:
        with torch_seeded(0), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the run says them
            network = component.load()(**component.arguments(plan.options)).build(
                shapes, len(counts)
            )
            # No sample is below 0: some classifiers refuse that, which is not asked here.
            samples = {name: torch.rand(sum(counts), *shape) for name, shape in shapes.items()}
            targets = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
            network.solve(samples, targets, None)
    except Exception as error:  # noqa: BLE001  # a plugin's model may raise anything
        return _first_line(error.__cause__ or error)
    return ""


def _first_line(error: BaseException) -> str:
    text = " ".join(str(error).split("\n\n")[0].split())
    return f"{type(error).__name__}: {text}"[:200]


def _serve() -> None:
    """Answer questions from standard input, on standard output, until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a plugin prints is no answer
    while True:
        try:
            question: Any = pickle.load(sys.stdin.buffer)  # noqa: S301  # written above
        except EOFError:
            return
        pickle.dump(refusal(*question), answers)
        answers.flush()


if __name__ == "__main__":
    _serve()
