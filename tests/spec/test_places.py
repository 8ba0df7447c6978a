"""Keys are found on their lines, whatever TOML's spelling of them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from albench.spec.places import Path, line_of

TEXT = dedent("""\
    name = "toy" # line 1
    "seed" = 3

    [cohorts.clinic] # a comment
    test = 0.2
    modalities.a = { loader = "grid", options = { size = 4 } }

    [models]
    small.plugin = "linear"
    'odd' = { plugin = "x" }

    [strategies."k.center"]
    plugin = "k-center"

    [[matrix]]
    cohorts = ["clinic"]
    modalities = [
      ["a", "b"],
      ["a"]
    ]
    models = ["small"] # line 21

    [[matrix]]
    question = '''
    stop = 3
    [budgets.fake]
    '''
    budgets = [
        { stop = 3 },
    ]

    [ budgets . real ]
    stop = 1.0
    """)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("seed",), 2),
        (("cohorts", "clinic"), 4),
        (("cohorts", "clinic", "test"), 5),
        (("cohorts", "clinic", "modalities"), 6),
        (("cohorts", "clinic", "modalities", "a"), 6),
        (("cohorts", "clinic", "modalities", "a", "loader"), 6),
        (("models",), 8),
        (("models", "small", "plugin"), 9),
        (("models", "odd", "plugin"), 10),
        (("strategies", "k.center"), 12),
        (("strategies", "k.center", "plugin"), 13),
        (("matrix", 0), 15),
        (("matrix", 0, "cohorts", 0), 16),
        (("matrix", 0, "modalities", 1, 0), 17),
        (("matrix", 0, "models"), 21),
        (("matrix", 1), 23),
        (("matrix", 1, "question"), 24),
        (("matrix", 1, "budgets", 0, "stop"), 28),
        (("matrix", 1, "missing"), 23),
        (("budgets", "real"), 32),
        (("budgets", "real", "stop"), 33),
        (("budgets", "fake"), None),
        (("stop",), None),
        (("gone", "deep"), None),
        ((), None),
    ],
    ids=str,
)
def test_a_key_or_the_table_around_it_is_found_on_its_line(path: Path, line: int | None) -> None:
    assert line_of(TEXT, path) == line
