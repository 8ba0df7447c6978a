"""Records: an append-only journal is the truth; tables are derived from it."""
