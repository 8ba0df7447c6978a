"""Models are tested on the inputs they accept; untestable ones are reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import torch

from albench.api import Kind, WeightsError
from albench.testing import Status, Violation
from albench.testing.models.sample_networks import require_close

if TYPE_CHECKING:
    from collections.abc import Callable


class NeedsWeights:
    """Builds nothing for samples of the shapes that are given."""

    def __init__(self, sound: Any, *lengths: int) -> None:
        self.inner = sound()
        self.lengths = lengths

    def build(self, shapes: Any, n_classes: int) -> Any:
        if any(len(shape) in self.lengths for shape in shapes.values()):
            raise WeightsError("they are on another machine")
        return self.inner.build(shapes, n_classes)


def test_images_without_weights_are_told_and_vectors_tried(
    sound: Callable[..., Any], examine: Callable[..., Any]
) -> None:
    target, descriptor = sound(Kind.MODEL)
    examination = examine(lambda: NeedsWeights(target, 3), descriptor)
    built = examination.result("builds-a-network")
    assert built.status is Status.PASSED
    assert "tried samples of (6,), but images of (1, 8, 8) need weights" in built.reason
    assert "on another machine" in examination.result("trunks-are-frozen").reason


def test_a_model_without_weights_is_skipped_and_its_claims_untried(
    sound: Callable[..., Any], examine: Callable[..., Any]
) -> None:
    target, descriptor = sound(Kind.MODEL)
    examination = examine(lambda: NeedsWeights(target, 1, 3), descriptor)
    assert examination.result("builds-a-network").status is Status.SKIPPED
    assert "is a model" in examination.result("every-claim-is-tried").reason


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e6])
def test_rounding_is_judged_by_the_size_of_the_numbers(scale: float) -> None:
    numbers = scale * torch.tensor([1.0, -0.5])
    require_close(numbers * (1 + 1e-5), numbers, "rounding")
    with pytest.raises(Violation, match="it moved: numbers up to"):
        require_close(numbers * 1.01, numbers, "it moved")


def test_nan_is_no_rounding() -> None:
    with pytest.raises(Violation):
        require_close(torch.tensor([torch.nan]), torch.tensor([1.0]), "it broke")
