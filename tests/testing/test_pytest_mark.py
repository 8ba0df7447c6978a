"""A plugin's own tests use the kit in five lines, and the outcomes are pytest's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from albench.api import Kind
from albench.errors import PluginError
from albench.testing import Violation, parametrize_with_checks
from albench.testing.examination import find


@parametrize_with_checks("core/margin", sizes=(500, 1000, 2000))
def test_margin_conforms(check: Any) -> None:
    check()


def calls(*given: Any, **settings: Any) -> dict[str, Any]:
    """Return the calls that a mark would make, by the name of the check."""
    mark: Any = parametrize_with_checks(*given, **settings)
    return {str(case.id).rpartition(":")[2]: case.values[0] for case in mark.args[1]}


def test_every_check_is_a_case_named_after_plugin_and_check() -> None:
    mark: Any = parametrize_with_checks("core/margin")
    ids = [case.id for case in mark.args[1]]
    assert mark.args[0] == "check"
    assert "core/margin:precisions-agree" in ids
    assert ids[-1] == "core/margin:every-claim-is-tried"


def test_a_skipped_check_is_a_skipped_test() -> None:
    with pytest.raises(pytest.skip.Exception, match="no option has"):
        calls("core/margin")["options-at-their-ends"]()


def test_a_failed_check_is_a_failed_test() -> None:
    uncited = replace(find("margin").descriptor, citation="")
    with pytest.raises(Violation, match="margin, source-is-cited: citation is empty"):
        calls(uncited)["source-is-cited"]()


def test_an_expected_failure_is_an_xfail() -> None:
    uncited = replace(find("margin").descriptor, citation="")
    cases = calls(uncited, expected_failures={"source-is-cited": "unpublished"})
    with pytest.raises(pytest.xfail.Exception, match="unpublished"):
        cases["source-is-cited"]()


def test_what_albench_knows_of_its_own_is_expected() -> None:
    with pytest.raises(pytest.xfail.Exception, match="it tunes a temperature"):
        calls("core/uncertainty-herding")["sample-numbers-are-names"]()


def test_an_unknown_plugin_is_told_when_tests_are_collected() -> None:
    with pytest.raises(PluginError, match="unknown plugin"):
        parametrize_with_checks("mylab/nothing")


def test_a_plugin_of_any_kind_can_be_checked() -> None:
    cases = calls("breast-cancer", options={"view": "worst"})
    cases["rows-come-in-any-order"]()
    assert find("breast-cancer").descriptor.kind is Kind.LOADER
