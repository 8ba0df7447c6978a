"""A bundle: a run's records in one file, to be sent to others, who check it before they use it."""
