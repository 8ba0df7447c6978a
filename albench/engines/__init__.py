"""Where cells run: threads here, the workers of a Dask cluster, or processes with a shared folder."""
