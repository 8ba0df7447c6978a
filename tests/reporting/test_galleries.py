"""Pictures of first picks on the page, from a table beside the records."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from albench.errors import RecordsError
from albench.reporting.build import sections
from albench.reporting.content import Gallery, Section, Text
from albench.reporting.load import load
from albench.reporting.markdown import markdown
from albench.reporting.page import page
from albench.reporting.sections import selections
from albench.reporting.sliced import sliced
from albench.spec.slices import Slice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.sections(selections)

WEBP = base64.b64encode(b"RIFF\x1a\x00\x00\x00WEBPVP8L").decode()


@pytest.fixture
def results(make_toy: Callable[..., Any]) -> Path:
    """Two strategies whose picks may be shown in one block."""
    run = make_toy(n_repetitions=2)
    folder: Path = run.write()
    block = {"cohort": "liver", "modalities": "LSTE+LUS", "model": "resnet", "budget": "fifth"}
    rows = [
        block
        | {"strategy": strategy, "modality": modality, "subject": f"P{place}", "class": "b"}
        | {"picture": WEBP, "repetition": 0, "place": place, "round": 1, "sample": 10 + place}
        for strategy in ("margin", "random")
        for modality in ("LSTE", "LUS")
        for place in range(3)
    ]
    pd.DataFrame(rows).to_csv(folder / "pictures.csv", index=False)
    return folder


def bought(results: Path) -> Section:
    (section,) = [s for s in sections(load(results)) if s.title == "What was bought"]
    return section


def test_each_strategy_has_its_first_picks_with_what_they_are(results: Path) -> None:
    (gallery,) = [part for part in bought(results).parts if isinstance(part, Gallery)]
    assert gallery.title == "First picks, liver (simulated): LSTE + LUS"
    assert [strategy for strategy, _ in gallery.rows] == ["random", "margin"]
    picks = dict(gallery.rows)["margin"]
    assert [pick.name for pick in picks] == ["b", "b", "b"]
    assert [caption for caption, _ in picks[2].pictures] == [
        "b, subject P2, LSTE sample 12, round 1",
        "b, subject P2, LUS sample 12, round 1",
    ]


def test_the_page_holds_the_pictures_and_what_is_read_out(results: Path) -> None:
    html = page("t", "q", [bought(results)])
    images = re.findall(r'<img src="data:image/webp;base64,([^"]+)" alt="([^"]+)">', html)
    assert len(images) == html.count("<img") == 2 * 2 * 3
    assert {picture for picture, _ in images} == {WEBP}
    assert len({caption for _, caption in images}) == 6


def test_markdown_says_where_the_pictures_are(results: Path) -> None:
    text = markdown("t", "q", [bought(results)])
    assert "**First picks, liver (simulated): LSTE + LUS**: the pictures are on the page." in text
    assert WEBP not in text


def test_a_slice_shows_its_own_pictures(results: Path) -> None:
    part = sliced(load(results), Slice(included={"strategy": ["margin"]}))
    assert set(part.pictures["strategy"]) == {"margin", "random"}
    assert sliced(load(results), Slice(included={"cohort": ["digits"]})).pictures.empty


@pytest.mark.parametrize("text", ["", "PHN2Zz4=", f'{WEBP}" onerror="alert(1)'])
def test_what_is_no_picture_is_refused(results: Path, text: str) -> None:
    table = pd.read_csv(results / "pictures.csv")
    table.loc[3, "picture"] = text
    table.to_csv(results / "pictures.csv", index=False)
    with pytest.raises(RecordsError, match="column picture holds no WebP in row 4"):
        load(results)


def test_pictures_that_may_be_shown_but_are_not_here_are_told(make_toy: Callable[..., Any]) -> None:
    run = make_toy(n_repetitions=2)
    run.manifest["cohorts"]["liver"]["shows_pictures"] = True
    (text,) = [part for part in bought(run.write()).parts if isinstance(part, Text)]
    assert text.sentences[0].startswith(
        "Pictures of first picks may be shown of liver (simulated), but are not here"
    )
