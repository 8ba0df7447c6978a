"""How large pages are, and how soon a browser paints them: ``python page.py PAGE...``."""

from __future__ import annotations

import shutil
import statistics
import sys
from pathlib import Path

REPEATS = 5
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


def main(pages: list[str]) -> int:
    """Print each page's size, first paint, and when its script has done its work.

    Parameters
    ----------
    pages : list of str
        Paths; without any, those of the published results.

    Returns
    -------
    int
        0; 2 without a browser.
    """
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        print("neither chromium nor google-chrome is on the path")
        return 2
    results = Path(__file__).parents[2] / "results"
    published = sorted(results.glob("*/report/index.html"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        for page in [Path(name) for name in pages] or published:
            times = []
            for _ in range(REPEATS):
                window = browser.new_page()
                window.goto(page.resolve().as_uri())
                window.wait_for_function("performance.getEntriesByType('paint').length > 1")
                times.append((window.evaluate(PAINT), window.evaluate(READY)))
                window.close()
            paint, ready = map(statistics.median, zip(*times, strict=True))
            size = page.stat().st_size / 1e6
            print(f"{page}: {size:.2f} MB, painted after {paint:.0f} ms, usable after {ready:.0f}")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
