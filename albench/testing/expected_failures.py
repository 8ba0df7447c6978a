"""Checks that albench's own plugins are known to fail, each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

EXPECTED_FAILURES: Mapping[str, Mapping[str, str]] = {
    "core/uncertainty-herding": {
        "sample-numbers-are-names": "it tunes a temperature by cross-validation, whose folds are "
        "made in the order of the labelled subjects' numbers",
    },
}
"""By qualified name, then by check."""


def expected_failures_of(plugin: str) -> Mapping[str, str]:
    """Return the checks that a plugin of albench is known to fail, each with the reason.

    There is none for most.
    """
    return EXPECTED_FAILURES.get(plugin, {})
