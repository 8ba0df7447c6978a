"""The field's known pitfalls: which this benchmark avoids, and by what the records say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench.reporting.content import Section, Table, Text
from albench.reporting.pitfalls import pitfalls

if TYPE_CHECKING:
    from albench.reporting.derived import Derived


def section(derived: Derived) -> Section:
    """Return a sentence and the filled checklist."""
    judged = pitfalls(derived)
    failed = [one.question for one in judged if not one.is_avoided]
    rows = tuple(
        (one.question, "pass" if one.is_avoided else "**fail**", one.reason, one.source)
        for one in judged
    )
    caption = (
        "Pass or fail by what the records say; a benchmark may have good reasons not to try "
        "something. The sources warn of the pitfall."
    )
    columns = ("what avoids it", "outcome", "by the records", "source")
    summary = f"{len(judged) - len(failed)} of {len(judged)} known pitfalls are avoided."
    return Section(
        "Known pitfalls",
        [Text((summary,)), Table("pitfalls", "Checklist of pitfalls", caption, columns, rows)],
    )
