"""The record of a run is frozen, complete, and the same again from its plain data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from albench.records.run_record import PlannedRun

if TYPE_CHECKING:
    from collections.abc import Callable

CELL = {"cell": "c1", "cohort": "clinic", "modalities": "a+b", "model": "small"}
CELL |= {"budget": "tenth", "strategy": "esd", "strategy_plugin": "core/esd"}


@pytest.fixture
def record(planned_run: Callable[..., PlannedRun]) -> PlannedRun:
    """A run that plans one cell."""
    return planned_run([CELL | {"repetition": 0, "identity": {"seed": 0}}])


def test_a_record_comes_back_from_its_plain_data(record: PlannedRun) -> None:
    assert PlannedRun.model_validate(json.loads(json.dumps(record.to_json()))) == record


def test_a_record_cannot_be_changed(record: PlannedRun) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        record.title = "other"


@pytest.mark.parametrize(
    "key", [key for key, field in PlannedRun.model_fields.items() if field.is_required()]
)
def test_a_record_lacks_nothing(record: PlannedRun, key: str) -> None:
    plain = record.to_json()
    del plain[key]
    with pytest.raises(ValidationError, match=rf"(?s){key}.*Field required"):
        PlannedRun.model_validate(plain)


def test_a_key_of_a_newer_record_is_ignored(record: PlannedRun) -> None:
    plain = record.to_json()
    plain["plugins added later"] = plain["cohorts"]["clinic"]["added later"] = 1
    assert PlannedRun.model_validate(plain) == record


def changed(record: PlannedRun, cohort: dict[str, Any]) -> dict[str, Any]:
    """Return a record as plain data whose cohort is changed."""
    plain = record.to_json()
    plain["cohorts"]["clinic"] |= cohort
    return plain


@pytest.mark.parametrize(
    ("cohort", "said"),
    [
        ({"subjects": "10"}, "valid integer"),
        ({"subjects": -1}, "greater than or equal to 0"),
        ({"ordered": 1}, "valid boolean"),
        ({"label_noise": float("nan")}, "finite"),
        ({"evaluation": "both"}, "'subject' or 'candidate'"),
        ({"class_order": ["F0"]}, "class_order does not name the classes"),
    ],
)
def test_what_a_cohort_cannot_be_is_refused(
    record: PlannedRun, cohort: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        PlannedRun.model_validate(changed(record, cohort))


def test_a_cell_of_a_cohort_that_is_not_told_is_refused(record: PlannedRun) -> None:
    with pytest.raises(ValidationError, match="cells are of the unknown cohort 'clinic'"):
        PlannedRun.model_validate(record.to_json() | {"cohorts": {}})
