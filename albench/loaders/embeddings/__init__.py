"""The loader ``embeddings``: vectors that another program has made, in files of arrays."""
