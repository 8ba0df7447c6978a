"""The loader ``kaggle-liver-fibrosis``: 6,323 B-mode images of livers, by stage of fibrosis.

Kaggle, vibhingupta028/liver-histopathology-fibrosis-ultrasound-images: two hospitals in Seoul. The
set names no patients, so that images of one may fall on both sides of a split.
"""

from pathlib import Path

from albench.api import Complaint, Modality
from albench.loaders.gallery import modality_of
from albench.loaders.pictures import Framing, PictureFile
from albench.loaders.public.folders import folder_with, pictures_in

STAGES = ("F0", "F1", "F2", "F3", "F4")

NOTE = (
    "Kaggle liver fibrosis ultrasound. The set names no patients: each image stands as a subject, "
    "images of one patient may be in training and test, and figures are too good."
)


def load(*, path: Path, size: int = 224) -> Modality:
    """Return the images of all five stages; each stands as a subject.

    Parameters
    ----------
    path : Path
        A folder with the folders F0 to F4, at any depth.
    size : int
        Pixels a side of the square that each picture is stretched to.

    Returns
    -------
    Modality
        RGB; labels ``"F0"`` to ``"F4"``; without subject ids of its own, as its note says.
    """
    home = folder_with(Path(path), STAGES)
    files = {stage: pictures_in(home / stage) for stage in STAGES}
    pictures = [
        PictureFile(file, f"{stage}/{file.name}", str(home / stage))
        for stage in STAGES
        for file in files[stage]
    ]
    labels = {picture.subject: picture.file.parent.name for picture in pictures}
    empty = [
        Complaint(str(home / stage), "holds no picture") for stage in STAGES if not files[stage]
    ]
    return modality_of(pictures, labels, Framing(size=size, channels=3), NOTE, empty)
