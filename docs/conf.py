"""The documentation as a site, by Sphinx: `tox -e docs`.

Sphinx with MyST, since it reads docs/*.md as GitHub does, documents numpy docstrings, and fails on
a link that leads nowhere.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from albench.cli import _parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx

HERE = Path(__file__).parent
OUTSIDE = re.compile(r"(?<!!)\[([^\]]+)\]\((\.\./[^)#]+|examples/[^)#]+)(?:#[^)]*)?\)")
"""A link, not a picture, to a file that is no page."""

project = "albench"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = "albench"
napoleon_google_docstring = False
autodoc_typehints = "none"  # docstrings name the types, with shapes
autodoc_mock_imports = ["torch", "torchvision", "skorch", "modAL", "sklearn"]  # gigabytes


def setup(app: Sphinx) -> None:
    """Write the command line's page before pages are read, and name files outside of docs/."""
    app.connect("builder-inited", _write_command_line)
    app.connect("source-read", _name_files)


def _write_command_line(_: Sphinx) -> None:
    (HERE / "generated").mkdir(exist_ok=True)
    text = "\n".join(["# Command line", *_commands(_parser())])
    (HERE / "generated" / "command-line.md").write_text(text, encoding="utf-8")


def _commands(parser: argparse.ArgumentParser) -> Iterator[str]:
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for group in groups:
        for inner in group.choices.values():
            yield from _commands(inner)
    if not groups:
        yield f"\n## {parser.prog}\n\n```text\n{parser.format_help()}```"


def _name_files(_: Sphinx, page: str, source: list[str]) -> None:
    def named(link: re.Match[str]) -> str:
        if not (HERE / link[2]).exists():
            raise FileNotFoundError(f"{page}: links to {link[2]}, which is not there")
        return f"{link[1]} (`{link[2].removeprefix('../')}`)"

    source[0] = OUTSIDE.sub(named, source[0])
