"""How good predictions are: one list of metrics, from which everything else takes their names."""
