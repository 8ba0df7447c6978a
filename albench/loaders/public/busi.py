"""The loader ``busi``: 780 breast ultrasound images, benign, malignant or normal.

W. Al-Dhabyani et al., Dataset of breast ultrasound images, Data in Brief 28, 2020. The set names no
patients; duplicates and wrong labels in it have been reported.
"""

from pathlib import Path

from albench.api import Complaint, Modality
from albench.loaders.frame_detection import Box
from albench.loaders.gallery import modality_of
from albench.loaders.pictures import Framing, PictureFile
from albench.loaders.public.folders import folder_with, pictures_in
from albench.loaders.public.masks import lesion_box
from albench.loaders.regions import Region

CLASSES = ("benign", "malignant", "normal")

NOTE = (
    "BUSI breast ultrasound. The set names no patients: each image stands as a subject, images of "
    "one patient may be in training and test, duplicates are known, and figures are too good."
)


def load(*, path: Path, view: str = "image", size: int = 224) -> Modality:
    """Return the images of all three classes; each stands as a subject.

    Parameters
    ----------
    path : Path
        A folder with the folders benign, malignant and normal, at any depth.
    view : str
        ``"image"``, or ``"lesion"``: the box round the masks ``NAME_mask*.png``, drawn by experts
        who knew the class; the whole image where they are black, as in all that are normal.
    size : int
        Pixels a side of the square that each picture is stretched to.

    Returns
    -------
    Modality
        RGB; labels as in `CLASSES`; without subject ids of its own, as its note says.
    """
    home = folder_with(Path(path), CLASSES)
    framing = Framing(
        size=size, channels=3, region=Region(kind="box" if view == "lesion" else "whole")
    )
    pictures, complaints = [], []
    for name in CLASSES:
        files = [file for file in pictures_in(home / name) if "_mask" not in file.stem]
        if not files:
            complaints.append(Complaint(str(home / name), "holds no picture"))
        for file in files:
            box = _lesion(file, framing) if view == "lesion" else None
            if isinstance(box, Complaint):
                complaints.append(box)
            else:
                pictures.append(PictureFile(file, f"{name}/{file.stem}", str(home / name), box))
    labels = {picture.subject: picture.file.parent.name for picture in pictures}
    return modality_of(pictures, labels, framing, NOTE, complaints)


def _lesion(file: Path, framing: Framing) -> Box | Complaint:
    masks = [
        other for other in pictures_in(file.parent) if other.stem.startswith(f"{file.stem}_mask")
    ]
    return lesion_box(masks, framing) if masks else Complaint(str(file), "has no mask beside it")
