"""Models that ship with albench, announced like any plugin.

Each module has a recipe and its network. The fields of a recipe are the options that
`albench.models.plugin` announces. What a recipe's ``build`` and a network's methods take and return
is said in `albench.api.model`, on `FusionModel`, `FusionNet`, `Solver` and `AuxiliaryLoss`; here
only what is a model's own.
"""
