"""The references of a benchmark as BibTeX: what its plugins cite, and the libraries it ran on."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

from albench.reporting.latex import latex_text
from albench.reporting.works import REMARK, known_work

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from albench.records.manifest import Manifest

OURS = "ours"
"""How the citation of a plugin begins that nobody else has published."""
REFERENCE = re.compile(
    r"(?P<authors>[^\W\d_a-z][^:\d()]*?),? (?P<year>(?:19|20)\d\d)(?:, (?P<title>.+))?"
)
"""Authors begin with a capital letter; a remark before them makes a citation a note."""
ARXIV = re.compile(r"(?:\((?:[\w-]+, )?)?arXiv[: ](?P<number>\d{4}\.\d{4,5})\)?")
LIBRARIES: Mapping[str, Mapping[str, str]] = {
    "matplotlib": {
        "author": "Hunter, John D.",
        "title": "Matplotlib: a {2D} graphics environment",
        "journal": "Computing in Science & Engineering",
        "volume": "9",
        "number": "3",
        "pages": "90--95",
        "year": "2007",
    },
    "modAL-python": {
        "author": "Danka, Tivadar and Horvath, Peter",
        "title": "{modAL}: a modular active learning framework for {Python}",
        "eprint": "1805.00979",
        "archiveprefix": "arXiv",
        "year": "2018",
    },
    "numpy": {
        "author": "Harris, Charles R. and others",
        "title": "Array programming with {NumPy}",
        "journal": "Nature",
        "volume": "585",
        "pages": "357--362",
        "year": "2020",
    },
    "pandas": {
        "author": "McKinney, Wes",
        "title": "Data structures for statistical computing in {Python}",
        "booktitle": "Proceedings of the 9th Python in Science Conference",
        "pages": "56--61",
        "year": "2010",
    },
    "scikit-learn": {
        "author": "Pedregosa, Fabian and others",
        "title": "Scikit-learn: machine learning in {Python}",
        "journal": "Journal of Machine Learning Research",
        "volume": "12",
        "pages": "2825--2830",
        "year": "2011",
    },
    "scipy": {
        "author": "Virtanen, Pauli and others",
        "title": "{SciPy} 1.0: fundamental algorithms for scientific computing in {Python}",
        "journal": "Nature Methods",
        "volume": "17",
        "pages": "261--272",
        "year": "2020",
    },
    "statsmodels": {
        "author": "Seabold, Skipper and Perktold, Josef",
        "title": "Statsmodels: econometric and statistical modeling with {Python}",
        "booktitle": "Proceedings of the 9th Python in Science Conference",
        "pages": "92--96",
        "year": "2010",
    },
    "torch": {
        "author": "Paszke, Adam and others",
        "title": "{PyTorch}: an imperative style, high-performance deep learning library",
        "booktitle": "Advances in Neural Information Processing Systems 32",
        "year": "2019",
    },
}
"""What the authors of libraries ask to be cited; others are cited as software."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A reference.

    Parameters
    ----------
    key : str
        By which a text cites it.
    kind : str
        The type of a BibTeX entry.
    fields : mapping of str to str
        In LaTeX.
    """

    key: str
    kind: str
    fields: Mapping[str, str]

    def as_bibtex(self) -> str:
        """Return the entry as BibTeX."""
        lines = [f"  {name} = {{{value}}},\n" for name, value in self.fields.items()]
        return f"@{self.kind}{{{self.key},\n{''.join(lines)}}}\n"


def references_of(manifest: Manifest, libraries: Collection[str] = ()) -> dict[str, list[Entry]]:
    """Return what each plugin and each library is cited by.

    Parameters
    ----------
    manifest : Manifest
        With the plugins in use and the versions of libraries.
    libraries : collection of str
        Others, of which no version is recorded: those that a report was made with.

    Returns
    -------
    dict of str to list of Entry
        By the name of a plugin or a package. A plugin that cites nothing, or is of its own authors
        alone, is cited by its package. Entries say what the plugin's descriptor says, and all of a
        work that albench knows: another citation that is no list of authors and year is an entry
        with a note. A work has one entry, the fullest, however plugins cite it.
    """
    packages = {"albench": manifest.provenance.albench}
    packages |= {part.distribution: part.version for part in manifest.plugins if part.distribution}
    packages |= dict.fromkeys(libraries, "") | manifest.provenance.packages
    entries_of = {name: [_package(name, version)] for name, version in sorted(packages.items())}
    for part in sorted(manifest.plugins, key=lambda part: part.name):
        own = list(_cited(part.citation))
        entries_of[part.name] = own or entries_of.get(part.distribution, entries_of["albench"])
    return _with_distinct_keys(_each_work_once(entries_of))


def _each_work_once(entries_of: Mapping[str, list[Entry]]) -> dict[str, list[Entry]]:
    """Return the same references, each work by the fullest of its entries wherever it stands."""
    entries = (entry for group in entries_of.values() for entry in group)
    of_work: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda one: ("title" not in one.fields, -len(one.fields))):
        fullest = next((of_work[mark] for mark in _marks(entry) if mark in of_work), entry)
        of_work |= {mark: fullest for mark in _marks(entry) if mark not in of_work}
    return {
        name: list(dict.fromkeys(of_work[_marks(entry)[0]] for entry in group))
        for name, group in entries_of.items()
    }


def _marks(entry: Entry) -> list[str]:
    """Return what tells a work from others: its number, its title and year, or else all fields."""
    fields = entry.fields
    title = " ".join(re.findall(r"[a-z0-9]+", re.sub("[{}]", "", fields.get("title", "").lower())))
    marks = [f"arXiv {fields['eprint']}"] if "eprint" in fields else []
    marks += [f"{title} {fields.get('year', '')}"] if title else []
    return marks or [str(sorted(fields.items()))]


def _with_distinct_keys(by_name: Mapping[str, list[Entry]]) -> dict[str, list[Entry]]:
    """Return the same entries, with a letter behind the key of a second one of that name."""
    taken: dict[str, Mapping[str, str]] = {}

    def distinct(entry: Entry) -> Entry:
        for letter in ("", *ascii_lowercase[1:]):
            if taken.setdefault(entry.key + letter, entry.fields) == entry.fields:
                return replace(entry, key=entry.key + letter)
        return entry

    return {name: [distinct(entry) for entry in entries] for name, entries in by_name.items()}


def as_bibtex(references: Iterable[Iterable[Entry]]) -> str:
    """Return a bibliography.

    Parameters
    ----------
    references : iterable of iterable of Entry
        Those of the plugins and packages that a text cites.

    Returns
    -------
    str
        Each entry once, by key.
    """
    entries = {entry.key: entry for group in references for entry in group}
    return "\n".join(entries[key].as_bibtex() for key in sorted(entries))


def _cited(citation: str) -> Iterator[Entry]:
    if citation.split(":")[0].strip() == OURS:
        return
    for text in filter(None, map(str.strip, citation.split(";"))):
        yield _reference(text)


def _reference(text: str) -> Entry:
    """Return a reference such as *Ash et al. 2020, Deep batch active learning*."""
    arxiv = ARXIV.search(text)
    if known := known_work(text, arxiv["number"] if arxiv else ""):
        return Entry(
            _key(f"{known['author']} {known['year']} {known['title']}"), _kind(known), known
        )
    rest = ARXIV.sub("", text).strip(" ,(") if arxiv else text
    parts = REFERENCE.fullmatch(rest)
    fields: dict[str, str] = {}
    if parts:
        fields = {"author": _authors(parts["authors"]), "year": parts["year"]}
        fields |= {"title": _field(parts["title"])} if parts["title"] else {}
    if arxiv:
        fields |= {"eprint": arxiv["number"], "archiveprefix": "arXiv"}
    if "title" not in fields:
        fields |= {"note": _field(text)}
    if "author" not in fields:
        fields |= {"key": _field(text)}  # by which it is sorted
    return Entry(_key(REMARK.sub("", text, count=1)), "misc", fields)


def _authors(text: str) -> str:
    """Return authors as BibTeX separates them."""
    names = re.split(r",\s*|\s*&\s*|\s+and\s+", text.removesuffix(" et al."))
    others = ["others"] if text.endswith(" et al.") else []
    return " and ".join([f"{{{_field(name)}}}" for name in names if name] + others)


def _package(name: str, version: str) -> Entry:
    paper = LIBRARIES.get(name)
    note = {"note": f"version {latex_text(version)}"} if version else {}
    key = re.sub(r"[^a-z0-9-]+", "-", name.lower())
    if paper is None:
        return Entry(key, "misc", {"key": _field(name), "title": f"{{{_field(name)}}}", **note})
    fields = {field: value.replace("&", r"\&") for field, value in paper.items()}
    return Entry(key, _kind(paper), {**fields, **note})


def _kind(fields: Mapping[str, str]) -> str:
    """Return the type of a published work's entry."""
    if "journal" in fields:
        return "article"
    return "inproceedings" if "booktitle" in fields else "misc"


def _field(text: str) -> str:
    """Return a text within braces: BibTeX counts these even where they are escaped."""
    return latex_text(text.translate({ord("{"): "(", ord("}"): ")"}))


def _key(text: str) -> str:
    """Return a key of letters and digits: the first author, the year, and a word of the title."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.findall(r"[A-Za-z0-9]+", plain)
    year = next((word for word in words if re.fullmatch(r"(19|20)\d\d", word)), "")
    after = [w for w in words[words.index(year) + 1 :] if len(w) > 3] if year else []  # no articles
    return "".join([*words[:1], year, *after[:1]]).lower() or "unnamed"
