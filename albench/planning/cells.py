"""A cell: the unit that is planned, run, stored and resumed, as plain data with an identity."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from albench.references import ALL_LABELS
from albench.seeds import Purpose, derive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.spec.training import Training

PROTOCOL_VERSION = 1
"""Raised when the loop itself changes results; part of every cell's identity."""

FIRST = ("initial", "of", "first", "prices", "known")
"""What of a budget decides the first labels."""

LATER_TRAINING: dict[str, object] = {
    "precision": "float32",
    "validate_from": 2,
    "schedule": "constant",
    "warm_updates": "full",
    "shrink": 1.0,
    "perturb": 0.0,
    "reestimate_batch_norm": False,
}
"""Settings of training that came after the first results, with what had been done until then.

Where a model says the same, they are left out of the identity, so that those results stay valid.
"""


@dataclass(frozen=True)
class ModelPlan:
    """A fusion model with its options filled in.

    Parameters
    ----------
    label : str
        Its name in the specification; no part of a cell's identity.
    plugin : str
        The qualified name.
    version : int
        The component's version.
    options : dict
        Every option, defaults filled in.
    training : Training
        How it is trained.
    standardise : bool
        Whether vectors and trunk outputs are centred and scaled.
    files : dict of str to str
        Of each option that is a file, the hash of its content, which takes the path's place in a
        cell's identity.
    """

    label: str
    plugin: str
    version: int
    options: dict[str, Any]  # of the plugin's own types
    training: Training
    standardise: bool
    files: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StrategyPlan:
    """A query strategy with its options filled in; the fields are as in `ModelPlan`."""

    label: str
    plugin: str
    version: int
    options: dict[str, Any]  # of the plugin's own types
    files: dict[str, str] = field(default_factory=dict)

    @property
    def stream(self) -> str:
        """The name that keys its random stream: what it is, not what it is called here."""
        return f"{self.plugin} {canonical(self.options | self.files)}"


@dataclass(frozen=True)
class Cell:
    """One (cohort, modalities, model, strategy, budget, repetition).

    Parameters
    ----------
    cohort : str
        The cohort's name, which keys its streams.
    modalities : tuple of str
        The modalities in use.
    data : str
        The fingerprint of the joined cohort.
    test : int or float
        The test subjects' count or share.
    evaluate : str
        ``subject`` or ``candidate``.
    model : ModelPlan
        The model.
    strategy : StrategyPlan or None
        None for the reference that has all labels.
    budget_label : str
        The budget's name in the specification; no part of the identity.
    budget : dict
        The fields of `BudgetSpec`, and of one that is of cost the prices.
    seed, repetition : int
        Key every stream.
    label_noise : float
        The share of training labels that are wrong.
    annotators : tuple of dict
        Who labels the training part: what each `AnnotatorSpec` says; empty if nobody errs so.
    split : dict or None
        What decides how subjects are divided where more is said than `test`.
    """

    cohort: str
    modalities: tuple[str, ...]
    data: str
    test: int | float
    evaluate: str
    model: ModelPlan
    strategy: StrategyPlan | None
    budget_label: str
    budget: dict[str, Any]  # counts are int, shares float, the unit a string, prices a dict
    seed: int
    repetition: int
    label_noise: float = 0.0
    annotators: tuple[dict[str, Any], ...] = ()  # counts, shares, tables of shares
    split: dict[str, str | int] | None = None
    id: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", digest(self.identity()))

    @property
    def strategy_label(self) -> str:
        """The strategy's name in the specification, or ``all-labels``."""
        return ALL_LABELS if self.strategy is None else self.strategy.label

    @property
    def block(self) -> tuple[str, str, str, str]:
        """Cohort, modalities, model and budget: what strategies are compared within."""
        return self.cohort, "+".join(self.modalities), self.model.label, self.budget_label

    def identity(self) -> dict[str, Any]:
        """Return all that decides the cell's result, and nothing else.

        Returns
        -------
        dict
            Plain data; no paths, hosts, limits, labels or package versions.
        """
        identity = self._round_zero_identity()
        if self.strategy is None:
            # The reference buys nothing: all budgets share it that share their splits.
            initial = identity.pop("first labels")["initial"]
            kept = {"kept in training": initial} if isinstance(initial, list) else {}
            return identity | {"strategy": None} | kept
        return identity | {"budget": self.budget, "strategy": _unlabelled(self.strategy)}

    @property
    def round_zero_id(self) -> str:
        """The identity of round 0, which all strategies of a repetition share."""
        return digest(self._round_zero_identity() | {"round": 0})

    def stream(self, purpose: Purpose, *names: str | int) -> int:
        """Return the seed of one of the cell's random streams.

        Parameters
        ----------
        purpose : Purpose
            Splits are shared by everything on the cohort, label noise by whatever has the same
            first modality, first labels by all models on the same modalities; only the purpose
            *strategy* knows the strategy.
        *names : str or int
            What else it is for: the round.

        Returns
        -------
        int
            See `albench.seeds.derive`.
        """
        keys: tuple[str | int, ...] = (self.cohort,)
        if purpose is Purpose.NOISE:
            keys += (self.modalities[0],)
        elif purpose is not Purpose.SPLIT:
            keys += ("+".join(self.modalities),)
        if purpose is Purpose.STRATEGY:
            keys += (ALL_LABELS if self.strategy is None else self.strategy.stream,)
        return derive(self.seed, self.repetition, purpose, *keys, *names)

    def _round_zero_identity(self) -> dict[str, Any]:
        # What came later than the first results is named only where it is used: they stay valid.
        noise = {"label noise": self.label_noise} if self.label_noise else {}
        annotators = {"annotators": list(self.annotators)} if self.annotators else {}
        split = {"split": self.split} if self.split is not None else {}
        return (
            noise
            | annotators
            | split
            | {
                "protocol": PROTOCOL_VERSION,
                "cohort": self.cohort,
                "modalities": list(self.modalities),
                "data": self.data,
                "test": self.test,
                "evaluate": self.evaluate,
                "model": _unlabelled(self.model) | {"training": _decisive(self.model.training)},
                "first labels": {key: self.budget[key] for key in FIRST if key in self.budget},
                "seed": self.seed,
                "repetition": self.repetition,
            }
        )


