"""The estimator in skorch, the learner in modAL, and what a pool view reads of them."""
