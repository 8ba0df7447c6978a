"""A distribution of strategies that do what no strategy should, for the tests of a run."""
