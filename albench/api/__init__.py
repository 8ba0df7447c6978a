"""All that a plugin imports of albench: contracts, descriptors, hooks and a few helpers."""

from albench.api import needs, tags
from albench.api.acquisition import ACQUISITION_API, AcquisitionStrategy, Offer, Request
from albench.api.descriptors import API_VERSION, Descriptor, Kind, Option
from albench.api.hooks import ENTRY_POINT_GROUP, hookimpl
from albench.api.keys import MISSING_WORDS, as_keys, is_missing, is_whole_number
from albench.api.modality import Label, Modality, ModalityLoader, Samples, fingerprint
from albench.api.model import (
    AVAILABLE,
    AuxiliaryLoss,
    FusionModel,
    FusionNet,
    ParameterGroups,
    Shapes,
    Solver,
    Trunk,
)
from albench.api.pool import PoolSource, PoolView
from albench.api.selection import top
from albench.api.strategy import QueryStrategy
from albench.errors import Complaint, DataError, UndeclaredNeed, WeightsError

__all__ = [
    "ACQUISITION_API",
    "API_VERSION",
    "AVAILABLE",
    "ENTRY_POINT_GROUP",
    "MISSING_WORDS",
    "AcquisitionStrategy",
    "AuxiliaryLoss",
    "Complaint",
    "DataError",
    "Descriptor",
    "FusionModel",
    "FusionNet",
    "Kind",
    "Label",
    "Modality",
    "ModalityLoader",
    "Offer",
    "Option",
    "ParameterGroups",
    "PoolSource",
    "PoolView",
    "QueryStrategy",
    "Request",
    "Samples",
    "Shapes",
    "Solver",
    "Trunk",
    "UndeclaredNeed",
    "WeightsError",
    "as_keys",
    "fingerprint",
    "hookimpl",
    "is_missing",
    "is_whole_number",
    "needs",
    "tags",
    "top",
]
