# ruff: noqa: N803  # X is scikit-learn's name
"""The estimator: a fusion network that scikit-learn, skorch and modAL can train and ask.

Its ``X`` is an integer array of candidates, ``(n, n_modalities)``: one row of sample numbers a
candidate, one column a modality. Images and vectors stay in its `SampleStore`. Its ``y`` are class
numbers, ``(n,)``.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import safetensors.torch
import torch
from skorch import NeuralNetClassifier
from torch import nn

from albench.learn.batch_norm import reestimate
from albench.learn.devices import resolved
from albench.learn.lesson import Examples, Lesson, checked_set
from albench.learn.mini_batches import CandidateDataset, MiniBatches
from albench.learn.network import build_network
from albench.learn.optimisation import (
    Seeds,
    build_optimiser,
    build_schedule,
    class_weights,
)
from albench.learn.prediction import Prediction
from albench.learn.validation import EarlyStop
from albench.learn.warm_start import shrink_and_perturb
from albench.seeds import torch_seeded
from albench.spec.training import Training

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray
    from torch.optim.lr_scheduler import LRScheduler

    from albench.api import FusionModel, Shapes, Solver
    from albench.learn.committee_networks import CommitteesAhead
    from albench.learn.lockstep import Lockstep
    from albench.learn.mini_batches import Batch
    from albench.learn.store import SampleStore

    Floats = NDArray[np.float32]


class FusionClassifier(NeuralNetClassifier):  # type: ignore[misc]  # skorch ships no types
    """A classifier of candidates by a `FusionNet`.

    Prediction is factorised: each unique sample is encoded once, its vector is kept until the
    next `fit`, and candidates are fused from vectors.

    Parameters
    ----------
    model : FusionModel
        The recipe of the network.
    shapes : mapping of str to tuple of int
        The shape of one sample of each modality, as `model` receives it: where the network
        has a frozen trunk, the shape before the trunk.
    n_classes : int
        The number of classes, whether or not the labelled set has all of them.
    store : SampleStore
        The samples of the training part.
    training : Training
        How to train.
    seeds : Seeds
        What decides the outcome.
    device : str
        ``auto``, ``cpu``, ``cuda``.
    validation : Examples or None
        Of the store, to stop training by; None holds out what `training` says.
    """

    def __init__(  # noqa: PLR0913  # what a training depends on
        self,
        model: FusionModel,
        shapes: Shapes,
        n_classes: int,
        store: SampleStore,
        *,
        training: Training = Training(),  # noqa: B008  # it is frozen
        seeds: Seeds = Seeds(),  # noqa: B008  # it is frozen
        device: str = "auto",
        validation: Examples | None = None,
    ) -> None:
        self.model = model
        self.shapes = shapes
        self.n_classes = n_classes
        self.store = store
        self.training = training
        self.seeds = seeds
        self.validation = validation
        self.lockstep: Lockstep | None = None
        self.committees: CommitteesAhead | None = None
        self._prediction: Prediction | None = None
        self._schedule: LRScheduler | None = None
        self._n_taught = 0
        super().__init__(
            module=build_network,
            criterion=nn.CrossEntropyLoss,
            classes=np.arange(n_classes),
            device=str(resolved(device)),
            train_split=None,
            # skorch's own callbacks score and print every epoch, which costs more than training.
            callbacks="disable",
            verbose=0,
        )

    def __sklearn_clone__(self) -> FusionClassifier:
        """Return an untrained copy that shares the store, which is only ever read."""
        return FusionClassifier(
            self.model,
            self.shapes,
            self.n_classes,
            self.store,
            training=self.training,
            seeds=self.seeds,
            device=self.device,
            validation=self.validation,
        )

    # -- training ---------------------------------------------------------------------------

    def initialize_module(self) -> FusionClassifier:
        """Build the network, its weights drawn from their seed alone."""
        with torch_seeded(self.seeds.weights):
            self.module_ = build_network(self.model, self.shapes, self.n_classes)
        return self

    def initialize_optimizer(self) -> FusionClassifier:
        """Restart the optimiser; a network with a solver has none."""
        # What a solver trains may have no parameters, which torch refuses to optimise.
        is_solved = hasattr(self.module_, "solve")
        self.optimizer_: Any = (  # skorch's
            None if is_solved else build_optimiser(self.training, self.module_)
        )
        return self

    def fit(self, X: ArrayLike, y: ArrayLike, **fit_params: Any) -> FusionClassifier:  # skorch's
        """Train on candidates, from the first weights or, with a warm start, from the present.

        No `fit_params` are taken.
        """
        self.begin_fit()
        return self.partial_fit(X, y, **fit_params)

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: object = None,  # noqa: ARG002  # scikit-learn's
        **fit_params: Any,  # skorch's
    ) -> FusionClassifier:
        """Train on candidates, from the present weights.

        Unlike skorch's, an interrupt is not taken for the end of training. `classes` is there for
        scikit-learn's signature and not used. Raises `DataError` if labels are not one class number
        a candidate, and `TypeError` if there are `fit_params`.
        """
        if fit_params:
            raise TypeError(f"fit takes X and y alone, found {', '.join(fit_params)}")
        candidates, labels = checked_set(X, y, self.n_classes)
        if not self.initialized_:
            self.initialize()
        self._prediction = None
        self._initialize_optimizer()
        self.criterion_ = nn.CrossEntropyLoss(
            class_weights(self.training, labels, self.n_classes)
        ).to(self.device)
        with torch_seeded(self.seeds.dropout):
            self.fit_loop(candidates, labels)
        self._n_taught = len(labels)
        return self

    # -- training in lockstep with others ------------------------------------------------------

    def begin_fit(self) -> None:
        """Bring the network to the weights that `fit` would start from."""
        if self.training.warm_start and self.initialized_:
            shrink_and_perturb(self.module_, self.training, self._fresh_network)
        else:
            self.initialize()
            self._n_taught = 0

    def lesson(self, candidates: NDArray[np.intp], labels: NDArray[np.intp]) -> Lesson:
        """Return what a training on a labelled set goes through, as it follows `begin_fit`."""
        return Lesson.of(
            self.training,
            self.seeds,
            self.store,
            candidates,
            labels,
            self._n_taught,
            self.validation,
        )

    def adopt(self, state: Mapping[str, torch.Tensor], n_taught: int) -> None:
        """Take over the weights that a training has come to elsewhere.

        Parameters
        ----------
        state : mapping of str to Tensor
            All weights and buffers; they are copied.
        n_taught : int
            How many candidates they were trained on.
        """
        if not self.initialized_:
            self.initialize()
        self._prediction, self._n_taught = None, n_taught
        own = weights_and_buffers(self.module_)
        with torch.no_grad():
            torch._foreach_copy_(list(own.values()), [state[name] for name in own])

    def _fresh_network(self) -> nn.Module:
        # Another one in each round, as only the order of batches is keyed by the round.
        drawn = np.random.SeedSequence((self.seeds.weights, self.seeds.batches))
        with torch_seeded(int(drawn.generate_state(1)[0])):
            return build_network(self.model, self.shapes, self.n_classes).to(self.device)

    def fit_loop(self, X: NDArray[np.intp], y: NDArray[np.intp]) -> FusionClassifier:
        """Run the epochs; random masks come from torch's global generator as it stands.

        Parameters
        ----------
        X : ndarray of int, shape (n, n_modalities)
            Sample numbers.
        y : ndarray of int, shape (n,)
            Class numbers.

        Returns
        -------
        FusionClassifier
            Itself.
        """
        if hasattr(self.module_, "solve"):
            return self._solve(CandidateDataset(self.store, X, y))
        training, size = self.training, self.training.batch_size
        lesson = self.lesson(X, y)
        train = CandidateDataset(self.store, lesson.candidates, lesson.labels)
        valid = CandidateDataset(self.store, lesson.valid_candidates, lesson.valid_labels)
        stop = EarlyStop(self.module_, training.patience) if len(valid) else None
        batches, validation = MiniBatches(train, size, lesson.rng), MiniBatches(valid, size)
        datasets = {"dataset_train": train, "dataset_valid": valid}
        n_epochs = lesson.n_epochs
        self._schedule = build_schedule(training, self.optimizer_, n_epochs * len(batches))
        for number in range(n_epochs):
            self.notify("on_epoch_begin", **datasets)
            self.run_single_epoch(batches, True, "train", self.train_step)
            if training.reestimate_batch_norm and (stop is not None or number == n_epochs - 1):
                # Before validation, which would else judge weights by statistics that lag.
                reestimate(self.module_, (self._on_device(x) for x, _ in batches))
            if stop is not None:
                self.run_single_epoch(validation, False, "valid", self.validation_step)
            self.notify("on_epoch_end", **datasets)
            if stop is not None and stop.is_due(self._latest_validation_loss()):
                break
        if stop is not None:
            stop.restore_best()
        return self

    def _solve(self, train: CandidateDataset) -> FusionClassifier:
        samples, targets = train.__getitems__(np.arange(len(train)))
        cast("Solver", self.module_).solve(
            self._on_device(samples), targets, self.criterion_.weight
        )
        return self

    def train_step(self, batch: Batch, **fit_params: Any) -> dict[str, Any]:  # skorch's
        """Update the weights once by a batch of samples and labels, and then the learning rate.

        What is returned is skorch's: loss and logits. None of its `fit_params` are used.
        """
        step: dict[str, Any] = super().train_step(batch, **fit_params)
        if self._schedule is not None:
            self._schedule.step()
        return step

    def _latest_validation_loss(self) -> float:
        rows = self.history[-1, "batches", :, ("valid_loss", "valid_batch_size")]
        losses, sizes = zip(*(row for row in rows if isinstance(row, tuple)), strict=True)
        return float(np.average(losses, weights=sizes))

    def infer(self, x: Mapping[str, torch.Tensor], **fit_params: Any) -> torch.Tensor:  # noqa: ARG002  # skorch's
        """Return the float32 logits of a batch, computed in the precision of training.

        `x` are the samples of each modality, ``(n, *shape)``; none of skorch's `fit_params` are
        used.
        """
        with self._in_precision():
            logits: torch.Tensor = self.module_(self._on_device(x))
        return logits.float()

    def _on_device(self, x: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        return {name: values.to(self.device) for name, values in x.items()}

    def get_loss(
        self,
        y_pred: torch.Tensor,
        y_true: torch.Tensor,
        X: object = None,  # noqa: ARG002  # skorch's
        training: bool = False,  # skorch's
    ) -> torch.Tensor:
        """Return the cross-entropy, and in training the network's auxiliary loss if it has one.

        Parameters
        ----------
        y_pred : Tensor, shape (n, n_classes)
            Logits.
        y_true : Tensor, shape (n,)
            Class numbers.
        X : object
            Not used; skorch's signature.
        training : bool
            Whether this is a step of training.

        Returns
        -------
        Tensor
            A number.
        """
        targets = y_true.to(self.device)
        loss: torch.Tensor = self.criterion_(y_pred, targets)
        auxiliary = getattr(self.module_, "auxiliary_loss", None)
        if training and auxiliary is not None:
            with self._in_precision():
                loss = loss + auxiliary(targets)
        return loss

    def _in_precision(self) -> torch.autocast:
        mixed = self.training.precision == "bfloat16"
        return torch.autocast(torch.device(self.device).type, torch.bfloat16, enabled=mixed)

    # -- prediction -------------------------------------------------------------------------

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return class probabilities of candidates of the training part, ``(n, n_classes)``.

        There is a column for every class, whether or not the labelled set has it.
        """
        return self._own().proba(_candidates(X))

    def predict_proba_on(self, store: SampleStore, X: ArrayLike) -> Floats:
        """Return class probabilities of candidates of another part, of which nothing is kept.

        Parameters
        ----------
        store : SampleStore
            The other part's samples.
        X : array_like of int, shape (n, n_modalities)
            Their numbers.

        Returns
        -------
        ndarray of float32, shape (n, n_classes)
            Rows sum to one.
        """
        return self._over(store).proba(_candidates(X))

    def dropout_proba(self, X: ArrayLike, passes: int, seed: int) -> Iterator[Floats]:
        """Return an iterator over the class probabilities of passes with dropout.

        Each is ``(n, n_classes)``; see `Prediction.dropout_proba`.
        """
        return self._own().dropout_proba(_candidates(X), passes, seed)

    def embeddings(self, X: ArrayLike) -> Floats:
        """Return the fused vectors of candidates before the classifier, ``(n, D)``: no dropout."""
        return self._own().embeddings(_candidates(X))

    def stream_embeddings(self, X: ArrayLike) -> dict[str, Floats]:
        """Return the vectors of candidates before fusion, ``(n, d)`` of each modality."""
        return self._own().stream_embeddings(_candidates(X))

    def masked_proba(self, X: ArrayLike, kept: Collection[str]) -> Floats:
        """Return class probabilities with all modalities but those kept at their mean vector.

        Their shape is ``(n, n_classes)``.
        """
        return self._own().masked_proba(_candidates(X), kept)

    def vectors(self) -> dict[str, Floats]:
        """Return the vectors of every sample of the training part.

        Returns
        -------
        dict of str to ndarray of float32, shape (k, d)
            In the order of the store's rows.
        """
        return self._own().all_vectors()

    def forget_predictions(self) -> None:
        """Let go of the vectors and committees that are kept for a query, until the next `fit`."""
        self._prediction = None
        if self.committees is not None:
            self.committees.forget()

    def _own(self) -> Prediction:
        if self._prediction is None:
            self._prediction = self._over(self.store)
        return self._prediction

    def _over(self, store: SampleStore) -> Prediction:
        self.check_is_fitted()
        return Prediction(self.module_, store, torch.device(self.device))

    # -- state ------------------------------------------------------------------------------

    def state(self) -> bytes:
        """Return the network's weights and buffers, for a checkpoint.

        Returns
        -------
        bytes
            For `load_state`. The optimiser is not part of it, since it is restarted every round.
        """
        self.check_is_fitted()
        # Copies: weights that share their memory, as tied ones do, are each written whole.
        tensors = {
            name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for name, tensor in self.module_.state_dict().items()
        }
        return safetensors.torch.save(tensors)

    def load_state(self, state: bytes, n_taught: int = 0) -> None:
        """Go on from a checkpoint.

        Parameters
        ----------
        state : bytes
            What `state` gave, of a classifier of the same model, shapes and classes.
        n_taught : int
            How many candidates it was trained on: a warm start may train less for having seen them.
        """
        if not self.initialized_:
            self.initialize()
        self._prediction, self._n_taught = None, n_taught
        self.module_.load_state_dict(safetensors.torch.load(state))

    def odd_weights(self) -> list[str]:
        """Return the names of the weights and buffers that hold anything but finite numbers.

        Returns
        -------
        list of str
            As in the network's ``state_dict``; empty if all is well.
        """
        self.check_is_fitted()
        state = self.module_.state_dict()
        return [name for name, tensor in state.items() if not torch.isfinite(tensor).all()]

    def largest_weight(self) -> float:
        """Return the largest magnitude of a trained weight; 0 if there is none."""
        self.check_is_fitted()
        weights = [each for each in self.module_.parameters() if each.numel()]
        return max((float(each.detach().abs().max()) for each in weights), default=0.0)

    def state_hash(self) -> str:
        """Return a hash of all weights and buffers.

        Returns
        -------
        str
            64 hexadecimal digits, equal for bitwise equal networks.
        """
        self.check_is_fitted()
        digest = hashlib.sha256()
        for name, tensor in self.module_.state_dict().items():
            array = tensor.detach().cpu().contiguous().numpy()
            digest.update(f"{name} {array.dtype} {array.shape};".encode())
            digest.update(array.tobytes())
        return digest.hexdigest()


def weights_and_buffers(network: nn.Module) -> dict[str, torch.Tensor]:
    """Return all that a network learns or keeps, each once, by name.

    Parameters
    ----------
    network : Module
        Any.

    Returns
    -------
    dict of str to Tensor
        The tensors themselves.
    """
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}


def _candidates(X: ArrayLike) -> NDArray[np.intp]:
    return np.asarray(X, dtype=np.intp)