@dataclass(frozen=True)
class Skipped:
    """A combination that cannot work, found before anything runs.

    Parameters
    ----------
    what : str
        The combination.
    reason : str
        Why, and what to do about it.
    place : tuple of (str, str)
        What a slice may choose it by: axes and names. A whole cohort has no more than its own.
    """

    what: str
    reason: str
    place: tuple[tuple[str, str], ...] = ()


def skipped_system(cell: Cell, reason: str) -> Skipped:
    """Return a strategy on a block as a combination that cannot work.

    Parameters
    ----------
    cell : Cell
        In any repetition.
    reason : str
        As of `Skipped`.

    Returns
    -------
    Skipped
        Of all repetitions.
    """
    cohort, modalities, model, budget = cell.block
    names = {
        "cohort": cohort,
        "modalities": modalities,
        "model": model,
        "budget": budget,
        "strategy": cell.strategy_label,
    }
    return Skipped(" · ".join(names.values()), reason, tuple(names.items()))


def canonical(value: object) -> str:
    """Return one spelling of plain data.

    Parameters
    ----------
    value : object
        Dicts, lists, strings and numbers.

    Returns
    -------
    str
        JSON with sorted keys.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def _unlabelled(part: ModelPlan | StrategyPlan) -> dict[str, Any]:
    # Not `asdict`, which copies whatever is inside: of 100,000 cells that takes most of the time.
    plain = {key: value for key, value in vars(part).items() if key not in ("label", "files")}
    return plain | {"options": part.options | part.files}


@lru_cache(maxsize=64)
def _decisive(training: Training) -> dict[str, Any]:  # counts, numbers, texts and truth values
    missing = object()
    return {key: value for key, value in training if value != LATER_TRAINING.get(key, missing)}


def digest(identity: Mapping[str, Any]) -> str:
    """Return the name of the cell, or round 0, with an identity.

    Parameters
    ----------
    identity : mapping
        What `Cell.identity` gave; plain data.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    return hashlib.sha256(canonical(identity).encode()).hexdigest()[:16]
