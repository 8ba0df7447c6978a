"""A frozen trunk is loaded once for all cells and children of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from albench import session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MODEL = """
plugin = "trunked"
options = {{ marker = "{marker}" }}
training = {{ epochs = 1, min_updates = 3 }}
"""


def test_cells_that_share_a_cache_do_not_each_load_the_trunk(
    write_spec: Callable[..., Path], tmp_path: Path
) -> None:
    path = write_spec("first", model=MODEL, marker=tmp_path / "loads", noise=0.01)
    path.write_text(path.read_text().replace('view = "profile"', 'view = "pixels"'))
    opened = session.open_spec(str(path))
    done = session.run(opened, tmp_path / "run", 2, [], lambda *_: None, lambda _: None)
    assert done.n_ok == len(opened.plan.cells) > 2
    assert (tmp_path / "loads").read_text() == "loaded\n"
