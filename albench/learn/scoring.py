"""What a pool view reads of a trained classifier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.errors import QueryFault
from albench.learn.committee_networks import committee_proba

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from albench.learn.estimator import FusionClassifier

    Floats = NDArray[np.float32]
    Candidates = NDArray[np.intp]


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassifierSource:
    """The `PoolSource` of one round.

    It reaches the training part's samples and the labels of the labelled set; neither labels of
    the pool nor anything of the test part.

    Parameters
    ----------
    classifier : FusionClassifier
        As trained in this round.
    labelled : ndarray of int, shape (n_labelled, n_modalities)
        The labelled set, on which committees are trained.
    labels : ndarray of int, shape (n_labelled,)
        Its class numbers.
    dropout_seed : int
        Of this round's dropout passes.
    committee_seed : int
        Of this round's committees.
    """

    classifier: FusionClassifier
    labelled: Candidates
    labels: NDArray[np.intp]
    dropout_seed: int
    committee_seed: int

    def proba(self, candidates: Candidates) -> Floats:
        """Return ``(n, n_classes)`` probabilities of one deterministic pass."""
        self._require_labels()
        return self.classifier.predict_proba(candidates)

    def dropout_proba(self, candidates: Candidates, passes: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per pass; the same passes each time it is called."""
        self._require_labels()
        return self.classifier.dropout_proba(candidates, passes, self.dropout_seed)

    def committee_proba(self, candidates: Candidates, members: int) -> Iterator[Floats]:
        """Yield ``(n, n_classes)`` once per independently initialised member."""
        self._require_labels()
        return committee_proba(
            self.classifier,
            self.labelled,
            self.labels,
            candidates,
            members=members,
            seed=self.committee_seed,
        )

    def embeddings(self, candidates: Candidates) -> Floats:
        """Return ``(n, D)`` fused vectors."""
        return self.classifier.embeddings(candidates)

    def stream_embeddings(self, candidates: Candidates) -> dict[str, Floats]:
        """Return ``(n, d)`` vectors of each modality."""
        return self.classifier.stream_embeddings(candidates)

    def masked_proba(self, candidates: Candidates, kept: tuple[str, ...]) -> Floats:
        """Return ``(n, n_classes)`` with all but the `kept` modalities at their mean vector."""
        self._require_labels()
        return self.classifier.masked_proba(candidates, kept)

    def _require_labels(self) -> None:
        if not len(self.labels):
            raise QueryFault(
                "asked for the answers of a model where nothing is labelled yet (initial = 0): "
                "until then there are embeddings at most"
            )
