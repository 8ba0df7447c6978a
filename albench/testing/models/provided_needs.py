"""A check of the needs that a model provides, read from a trained classifier."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from albench.api import needs
from albench.learn.estimator import FusionClassifier
from albench.learn.pool_views import QueryRound, candidate_view
from albench.learn.store import SampleStore
from albench.spec.training import Training
from albench.testing.checks import Skip, Violation, guards_against
from albench.testing.models.sample_networks import N_SAMPLES, usual_samples

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import PoolView
    from albench.testing.specimen import Specimen

N_LABELLED = 8


@guards_against(
    "dropout that is never on; equal committee members; cells that fail on reading",
    covers=("provides",),
)
def provides_what_it_claims(specimen: Specimen) -> None:
    """A trained classifier provides every need that the model claims."""
    provided = specimen.descriptor.provides
    if not provided:
        raise Skip("it claims to provide no need")
    view = _view(specimen)
    for need in sorted(provided):
        if need in _TRIALS:
            _TRIALS[need](view)


def _view(specimen: Specimen) -> PoolView:
    samples = usual_samples(specimen)
    numbers = np.arange(N_SAMPLES)
    store = SampleStore({name: (numbers, values) for name, values in samples.arrays.items()})
    classifier = FusionClassifier(
        specimen.build(),
        samples.shapes,
        samples.n_classes,
        store,
        training=Training(epochs=2, batch_size=4),
        device="cpu",
    )
    candidates = np.tile(numbers[:, None], (1, len(samples.shapes)))
    labels = np.arange(N_LABELLED) % samples.n_classes
    classifier.fit(candidates[:N_LABELLED], labels)
    return candidate_view(
        classifier,
        needs.NEEDS,
        pool=candidates[N_LABELLED:],
        labelled=candidates[:N_LABELLED],
        labels=labels,
        round=QueryRound(),
    )


def _try_proba(view: PoolView) -> None:
    _require_proba(view.proba, view, "proba")


def _require_proba(proba: NDArray[Any], view: PoolView, what: str) -> None:
    _require_rows(proba, view, what)
    if proba.shape[1] != view.n_classes or not np.allclose(proba.sum(axis=1), 1.0, atol=1e-4):
        raise Violation(f"{what}: rows of {proba.shape[1]} numbers that are not probabilities")


def _require_rows(rows: NDArray[Any], view: PoolView, what: str) -> None:
    if rows.ndim != 2 or len(rows) != len(view) or not np.isfinite(rows).all():
        raise Violation(f"{what}: no finite row a candidate, found the shape {rows.shape}")


def _try_dropout(view: PoolView) -> None:
    passes = list(view.dropout_proba(4))
    for proba in passes:
        _require_proba(proba, view, "dropout_proba")
    if all(np.array_equal(one, other) for one, other in pairwise(passes)):
        raise Violation(
            "dropout_proba: all passes are equal; use torch.nn.Dropout modules, which albench "
            "switches on, in `fuse`"
        )


def _try_committee(view: PoolView) -> None:
    members = list(view.committee_proba(2))
    for proba in members:
        _require_proba(proba, view, "committee_proba")
    if np.array_equal(members[0], members[1]):
        raise Violation("committee_proba: all members are equal")


def _try_embeddings(view: PoolView) -> None:
    _require_rows(view.embeddings, view, "embeddings")
    if not np.ptp(view.embeddings, axis=0).any():
        raise Violation("embeddings: all candidates have the same vector")


def _try_streams(view: PoolView) -> None:
    if set(view.stream_embeddings) != set(view.modalities):
        raise Violation("stream_embeddings: not one array a modality")
    for name, rows in view.stream_embeddings.items():
        _require_rows(rows, view, f"stream_embeddings of {name}")


def _try_masked(view: PoolView) -> None:
    nothing = view.masked_proba()
    _require_proba(nothing, view, "masked_proba")
    if np.ptp(nothing, axis=0).max() > 1e-4:
        raise Violation("masked_proba: with all modalities masked, candidates still differ")
    for name in view.modalities:
        _require_proba(view.masked_proba(name), view, f"masked_proba of {name}")


_TRIALS: dict[str, Callable[[PoolView], None]] = {
    needs.PROBA: _try_proba,
    needs.DROPOUT_PROBA: _try_dropout,
    needs.COMMITTEE_PROBA: _try_committee,
    needs.EMBEDDINGS: _try_embeddings,
    needs.STREAM_EMBEDDINGS: _try_streams,
    needs.MASKED_PROBA: _try_masked,
}
