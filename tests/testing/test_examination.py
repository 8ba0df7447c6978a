"""Expectations are strict, claims are tried, and names are found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from albench.api import Kind, needs
from albench.errors import PluginError
from albench.testing import Status, check, check_by_name
from albench.testing.descriptor_claims import claims_of, counts
from albench.testing.examination import find

if TYPE_CHECKING:
    from collections.abc import Callable

CLAIMS = "every-claim-is-tried"


def test_an_expected_failure_is_told_apart_with_its_reason(sound: Any, examine: Any) -> None:
    target, descriptor = sound(Kind.STRATEGY)
    uncited = replace(descriptor, citation="")
    result = examine(target, uncited, {"source-is-cited": "unpublished"}).result("source-is-cited")
    assert result.status is Status.EXPECTED_FAILURE
    assert "unpublished" in result.reason
    assert "citation is empty" in result.reason


def test_an_expected_failure_that_holds_is_a_failure(sound: Any, examine: Any) -> None:
    expected = {"source-is-cited": "unpublished"}
    result = examine(*sound(Kind.STRATEGY), expected).result("source-is-cited")
    assert result.status is Status.FAILED
    assert "withdraw the expectation" in result.reason


def test_an_expected_failure_of_a_skipped_check_is_a_skip(sound: Any, examine: Any) -> None:
    expected = {"options-at-their-ends": "slow"}
    result = examine(*sound(Kind.STRATEGY), expected).result("options-at-their-ends")
    assert result.status is Status.SKIPPED


def test_an_expectation_of_no_check_is_refused(sound: Any, examine: Any) -> None:
    with pytest.raises(
        PluginError, match="sizes-of-answers is expected to fail, but a strategy has no such"
    ):
        examine(*sound(Kind.STRATEGY), {"sizes-of-answers": "x"})


def test_a_claim_that_no_check_could_try_is_a_failure() -> None:
    report = check_by_name("table", kind=Kind.LOADER)
    assert report.of("opens-a-modality").status is Status.SKIPPED
    assert "path" in report.of("opens-a-modality").reason
    assert report.of(CLAIMS).status is Status.FAILED
    assert "is a loader" in report.of(CLAIMS).reason


def test_a_check_is_made_once_however_often_it_is_asked_for(sound: Any, examine: Any) -> None:
    examination = examine(*sound(Kind.STRATEGY))
    assert examination.result("constant-features") is examination.result("constant-features")


def test_a_target_needs_its_descriptor(sound: Any) -> None:
    target, descriptor = sound(Kind.LOADER)
    assert check(target, descriptor=descriptor).ok
    with pytest.raises(TypeError, match="give its descriptor"):
        check(target)


def test_a_descriptor_is_enough_where_its_target_can_be_imported(sound: Any) -> None:
    report = check(sound(Kind.LOADER)[1])
    assert report.ok, report.as_table()
    assert report.of("another-process-sees-the-same").status is Status.PASSED


def test_an_installed_plugin_is_found_by_its_short_or_qualified_name() -> None:
    assert find("entropy") == find("core/entropy", Kind.STRATEGY)


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("entrpy", None, "did you mean 'entropy'"),
        ("entropy", Kind.MODEL, "unknown model 'entropy'"),
    ],
)
def test_an_unknown_name_is_answered_with_the_near_ones(
    name: str, kind: Kind | None, expected: str
) -> None:
    with pytest.raises(PluginError, match=expected):
        find(name, kind)


def test_claims_are_needs_cost_modalities_and_tags_that_can_be_tried() -> None:
    descriptor = replace(
        find("bmmal").descriptor, tags=frozenset({"randomised", "mine"}), needs=frozenset({"proba"})
    )
    assert claims_of(descriptor) == {
        *("is a strategy", "need proba", "cost n b", "tag randomised"),
        *("2 modalities", "4 modalities"),
    }


@pytest.mark.parametrize(
    ("given", "tried"),
    [((1, None), (1, 2, 4)), ((2, 3), (2, 3)), ((1, 1), (1,)), ((5, None), (5,))],
)
def test_the_ends_of_a_range_and_the_usual_numbers_are_tried(
    given: tuple[int, int | None], tried: tuple[int, ...], sound: Callable[..., Any]
) -> None:
    assert counts(replace(sound(Kind.STRATEGY)[1], modalities=given)) == tried


def test_a_wrapper_need_not_read_all_that_its_options_might(sound: Any, examine: Any) -> None:
    target, descriptor = sound(Kind.STRATEGY)
    both = frozenset({needs.PROBA, needs.EMBEDDINGS})
    wrapper = replace(descriptor, needs=both, tags=frozenset({"wrapper"}))
    result = examine(target, wrapper).result("everything-declared-is-read")
    assert result.status is Status.PASSED


def test_a_strategy_that_says_it_uses_labels_is_not_guarded(sound: Any, examine: Any) -> None:
    target, descriptor = sound(Kind.STRATEGY)
    oracle = replace(descriptor, tags=frozenset({"oracle"}))
    result = examine(target, oracle).result("hidden-labels-are-not-looked-at")
    assert result.status is Status.SKIPPED


def test_who_needs_labels_of_the_pool_must_say_that_it_is_an_oracle(
    sound: Any, examine: Any
) -> None:
    target, descriptor = sound(Kind.STRATEGY)
    silent = replace(descriptor, needs=descriptor.needs | {needs.HIDDEN_LABELS})
    result = examine(target, silent).result("descriptor-is-well-formed")
    assert result.status is Status.FAILED
    assert "go together" in result.reason


def test_a_model_cannot_provide_labels_of_the_pool(sound: Any, examine: Any) -> None:
    target, descriptor = sound(Kind.MODEL)
    model = replace(descriptor, provides=frozenset({needs.HIDDEN_LABELS}))
    result = examine(target, model).result("descriptor-is-well-formed")
    assert "hidden_labels is no need" in result.reason
