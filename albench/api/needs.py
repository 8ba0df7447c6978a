"""The vocabulary of ``needs``: what a strategy may ask of a pool, and a model may provide."""

PROBA = "proba"
DROPOUT_PROBA = "dropout_proba"
COMMITTEE_PROBA = "committee_proba"
EMBEDDINGS = "embeddings"
STREAM_EMBEDDINGS = "stream_embeddings"
MASKED_PROBA = "masked_proba"
HIDDEN_LABELS = "hidden_labels"

NEEDS: dict[str, str] = {
    PROBA: "class probabilities of one deterministic pass, of the pool and of the labelled set",
    DROPOUT_PROBA: "class probabilities of several passes with dropout switched on",
    COMMITTEE_PROBA: "class probabilities of independently initialised and trained heads",
    EMBEDDINGS: "the fused vector before the classifier, of the pool and of the labelled set",
    STREAM_EMBEDDINGS: "each modality's vector before fusion",
    MASKED_PROBA: "class probabilities with some modalities replaced by their mean vector",
}

GRANTED: dict[str, str] = {
    HIDDEN_LABELS: "the true labels of the pool: granted to strategies tagged ``oracle`` alone",
}
"""What no model provides, but the harness, and only to a strategy that announces it."""
