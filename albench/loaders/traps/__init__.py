"""Small simulated cohorts on which it is known what a good query strategy does."""
