"""Make embeddings of texts or pictures with a foundation model, outside of albench.

Needs a table with the columns subject, label and text, or path (of a picture, relative to the
table)::

    pip install transformers torch          # for texts
    pip install open_clip_torch pillow      # for pictures
    python foundation_embeddings.py texts notes.csv --model intfloat/e5-small-v2
    python foundation_embeddings.py pictures scans.csv --model ViT-B-32 --weights laion2b_s34b_b79k

writes ``notes.npy`` or ``scans.npy`` beside the table: float16, a row for each of its rows, in
their order. The models fetch their weights when they are first used.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
import torch

AT_ONCE = 32


def of_texts(texts: list[str], model: str) -> np.ndarray:
    """Return the mean of the last layer's tokens, a row a text."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    network = AutoModel.from_pretrained(model).eval()
    rows = []
    for start in range(0, len(texts), AT_ONCE):
        batch = tokenizer(
            texts[start : start + AT_ONCE], padding=True, truncation=True, return_tensors="pt"
        )
        with torch.inference_mode():
            tokens = network(**batch).last_hidden_state  # (n, n_tokens, d)
        is_token = batch["attention_mask"][..., None]  # (n, n_tokens, 1): padding does not count
        rows.append((tokens * is_token).sum(1) / is_token.sum(1))
    return torch.cat(rows).numpy()


def of_pictures(files: list[Path], model: str, weights: str) -> np.ndarray:
    """Return the picture half of a CLIP model, a row a file."""
    import open_clip
    from PIL import Image

    network, _, prepare = open_clip.create_model_and_transforms(model, pretrained=weights)
    network.eval()
    rows = []
    for start in range(0, len(files), AT_ONCE):
        batch = [
            prepare(Image.open(file).convert("RGB")) for file in files[start : start + AT_ONCE]
        ]
        with torch.inference_mode():
            rows.append(network.encode_image(torch.stack(batch)))
    return torch.cat(rows).numpy()


def main() -> None:
    """Read the arguments, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kind", choices=("texts", "pictures"))
    parser.add_argument("table", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--weights", default="", help="of open_clip: which weights of the model")
    given = parser.parse_args()
    table = pd.read_csv(given.table)
    if given.kind == "texts":
        vectors = of_texts(table["text"].tolist(), given.model)
    else:
        files = [given.table.parent / path for path in table["path"]]
        vectors = of_pictures(files, given.model, given.weights)
    np.save(given.table.with_suffix(".npy"), vectors.astype(np.float16))


if __name__ == "__main__":
    main()
