from __future__ import annotations

import json

import pytest

from albench.testing import Report, Result, Status


@pytest.fixture
def report() -> Report:
    results = (
        Result(check="sizes", status=Status.PASSED, reason="tried 1, 2", seconds=0.25),
        Result(check="growth", status=Status.FAILED, reason="n^2,\nnot n", seconds=1.0),
        Result(check="marks", status=Status.SKIPPED, reason="it has none"),
        Result(check="names", status=Status.EXPECTED_FAILURE, reason="expected (old)"),
    )
    return Report(
        plugin="mylab/toy", kind="strategy", package="mylab 0.1", version=1, results=results
    )


def test_a_report_counts_how_checks_ended(report: Report) -> None:
    assert report.headline == "1 passed, 1 failed, 1 skipped, 1 expected-failure"
    assert report.counts[Status.PASSED] == 1


def test_one_failure_is_enough_to_fail(report: Report) -> None:
    sound = Report(plugin="x", kind="model", package="", version=1, results=report.results[:1])
    assert sound.ok
    assert not report.ok


def test_a_table_has_a_line_a_check_with_its_reason(report: Report) -> None:
    heading, *lines, counts = report.as_table().splitlines()
    assert heading == "strategy mylab/toy (mylab 0.1)"
    assert counts == report.headline
    assert lines[1].split() == ["failed", "growth", "1.00", "s", "n^2,", "not", "n"]


def test_json_can_be_drawn_as_a_badge(report: Report) -> None:
    badge = json.loads(json.dumps(report.as_json()))
    assert badge["schemaVersion"] == 1
    assert badge["color"] == "red"
    assert badge["message"] == report.headline
    assert badge["results"][0]["seconds"] == 0.25


def test_a_result_is_found_by_its_check(report: Report) -> None:
    assert report.of("marks").reason == "it has none"
    with pytest.raises(KeyError):
        report.of("unheard-of")
