"""Mathematics that strategies share: arrays in, arrays out; SciPy is imported in the call.

Throughout, `rows` and `features` are vectors, ``(n, D)``, finite where something is fitted to them,
and `others` more of them, ``(m, D)``. `labels` are their class numbers, ``(n,)``, and `n_classes`
is how many classes there are, present or not. `proba` are class probabilities, ``(n, n_classes)``,
whose rows sum to one. An `rng` breaks ties, and draws the start where there is one to draw. Where
picks are made, their arguments are those of `albench.strategies`.
"""
