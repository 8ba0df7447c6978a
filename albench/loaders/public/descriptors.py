"""Announcements of the public sets; importing this imports no data."""

from pathlib import Path

from albench.api import Descriptor, Kind, Option

FOLDER = Option(name="path", type=Path, required=True, help="the folder the set was unpacked into")
SIZE = Option(
    name="size",
    type=int,
    default=224,
    minimum=1,
    maximum=4096,
    help="pixels a side of the square that each picture is stretched to",
)

IMAGE_OR_LESION = Option(
    name="view",
    type=str,
    default="image",
    choices=("image", "lesion"),
    help="the whole image, or the box round the lesion that experts have marked",
)

NO_SUBJECTS = frozenset({"no-subject-ids"})

DESCRIPTORS = (
    Descriptor(
        name="kaggle-liver-fibrosis",
        kind=Kind.LOADER,
        target="albench.loaders.public.kaggle_liver_fibrosis:load",
        summary="6,323 liver ultrasound images by stage F0 to F4; lacks subject ids",
        options=(FOLDER, SIZE),
        tags=NO_SUBJECTS,
        citation="Kaggle, vibhingupta028, liver fibrosis ultrasound images",
    ),
    Descriptor(
        name="busi",
        kind=Kind.LOADER,
        target="albench.loaders.public.busi:load",
        summary="780 breast ultrasound images, benign, malignant or normal; lacks subject ids",
        options=(FOLDER, IMAGE_OR_LESION, SIZE),
        tags=NO_SUBJECTS,
        citation="Al-Dhabyani et al., Data in Brief 28, 2020",
    ),
    Descriptor(
        name="bus-bra",
        kind=Kind.LOADER,
        target="albench.loaders.public.bus_bra:load",
        summary="1,875 breast ultrasound images of 1,064 patients, by pathology or BI-RADS",
        options=(
            FOLDER,
            Option(
                name="label",
                type=str,
                default="pathology",
                choices=("pathology", "birads"),
                help="benign against malignant, or BI-RADS 2 to 5",
            ),
            IMAGE_OR_LESION,
            Option(
                name="side",
                type=str,
                default="all",
                help="the letter behind the hyphen of an image's name, or all",
            ),
            SIZE,
        ),
        citation="Gómez-Flores et al., Medical Physics 51, 2024",
    ),
    Descriptor(
        name="derm7pt",
        kind=Kind.LOADER,
        target="albench.loaders.public.derm7pt:load",
        summary="1,011 skin lesions, dermoscopic and clinical picture and facts; lacks patient ids",
        options=(
            FOLDER,
            Option(
                name="view",
                type=str,
                default="derm",
                choices=("derm", "clinic", "facts"),
                help="dermoscopic picture, clinical picture, or elevation, location and sex",
            ),
            Option(
                name="label",
                type=str,
                default="group",
                choices=("group", "melanoma"),
                help="the authors' five groups of diagnoses, or melanoma against all others",
            ),
            SIZE,
        ),
        tags=NO_SUBJECTS,
        citation="Kawahara et al., IEEE J. Biomedical and Health Informatics 23, 2019",
    ),
    Descriptor(
        name="medmnist",
        kind=Kind.LOADER,
        target="albench.loaders.public.medmnist:load",
        summary="a MedMNIST .npz file of small medical images; lacks subject ids",
        options=(
            Option(name="path", type=Path, required=True, help="the .npz file"),
            Option(
                name="split",
                type=str,
                default="all",
                choices=("all", "train", "val", "test"),
                help="which of the set's own splits to take; albench splits anew",
            ),
        ),
        tags=NO_SUBJECTS,
        citation="Yang et al., Scientific Data 10, 2023",
    ),
    Descriptor(
        name="cifar-10",
        kind=Kind.LOADER,
        target="albench.loaders.public.cifar_10:load",
        summary="60,000 pictures of ten kinds of things, 32x32 pixels, from its binary version",
        options=(
            FOLDER,
            Option(
                name="split",
                type=str,
                default="all",
                choices=("all", "train", "test"),
                help="which of the set's own parts to take",
            ),
        ),
        citation="Krizhevsky 2009, Learning multiple layers of features from tiny images",
    ),
    Descriptor(
        name="uci-har",
        kind=Kind.LOADER,
        target="albench.loaders.public.uci_har:load",
        summary="10,299 windows of a phone's motion: 30 persons, six activities",
        options=(
            FOLDER,
            Option(
                name="view",
                type=str,
                default="accelerometer",
                choices=("accelerometer", "gyroscope", "body"),
                help="total acceleration, angular velocity, or acceleration without gravity",
            ),
        ),
        citation="Anguita et al., ESANN 2013, UCI Human Activity Recognition Using Smartphones",
    ),
)
