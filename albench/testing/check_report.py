"""The results of a plugin's checks, as a table and as JSON for a badge."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    EXPECTED_FAILURE = "expected-failure"


@dataclass(frozen=True, kw_only=True)
class Result:
    """The result of one check of one plugin.

    Parameters
    ----------
    check : str
        The check's name.
    status : Status
        How it ended.
    reason : str
        What is wrong, or why it was skipped or expected to fail; what was measured, if it passed.
    claims : frozenset of str
        The plugin's claims that it tested; see `albench.testing.descriptor_claims`.
    seconds : float
        How long it took.
    """

    check: str
    status: Status
    reason: str = ""
    claims: frozenset[str] = frozenset()
    seconds: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """The results of all checks of one plugin.

    Parameters
    ----------
    plugin : str
        Its qualified name.
    kind : str
        Loader, model or strategy.
    package : str
        Distribution and version; empty if no installed package announces the plugin.
    version : int
        The component's own version.
    results : tuple of Result
        In the order of the catalogue.
    """

    plugin: str
    kind: str
    package: str
    version: int
    results: tuple[Result, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed unexpectedly."""
        return not self.counts[Status.FAILED]

    @property
    def counts(self) -> dict[Status, int]:
        """How many checks ended in each way."""
        counted = Counter(result.status for result in self.results)
        return {status: counted[status] for status in Status}

    @property
    def headline(self) -> str:
        """The counts in words: ``31 passed, 1 failed, 2 skipped``."""
        parts = [f"{count} {status.value}" for status, count in self.counts.items() if count]
        return ", ".join(parts) or "nothing checked"

    def of(self, check: str) -> Result:
        """Return the result of the check of that name; `KeyError` if this plugin has none."""
        for result in self.results:
            if result.check == check:
                return result
        raise KeyError(check)

    def as_table(self) -> str:
        """Return one line per check, between a heading and the counts, for a terminal."""
        width = max((len(result.check) for result in self.results), default=0)
        heading = f"{self.kind} {self.plugin}" + (f" ({self.package})" if self.package else "")
        lines = [
            f"{result.status.value:<16}  {result.check:<{width}}  {result.seconds:5.2f} s  "
            f"{' '.join(result.reason.split())}".rstrip()
            for result in self.results
        ]
        return "\n".join([heading, *lines, self.headline])

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain data that a badge can be drawn from.

        The keys ``schemaVersion``, ``label``, ``message`` and ``color`` are those of the endpoint
        badges of shields.io.
        """
        return {
            "schemaVersion": 1,
            "label": f"albench {self.kind}",
            "message": self.headline,
            "color": "brightgreen" if self.ok else "red",
            "plugin": self.plugin,
            "kind": self.kind,
            "package": self.package,
            "version": self.version,
            "ok": self.ok,
            "counts": {status.value: count for status, count in self.counts.items()},
            "results": [
                {
                    "check": result.check,
                    "status": result.status.value,
                    "reason": result.reason,
                    "claims": sorted(result.claims),
                    "seconds": round(result.seconds, 3),
                }
                for result in self.results
            ],
        }
