"""What the fork server imports third: albench's own loaders, models and strategies, in 0.2 s.

What another plugin does when it is imported must stay in its cell.
"""

import importlib

from albench.loaders.plugin import albench_loaders
from albench.models.plugin import albench_models
from albench.strategies.plugin import albench_strategies

for descriptor in (*albench_loaders(), *albench_models(), *albench_strategies()):
    importlib.import_module(descriptor.target.partition(":")[0])
