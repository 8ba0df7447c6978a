"""Which files a bundle holds, and how large it may be."""

from __future__ import annotations

from albench.records.archive import ACQUIRED, CELLS, PARTS, PICKS, PREDICTIONS

VERSION = 1
"""Raised when albench could no longer read the bundles that it has written so far."""

CONTENTS = "bundle.json"
"""Lists the other files with their sizes and SHA-256."""

TABLES = (CELLS, PARTS, PICKS, PREDICTIONS)
FILES = ("manifest.json", "cells.csv", "scores.csv", "marks.csv", *TABLES)
"""All others; a bundle has each of them and nothing else, `OPTIONAL` aside."""

OPTIONAL = (ACQUIRED,)
"""Parquet files that a bundle has if its records have what they hold."""

LARGEST_FILE = 500_000_000
"""Bytes of one file when unpacked."""

LARGEST_CONTENTS = 100_000
"""Bytes of the list of files."""

MOST_ROWS = 20_000_000
"""Rows of one Parquet file: runs of equal values take next to no space in it."""
