"""Where cells run: in threads here, on a Dask cluster, or in processes that share a folder."""
