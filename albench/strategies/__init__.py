"""Strategies that ship with albench, announced like any plugin.

Behind most classes stands a function of arrays that makes the choice. Its arguments mean the same
everywhere:

- `features` are finite vectors of the pool, ``(n_pool, D)``, and `labelled` those of the labelled
  set, ``(n_labelled, D)``, which may be empty;
- `proba` are finite class probabilities of the pool, ``(n_pool, n_classes)``;
- `n` is the number of picks that are wanted, 1 to ``n_pool``;
- `rng` draws whatever is random: it breaks ties and starts k-means.

It returns distinct positions in the pool, ``(n,)``, in order of choice.
"""
