"""Tables as LaTeX that compiles as it is and fits the page."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from albench.reporting.file_names import file_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from albench.reporting.content import Table

PACKAGES = ("amssymb", "array", "booktabs", "longtable", "pdflscape")
"""What a document needs that includes the tables, besides the font encoding T1."""
HEAD = (
    r"% \usepackage[T1]{fontenc}",
    rf"% \usepackage{{{','.join(PACKAGES)}}}",
)
"""The first lines of each file, to be copied into a preamble."""
PORTRAIT, LANDSCAPE = 39.0, 63.0
"""Width of a page in em of footnotesize: 345 pt and 550 pt, those of article at 10 pt."""
GAP = 1.0
"""Space between two columns in em."""
FLOAT_LINES = 36
"""Lines of a table that floats; a longer one breaks over pages."""
WHOLE = 18
"""Characters of a cell whose line is not broken."""
LONGEST_WORD = 18
"""Characters after which a word may be broken anywhere."""


@dataclass(frozen=True)
class _Layout:
    """Columns that stand beside each other: which, how wide in em, and where."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]
    breaks_lines: bool
    is_sideways: bool


def as_latex(table: Table) -> str:
    """Return a table as LaTeX, with caption, label and, as a comment, the packages it needs.

    A short table floats, a long one breaks over pages. A wide one breaks the lines of long texts,
    is turned if that is not enough, and is split by columns, its first ones repeated, if that is
    not enough either. A character that pdflatex has no sign for is written as its number:
    ``[U+4E2D]``.
    """
    layouts = _layouts(table)
    lines = [*HEAD]
    for i, layout in enumerate(layouts):
        part = f" Part {i + 1} of {len(layouts)}." if len(layouts) > 1 else ""
        label = f"tab:{file_name(table.name)}" + (f"-{i + 1}" if i else "")
        text = f"{table.title.rstrip('.')}. {table.caption}".strip() + part
        caption = rf"\caption{{{latex_text(text)}}}\label{{{label}}}"
        lines += _environment(table, layout, caption)
    return "\n".join([*lines, ""])


def _environment(table: Table, layout: _Layout, caption: str) -> Iterator[str]:
    columns = "".join(_column(width, layout) for width in layout.widths)
    head = _row(table.columns, layout)
    body = [_row(row, layout) for row in table.rows]
    size = r"\footnotesize\setlength{\tabcolsep}{0.5em}\setlength{\emergencystretch}{3em}"
    if not layout.is_sideways and _lines(table, layout) <= FLOAT_LINES:
        yield from (r"\begin{table}", r"\centering", size, caption)
        yield from (rf"\begin{{tabular}}{{@{{}}{columns}@{{}}}}", r"\toprule", head, r"\midrule")
        yield from (*body, r"\bottomrule", r"\end{tabular}", r"\end{table}")
        return
    if layout.is_sideways:
        yield r"\begin{landscape}"
    yield from (r"\begingroup", size, r"\setlength{\LTcapwidth}{\linewidth}")
    yield from (rf"\begin{{longtable}}{{@{{}}{columns}@{{}}}}", caption + r"\\")
    yield from (r"\toprule", head, r"\midrule", r"\endfirsthead")
    yield from (r"\toprule", head, r"\midrule", r"\endhead")
    yield from (r"\bottomrule", r"\endfoot", *body, r"\end{longtable}", r"\endgroup")
    if layout.is_sideways:
        yield r"\end{landscape}"


def _column(width: float, layout: _Layout) -> str:
    if not layout.breaks_lines:
        return "l"
    return rf">{{\raggedright\arraybackslash}}p{{{width:.2f}em}}"


def _row(cells: Sequence[str], layout: _Layout) -> str:
    return " & ".join(latex_text(cells[i]) for i in layout.columns) + r" \\"


def _lines(table: Table, layout: _Layout) -> int:
    def lines(row: Sequence[str]) -> int:
        pairs = zip(layout.columns, layout.widths, strict=True)
        return max((int(1.2 * _width(row[i]) / width) + 1 for i, width in pairs), default=1)

    return sum(map(lines, table.rows)) if layout.breaks_lines else len(table.rows)


def _layouts(table: Table) -> list[_Layout]:
    """Return the columns of each part of a table: one part if they fit a page."""
    natural = [max(map(_width, cells)) for cells in _cells(table)]
    least = [
        min(w, max(map(_least, cells))) for w, cells in zip(natural, _cells(table), strict=True)
    ]
    everything = tuple(range(len(table.columns)))
    for room, is_sideways in ((PORTRAIT, False), (LANDSCAPE, True)):
        if layout := _fitted(everything, natural, least, room, is_sideways=is_sideways):
            return [layout]
    keys = _keys(table)
    parts: list[_Layout] = []
    rest = list(everything[len(keys) :])
    while rest:
        n_fitting = 1
        while n_fitting < len(rest) and _fitted(
            (*keys, *rest[: n_fitting + 1]), natural, least, LANDSCAPE, is_sideways=True
        ):
            n_fitting += 1
        columns = (*keys, *rest[:n_fitting])
        layout = _fitted(columns, natural, least, LANDSCAPE, is_sideways=True)
        parts.append(layout or _squeezed(columns))
        rest = rest[n_fitting:]
    return parts


def _cells(table: Table) -> list[list[str]]:
    return [[heading, *(row[i] for row in table.rows)] for i, heading in enumerate(table.columns)]


