"""Time the extraction of a frozen trunk's outputs against a bare torchvision loop.

The bare loop runs torchvision's own ResNet over float tensors that are in memory already, in
batches of the same size. Extraction reads each batch from a loader that decodes PNG files, scales
and normalises it, averages the maps and writes a memory-mapped file. Both must give the same
vectors to 1e-5. They take turns within one run; each turn gives a ratio, and the median of the
ratios is printed, since what else runs on the machine then slows both alike. Run it alone::

    OMP_NUM_THREADS=1 python benchmarks/speed/trunk_extraction.py

The target is 80 % of the bare loop's images a second, with the building of the trunk in the time,
which happens once for a benchmark's thousands of images and here for a hundred; the share without
it is printed too. The reader has a thread of its own, so that a second
core is used if there is one. Everything else is set to one thread.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torchvision.models import get_model

from albench.api import Modality
from albench.cohort.cache import FeatureCache
from albench.learn.extraction import features
from albench.models.plain import Plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from albench.api import Trunk

TARGET, TOLERANCE = 0.8, 1e-5


def written(folder: Path, n: int, pixels: int) -> Modality:
    """Return a modality of PNG files with smooth content, as photographs have."""
    rng = np.random.default_rng(0)
    for number in range(n):
        coarse = Image.fromarray(rng.integers(0, 256, (12, 12, 3), dtype=np.uint8))
        coarse.resize((pixels, pixels), Image.Resampling.BICUBIC).save(folder / f"{number}.png")

    def read(rows: NDArray[np.intp]) -> NDArray[np.uint8]:
        pictures = [np.asarray(Image.open(folder / f"{row}.png")) for row in rows]
        return np.stack(pictures).transpose(0, 3, 1, 2)

    subjects = np.arange(n).astype(str)
    return Modality(subjects=subjects, shape=(3, pixels, pixels), read=read, fingerprint="bench")


@dataclass(frozen=True)
class Bare:
    """torchvision's own network with the trunk's weights, and normalised images in memory."""

    resnet: Any  # torchvision ships no types
    images: torch.Tensor
    batch_size: int

    @classmethod
    def of(cls, name: str, trunk: Trunk, modality: Modality, batch_size: int) -> Bare:
        """Return the loop that a trunk is compared with."""
        loaded: Any = trunk.load()
        image_trunk = loaded[0]
        resnet = get_model(name, weights=None).eval().to(memory_format=torch.channels_last)
        resnet.load_state_dict(image_trunk.body.net.state_dict(), strict=False)
        resnet.fc = torch.nn.Identity()
        samples = torch.from_numpy(modality.read(np.arange(len(modality))) / np.float32(255))
        images = (samples - image_trunk.mean) / image_trunk.std
        return cls(resnet, images.to(memory_format=torch.channels_last), batch_size)

    def run(self) -> NDArray[Any]:
        """Return the vectors of all images."""
        with torch.inference_mode():
            batches = torch.split(self.images, self.batch_size)
            return torch.cat([self.resnet(batch) for batch in batches]).numpy()


@dataclass(frozen=True)
class Turn:
    """The seconds of one extraction and of one bare loop over the same images."""

    extraction: float
    building: float
    bare: float

    @property
    def share(self) -> float:
        """The speed of extraction in units of the bare loop's."""
        return self.bare / self.extraction

    @property
    def share_when_built(self) -> float:
        """The same without building the trunk."""
        return self.bare / (self.extraction - self.building)


@dataclass
class Building:
    """Loads a trunk and remembers how long it took."""

    load: Callable[[], torch.nn.Module]
    seconds: float = 0.0

    def __call__(self) -> torch.nn.Module:
        """Return the loaded trunk."""
        start = time.perf_counter()
        loaded = self.load()
        self.seconds = time.perf_counter() - start
        return loaded


def turn(
    modality: Modality, trunk: Trunk, bare: Bare, folder: Path
) -> tuple[Turn, NDArray[Any], NDArray[Any]]:
    """Return the times of both ways, and the vectors that each gave."""
    building = Building(trunk.load)
    measured = replace(trunk, load=building)
    cache = FeatureCache(folder)
    start = time.perf_counter()
    vectors = features(modality, measured, cache, batch_size=bare.batch_size, device="cpu")
    between = time.perf_counter()
    expected = bare.run()
    end = time.perf_counter()
    return Turn(between - start, building.seconds, end - between), vectors, expected


def taking_turns(
    modality: Modality, trunk: Trunk, bare: Bare, folder: Path, repeats: int
) -> tuple[list[Turn], float]:
    """Return the turns after a warm-up, and how far the vectors of both ways differ."""
    turns = []
    for number in range(repeats + 1):
        times, vectors, expected = turn(modality, trunk, bare, folder / f"cache {number}")
        turns.append(times)
    return turns[1:], float(np.abs(vectors - expected).max() / np.abs(expected).max())


def main() -> int:
    """Compare both ways; return 1 if the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trunk", default="resnet50", choices=("resnet50", "resnet18"))
    parser.add_argument("--pixels", type=int, default=224)
    parser.add_argument("--images", type=int, help="by default ten seconds of work")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    args.images = args.images or int(128 * (224 / args.pixels) ** 2)

    with tempfile.TemporaryDirectory() as name:
        modality = written(Path(name), args.images, args.pixels)
        model = Plain(trunk=args.trunk, weights="random")
        trunk = model.build({"image": modality.shape}, 2).trunks["image"]
        bare = Bare.of(args.trunk, trunk, modality, args.batch_size)
        turns, difference = taking_turns(modality, trunk, bare, Path(name), args.repeats)
    share = statistics.median(t.share for t in turns)
    print(
        f"{args.trunk} at {args.pixels} px, {args.images} images, {args.repeats} turns: "
        f"{args.images / statistics.median(t.extraction for t in turns):.1f} images/s extracted, "
        f"{args.images / statistics.median(t.bare for t in turns):.1f} bare: {share:.0%} (target "
        f"{TARGET:.0%}), {statistics.median(t.share_when_built for t in turns):.0%} without the "
        f"{statistics.median(t.building for t in turns):.1f} s of building the trunk; turns from "
        f"{min(t.share for t in turns):.0%} to {max(t.share for t in turns):.0%}; largest "
        f"difference {difference:.1e} of the largest output (bound {TOLERANCE:.0e})"
    )
    return int(share < TARGET or difference > TOLERANCE)


if __name__ == "__main__":
    raise SystemExit(main())
