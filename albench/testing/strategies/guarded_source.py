"""A pool source that records what is read, and notices if its arrays are written to."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import fingerprint, needs
from albench.testing.checks import Violation

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from albench.api import PoolSource

    Floats = NDArray[np.floating[Any]]
    Integers = NDArray[np.intp]


class GuardedSource:
    """A `PoolSource` that wraps another.

    Parameters
    ----------
    source : PoolSource
        The wrapped source.
    allowed : collection of str
        The needs that the strategy declares; `PoolView` refuses others, unless it is bypassed.

    Attributes
    ----------
    reads : Counter of str
        How often each need was read.
    """

    def __init__(self, source: PoolSource, allowed: Collection[str]) -> None:
        self._source = source
        self._allowed = frozenset(allowed)
        self._given: list[tuple[str, NDArray[Any], str]] = []
        self.reads: Counter[str] = Counter()

    def proba(self, candidates: Integers) -> Floats:
        """Return ``(n, n_classes)`` probabilities of one deterministic pass."""
        self._note(needs.PROBA)
        return self._keep(needs.PROBA, self._source.proba(candidates))

    def dropout_proba(self, candidates: Integers, passes: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per pass."""
        self._note(needs.DROPOUT_PROBA)
        for proba in self._source.dropout_proba(candidates, passes):
            yield self._keep(needs.DROPOUT_PROBA, proba)

    def committee_proba(self, candidates: Integers, members: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per member."""
        self._note(needs.COMMITTEE_PROBA)
        for proba in self._source.committee_proba(candidates, members):
            yield self._keep(needs.COMMITTEE_PROBA, proba)

    def embeddings(self, candidates: Integers) -> Floats:
        """Return ``(n, D)`` fused vectors."""
        self._note(needs.EMBEDDINGS)
        return self._keep(needs.EMBEDDINGS, self._source.embeddings(candidates))

    def stream_embeddings(self, candidates: Integers) -> Mapping[str, Floats]:
        """Return ``(n, d)`` vectors of each modality."""
        self._note(needs.STREAM_EMBEDDINGS)
        vectors = self._source.stream_embeddings(candidates)
        return {name: self._keep(needs.STREAM_EMBEDDINGS, v) for name, v in vectors.items()}

    def masked_proba(self, candidates: Integers, kept: tuple[str, ...]) -> Floats:
        """Return ``(n, n_classes)`` with all but the `kept` modalities at their mean vector."""
        self._note(needs.MASKED_PROBA)
        return self._keep(needs.MASKED_PROBA, self._source.masked_proba(candidates, kept))

    def hidden_labels(self, candidates: Integers) -> Integers:
        """Return ``(n,)`` true class numbers, which only an oracle may ask for."""
        self._note(needs.HIDDEN_LABELS)
        labels: Integers = self._source.hidden_labels(candidates)  # type: ignore[attr-defined]  # the kit's tell
        return labels

    def require_declared(self) -> None:
        """Raise `Violation` if an undeclared need was read."""
        strange = sorted(set(self.reads) - self._allowed)
        if strange:
            declared = ", ".join(sorted(self._allowed)) or "nothing"
            raise Violation(f"it read {', '.join(strange)} of the model, but declares {declared}")

    def require_unchanged(self) -> None:
        """Raise `Violation` if an array that was returned has been written to."""
        for need, array, before in self._given:
            if fingerprint(array) != before:
                raise Violation(f"it wrote into the array of {need} that it was given")

    def _note(self, need: str) -> None:
        self.reads[need] += 1

    def _keep(self, need: str, array: Floats) -> Floats:
        array = np.array(array)  # writable, as the real source's are
        self._given.append((need, array, fingerprint(array)))
        return array
