"""The tags of a model that planning heeds."""

SOLVED = "solved"
"""Its networks have a `Solver`: what else is said of their training has no effect."""

REFITTED = "refitted"
"""Its solver starts anew each time and knows no weights of classes: no setting has an effect."""

VECTORS_ONLY = "vectors-only"
"""It takes modalities of vectors, and no images."""

FIXED_EMBEDDINGS = "fixed-embeddings"
"""Its embeddings do not depend on training: they exist before anything is labelled."""
