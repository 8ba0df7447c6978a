"""Where cells run: threads here, workers of a Dask cluster, or processes with a shared folder."""
