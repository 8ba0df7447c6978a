"""How good predictions are: one list of metrics, from which everything else takes their names.

A metric is a function ``score(labels, proba)`` that returns a number. Throughout,

- `labels` are class numbers, ``(n,)``;
- `proba` are class probabilities, ``(n, n_classes)``. The most probable class of a row is its
  answer; of equal ones the first counts.

Its weighted form computes many rounds under many weightings of the units, all at once. It takes
probabilities ``(n_rounds, n, n_classes)`` and `weights`, ``(n_weightings, n)``: how often each unit
counts, as whole numbers of a resample, or 0 and 1 of a part. It returns
``(n_weightings, n_rounds)``: what the metric would give of the units repeated so often.
"""
