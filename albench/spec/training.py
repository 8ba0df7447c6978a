"""How a network is trained in each round."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from albench.spec.section import Count, SpecTable


class Training(SpecTable):
    """``[models.M.training]``: how a network is trained in each round."""

    epochs: Annotated[Count, Field(ge=1)] = 30
    min_updates: Annotated[Count, Field(ge=0)] = 0
    """Go on for whole epochs until at least so many updates are made."""
    batch_size: Annotated[Count, Field(ge=1)] = 32
    optimiser: Literal["adam", "adamw", "sgd"] = "adam"
    learning_rate: Annotated[float, Field(gt=0)] = 1e-3
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.9
    """Of sgd only."""
    warm_start: StrictBool = False
    """Go on from the last round's weights instead of the repetition's initial weights."""
    class_weights: Literal["none", "balanced"] = "none"
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The share of the labelled set held out for early stopping; 0 trains on all of it."""
    patience: Annotated[Count, Field(ge=1)] = 5
    """Epochs without a better validation loss before training stops."""
    validate_from: Annotated[Count, Field(ge=2)] = 2
    """With fewer labelled subjects nobody is held out, and training runs to its end."""
    precision: Literal["float32", "bfloat16"] = "float32"
    """Of training alone: bfloat16 is mixed precision; prediction is always in float32."""
    schedule: Literal["constant", "cosine"] = "constant"
    """Of the learning rate within a round: cosine lets it fall to nothing (Loshchilov 2017)."""
    warm_updates: Literal["full", "bought"] = "full"
    """Updates of a later round with a warm start: all, or the share of labels that are new."""
    shrink: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Scales the weights before a round with a warm start (Ash and Adams 2020)."""
    perturb: Annotated[float, Field(ge=0)] = 0.0
    """Scales fresh initial weights, which are added then."""
    reestimate_batch_norm: StrictBool = False
    """Recompute the statistics of batch norms on the labelled set, with the final weights."""

    @model_validator(mode="after")
    def _sets_nothing_without_effect(self) -> Training:
        needs = {
            "warm_updates": ("warm_start", "warm_start = true"),
            "shrink": ("warm_start", "warm_start = true"),
            "perturb": ("warm_start", "warm_start = true"),
            "validate_from": ("validation", "validation above 0"),
        }
        for key, (other, wanted) in needs.items():
            is_set = getattr(self, key) != type(self).model_fields[key].default
            if is_set and not getattr(self, other):
                raise ValueError(f"{key} has no effect without {wanted}")
        return self

    def n_epochs(self, n_batches: int, new: Fraction = Fraction(1)) -> int:
        """Return how many epochs there are at most; early stopping may end them before.

        Parameters
        ----------
        n_batches : int
            Updates an epoch.
        new : Fraction
            The share of the labelled set that the present weights were not trained on.

        Returns
        -------
        int
            `epochs`, or as many as `min_updates` takes; if updates follow what is bought, that
            share of them, in whole epochs and at least one.
        """
        n = max(self.epochs, math.ceil(self.min_updates / n_batches))
        if self.warm_updates == "full" or new == 1:
            return n
        n_updates = max(self.epochs * n_batches, self.min_updates) * new
        return max(1, math.ceil(n_updates / n_batches))