def _keys(table: Table) -> tuple[int, ...]:
    """Return the columns that are repeated in each part: two if one does not name the row."""
    names = [row[0] for row in table.rows]
    return (0,) if len(set(names)) == len(names) or len(table.columns) < 3 else (0, 1)


def _fitted(
    columns: tuple[int, ...],
    natural: Sequence[float],
    least: Sequence[float],
    room: float,
    *,
    is_sideways: bool,
) -> _Layout | None:
    """Return columns as wide as there is room, the widest narrowed first; None if they cannot."""
    room -= GAP * (len(columns) - 1)
    wanted = [natural[i] for i in columns]
    if sum(wanted) <= room:
        return _Layout(columns, tuple(wanted), breaks_lines=False, is_sideways=is_sideways)
    low, high = 0.0, max(wanted)
    narrowest = [least[i] for i in columns]
    if sum(narrowest) > room:
        return None
    for _ in range(30):  # halved so often, the rest is below what TeX resolves
        limit = (low + high) / 2
        widths = _limited(wanted, narrowest, limit)
        low, high = (limit, high) if sum(widths) <= room else (low, limit)
    widths = _limited(wanted, narrowest, low)
    return _Layout(columns, tuple(widths), breaks_lines=True, is_sideways=is_sideways)


def _limited(wanted: Sequence[float], least: Sequence[float], limit: float) -> list[float]:
    return [min(w, max(limit, n)) for w, n in zip(wanted, least, strict=True)]


def _squeezed(columns: tuple[int, ...]) -> _Layout:
    width = (LANDSCAPE - GAP * (len(columns) - 1)) / len(columns)
    return _Layout(columns, (width,) * len(columns), breaks_lines=True, is_sideways=True)


def _least(text: str) -> float:
    """Return the width in em below which a cell would stick out, or a short one would break."""
    plain = text.replace("**", "")
    if len(plain) <= WHOLE and any(c.isdigit() for c in plain):
        return _width(text)
    pieces = [
        p[i : i + LONGEST_WORD] for p in plain.split() for i in range(0, len(p), LONGEST_WORD)
    ]
    return max(map(_width, pieces), default=0.0)


def _width(text: str) -> float:
    """Return an upper estimate of a text's width in em of Computer Modern."""
    bold = 1.16 if "**" in text else 1.0
    return bold * sum(map(_character_width, text.replace("**", ""))) + 0.1


def _character_width(character: str) -> float:
    if character in " .,:;'|!ijltfr()[]-/I":
        return 0.4
    if character.isascii() and (character.islower() or character.isdigit()):
        return 0.86 if character in "mw" else 0.57
    return 0.85 if character in _SIGNS or character in _LATIN or character.isascii() else 5.0


_LATIN = {chr(code) for code in range(0xC0, 0x180)} - set("ĦħĸĿŀŉŦŧſ")
"""Letters that T1 has, or makes of a letter and an accent."""
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi"),
    *("omega", "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
)
_GREEK_LETTERS = "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ"
_SIGNS = {
    "\\": r"\textbackslash{}",
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "`": r"\textasciigrave{}",
    "±": r"$\pm$",
    "−": "$-$",
    "–": "--",
    "—": "---",
    "‘": "`",
    "’": "'",
    "“": "``",
    "”": "''",
    "…": r"\dots{}",
    "▲": r"$\blacktriangle$",
    "▼": r"$\blacktriangledown$",
    "●": r"$\bullet$",
    "•": r"$\bullet$",
    "✓": r"$\checkmark$",
    "<": "$<$",
    ">": "$>$",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "≈": r"$\approx$",
    "≠": r"$\ne$",
    "∞": r"$\infty$",
    "→": r"$\to$",
    "←": r"$\leftarrow$",
    "×": r"$\times$",
    "÷": r"$\div$",
    "·": r"$\cdot$",
    "√": r"$\surd$",
    "∑": r"$\sum$",
    "°": r"$^\circ$",
    "²": "$^2$",
    "³": "$^3$",
    "µ": r"$\mu$",
    "§": r"\S{}",
    "\N{NO-BREAK SPACE}": "~",
    "\N{NARROW NO-BREAK SPACE}": r"\,",
    "[": "{[}",  # a row that begins with one would be an option of the line break before it
    "*": "{*}",  # likewise
    **{c: rf"$\{name}$" for c, name in zip(_GREEK_LETTERS, _GREEK, strict=True)},
}


def latex_text(text: str) -> str:
    """Return a text as LaTeX, with text between double asterisks in bold.

    Parameters
    ----------
    text : str
        Any; its line breaks become spaces.

    Returns
    -------
    str
        Nothing in it is a command of the text's own.
    """
    line = unicodedata.normalize("NFC", " ".join(text.splitlines()))
    pieces = re.split(r"\*\*(.+?)\*\*", line)
    return "".join(
        rf"\textbf{{{_escaped(piece)}}}" if i % 2 else _escaped(piece)
        for i, piece in enumerate(pieces)
    )


def _escaped(text: str) -> str:
    return " ".join(map(_breakable, text.split(" ")))


def _breakable(word: str) -> str:
    pieces = (word[i : i + LONGEST_WORD] for i in range(0, len(word), LONGEST_WORD))
    return r"\allowbreak{}".join("".join(map(_sign, piece)) for piece in pieces)


def _sign(character: str) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    if character in _LATIN or (character.isascii() and character.isprintable()):
        return character
    return f"{{[}}U+{ord(character):04X}]"
