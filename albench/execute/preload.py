"""What the fork server imports once, so that a child starts in a fraction of a second.

Nothing here may initialise CUDA or run an operation of torch: threads do not survive a fork.
"""

import modAL.models
import sklearn.linear_model
import skorch
import threadpoolctl
import torch
import torch._dynamo  # the first optimiser of a process imports it, which takes seconds

import albench.execute.batch
import albench.execute.prepare
import albench.planning

__all__ = ["albench", "modAL", "sklearn", "skorch", "torch"]

threadpoolctl.ThreadpoolController()  # it remembers where libraries lie; children limit them
