"""What the fork server imports once, so that a child starts in a fraction of a second.

Nothing here may initialise CUDA or run an operation of torch: threads do not survive a fork.
"""

import modAL.models
import sklearn.linear_model
import skorch
import torch
import torch._dynamo  # the first optimiser of a process imports it, which takes seconds

import albench.execute.batch

__all__ = ["albench", "modAL", "sklearn", "skorch", "torch"]
