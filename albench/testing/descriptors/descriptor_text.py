"""Checks of what a descriptor says: its name, versions, summary, citation, needs and cost."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from albench.api import API_VERSION, Kind
from albench.api.acquisition import asks_for_modalities
from albench.api.needs import GRANTED, HIDDEN_LABELS, NEEDS
from albench.testing.checks import Skip, Violation, guards_against

if TYPE_CHECKING:
    from collections.abc import Iterator

    from albench.api import Descriptor
    from albench.testing.specimen import Specimen

COSTS = ("n", "n log n", "n b", "n^2")
"""The cost classes of `Descriptor.cost`."""

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@guards_against("names that cannot be typed; needs that nothing provides; plugins of another API")
def descriptor_is_well_formed(specimen: Specimen) -> None:
    """Names, versions, ranges, needs and costs have allowed values."""
    complaints = list(_complaints(specimen.descriptor))
    if complaints:
        raise Violation("; ".join(complaints))


def _complaints(descriptor: Descriptor) -> Iterator[str]:
    if not _NAME.fullmatch(descriptor.name):
        yield f"the name {descriptor.name!r} is not lower case with hyphens"
    if descriptor.api != API_VERSION and not asks_for_modalities(descriptor):
        yield f"it was written for version {descriptor.api} of albench.api, not {API_VERSION}"
    if descriptor.version < 1:
        yield f"its version is {descriptor.version}, the least is 1"
    if not re.fullmatch(r"[\w.]+:[\w.]+", descriptor.target):
        yield f"the target {descriptor.target!r} is not 'package.module:attribute'"
    low, high = descriptor.modalities
    if low < 1 or (high is not None and high < low):
        yield f"the range of modalities {low} to {high} is empty or begins under 1"
    yield from _about_needs(descriptor)
    if descriptor.kind is Kind.STRATEGY and descriptor.cost not in COSTS:
        yield f"the cost {descriptor.cost!r} is none of {', '.join(COSTS)}"


def _about_needs(descriptor: Descriptor) -> Iterator[str]:
    words = set(NEEDS) | (set(GRANTED) if descriptor.kind is Kind.STRATEGY else set())
    strange = sorted((descriptor.needs | descriptor.provides) - words)
    if strange:
        yield f"{', '.join(strange)} is no need; there are {', '.join(NEEDS)}"
    if descriptor.is_oracle != (HIDDEN_LABELS in descriptor.needs):
        yield f"the tag 'oracle' and the need {HIDDEN_LABELS!r} go together, here is only one"


@guards_against("plugins that nobody can choose from a list")
def summary_is_one_line(specimen: Specimen) -> None:
    """The summary is one line, and every option has a help text."""
    descriptor = specimen.descriptor
    summary = descriptor.summary.strip()
    if not summary or "\n" in summary:
        raise Violation(f"the summary must be one line, found {descriptor.summary!r}")
    silent = [option.name for option in descriptor.options if not option.help.strip()]
    if silent:
        raise Violation(f"options without help: {', '.join(silent)}")


@guards_against("results whose method cannot be looked up")
def source_is_cited(specimen: Specimen) -> None:
    """The descriptor cites a source."""
    descriptor = specimen.descriptor
    if "wrapper" in descriptor.tags:
        raise Skip("a wrapper's source is what it wraps")
    if any(option.required and option.type is Path for option in descriptor.options):
        if not descriptor.citation:
            raise Skip("it reads the user's files")
    elif not descriptor.citation.strip():
        raise Violation("citation is empty: name the paper, the data set, or 'ours'")
