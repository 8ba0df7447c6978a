"""The page as PDF, printed by a Chromium if there is one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from albench.errors import Complaint, InputError

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("msedge", "microsoft-edge", "brave-browser"),
)
"""Names of programs that print with ``--print-to-pdf``, the first found is used."""
SECONDS = 300
"""The time limit for printing."""

_NODE = re.compile(rb"(?<=\(node)\d{8}(?=\))")


def find_browser() -> str:
    """Return the path of a browser that can print without a screen.

    Returns
    -------
    str
        The first that is on the path.

    Raises
    ------
    InputError
        If there is none.
    """
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise InputError(
        [
            Complaint(
                "--pdf",
                "found no browser to print the page with: put chromium or google-chrome on the "
                "PATH, or omit --pdf and print report/index.html from any browser",
            )
        ]
    )


def print_page(page: Path, browser: str) -> Path:
    """Print a page to a PDF beside it, with all folded parts open.

    Parameters
    ----------
    page : Path
        ``index.html``.
    browser : str
        The result of `find_browser`.

    Returns
    -------
    Path
        ``report.pdf``. The same page and browser give the same bytes: the time is left out.

    Raises
    ------
    InputError
        If the browser fails.
    """
    target = page.with_name("report.pdf")
    with tempfile.TemporaryDirectory() as scratch:
        printed = Path(scratch) / "page.pdf"
        failure = _run([*_command(browser, Path(scratch)), f"--print-to-pdf={printed}"], page)
        if failure or not printed.is_file():
            problem = f"could not print the page: {failure or 'it wrote nothing'}"
            raise InputError([Complaint(browser, problem)])
        target.write_bytes(_without_chance(printed.read_bytes()))
    return target


def _command(browser: str, scratch: Path) -> list[str]:
    # A profile of its own, so that a browser that is open on the screen does not take over.
    command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer", "--no-first-run"]
    command += [f"--user-data-dir={scratch / 'profile'}"]
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*command, "--no-sandbox"] if is_root else command  # Chromium asks it of root


def _run(command: list[str], page: Path) -> str:
    """Run a browser, and return what went wrong, or an empty string."""
    try:
        ended = subprocess.run(  # noqa: S603  # a browser from the path, the program's own page
            [*command, page.resolve().as_uri()],
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        return str(error)
    except subprocess.TimeoutExpired:
        return f"it took more than {SECONDS} s"
    last = ended.stderr.decode(errors="replace").strip().splitlines()[-1:]
    return f"it ended with {ended.returncode}: {' '.join(last)}" if ended.returncode else ""


def _without_chance(content: bytes) -> bytes:
    undated = re.sub(rb"(?<=Date \(D:)\d{14}", b"0" * 14, content)
    # Header cells bear the numbers of the browser's nodes, which begin now here and now there.
    first = min(map(int, _NODE.findall(undated)), default=0)
    return _NODE.sub(lambda node: b"%08d" % (int(node[0]) - first), undated)
