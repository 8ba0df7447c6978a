"""Benchmarks on public data plan on imitations of their layouts, and say whose data they are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from albench import session
from albench.planning import foreseen_failures
from albench.planning.division import division

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = Path(__file__).parents[2] / "benchmarks" / "public"
N = 20
"""Subjects of each class of an imitation."""


def picture(file: Path, level: int, box: tuple[int, int] | None = None) -> None:
    """Write a grey picture of 40 x 30 pixels, white in a square if there is one."""
    pixels = np.full((30, 40), level % 256, dtype=np.uint8)
    if box is not None:
        pixels[box[0] : box[0] + 6, box[1] : box[1] + 6] = 255
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(file)


def fibrosis(data: Path) -> None:
    for stage in range(5):
        for number in range(N):
            picture(data / "fibrosis" / f"F{stage}" / f"a{number}.jpg", 40 * stage + number)


def busi(data: Path) -> None:
    home = data / "busi" / "Dataset_BUSI_with_GT"
    for level, kind in enumerate(("benign", "malignant", "normal")):
        for number in range(1, N + 1):
            name = f"{kind} ({number})"
            picture(home / kind / f"{name}.png", 60 * level + number, (5, number))
            lesion = None if kind == "normal" else (5, number)
            picture(home / kind / f"{name}_mask.png", 0, lesion)


def bus_bra(data: Path) -> None:
    home = data / "bus-bra" / "BUSBRA"
    lines = ["ID,Case,Histology,Pathology,BIRADS,Device,Width,Height,Side,BBOX"]
    for case in range(2 * N):
        pathology = ("benign", "malignant")[case % 2]
        name = f"bus_{case:04}-l"
        picture(home / "Images" / f"{name}.png", case, (5, 10))
        picture(home / "Masks" / f"{name.replace('bus', 'mask')}.png", 0, (5, 10))
        lines.append(f'{name},{case},x,{pathology},3,LOGIQ 5,40,30,left,"[10,5,6,6]"')
    (home / "bus_data.csv").write_text("\n".join(lines))


def derm7pt(data: Path) -> None:
    home = data / "derm7pt" / "release_v0"
    lines = ["case_num,diagnosis,elevation,location,sex,clinic,derm"]
    for case in range(2 * N):
        diagnosis = ("clark nevus", "melanoma (in situ)")[case % 2]
        for kind in "cd":
            picture(home / "images" / "NEL" / f"{kind}{case}.jpg", case)
        lines.append(f"{case},{diagnosis},flat,back,male,NEL/c{case}.jpg,NEL/d{case}.jpg")
    (home / "meta").mkdir(parents=True)
    (home / "meta" / "meta.csv").write_text("\n".join(lines))


def medmnist(data: Path) -> None:
    (data / "medmnist").mkdir(parents=True)
    for name, n_classes in (("breast", 2), ("pneumonia", 2), ("blood", 8), ("derma", 7)):
        labels = np.arange(n_classes * N) % n_classes
        colours = (3,) if n_classes > 2 else ()
        images = np.zeros((len(labels), 28, 28, *colours), dtype=np.uint8)
        images[:, 0, 0] = np.arange(len(labels)).reshape(-1, *[1] * len(colours))
        parts: dict[str, Any] = {}  # as savez wants it
        for split, rows in (
            ("train", slice(0, -8)),
            ("val", slice(-8, -4)),
            ("test", slice(-4, None)),
        ):
            parts[f"{split}_images"], parts[f"{split}_labels"] = images[rows], labels[rows, None]
        np.savez_compressed(data / "medmnist" / f"{name}mnist.npz", **parts)


def pad_ufes(data: Path) -> None:
    names = (
        "patient_id,lesion_id,smoke,drink,background_father,background_mother,age,pesticide,gender,"
        "skin_cancer_history,cancer_history,has_piped_water,has_sewage_system,fitspatrick,region,"
        "diameter_1,diameter_2,diagnostic,itch,grew,hurt,changed,bleed,elevation,img_id,biopsed"
    )
    full = "False,True,GERMANY,POMERANIA,{age},False,FEMALE,True,True,True,True,3.0,NECK,6.0,5.0"
    bare = ",,,,{age},,,,,,,,ARM,,"
    lines = [names]
    for number in range(3 * N):
        facts = (full if number % 4 else bare).format(age=20 + number)
        kind = ("BCC", "NEV", "ACK")[number % 3]
        signs = (
            "True,UNK,False,False,True,True" if number % 2 else "False,False,False,UNK,False,False"
        )
        person = f"PAT_{number // 2}"
        lines.append(f"{person},{number},{facts},{kind},{signs},{person}_{number}_1.png,True")
    (data / "pad-ufes-20").mkdir(parents=True)
    (data / "pad-ufes-20" / "metadata.csv").write_text("\n".join(lines) + "\n")


def ham10000(data: Path) -> None:
    lines = ["lesion_id,image_id,dx,dx_type,age,sex,localization"]
    for number in range(6 * N):
        image, lesion = f"ISIC_{24306 + number:07d}", number // 2
        kind = ("nv", "mel", "bkl")[lesion % 3]
        age = "" if number % 7 == 0 else f"{20 + number % 60}.0"
        sex, place = ("male", "female", "unknown")[number % 3], ("back", "unknown")[number % 2]
        part = data / "ham10000" / f"HAM10000_images_part_{1 + number % 2}"
        picture(part / f"{image}.jpg", number)
        lines.append(f"HAM_{lesion:07d},{image},{kind},histo,{age},{sex},{place}")
    (data / "ham10000" / "HAM10000_metadata.csv").write_text("\n".join(lines) + "\n")


def breakhis(data: Path) -> None:
    home = data / "breakhis" / "BreaKHis_v1" / "histology_slides" / "breast"
    for number in range(2 * N):
        kind, code, name = (
            ("benign", "B_A", "adenosis"),
            ("malignant", "M_DC", "ductal_carcinoma"),
        )[number % 2]
        slide = home / kind / "SOB" / name / f"SOB_{code}_14-{22000 + number}AB"
        for zoom in (40, 100, 200, 400):
            for image in (1, 2):
                file = f"SOB_{code}-14-{22000 + number}AB-{zoom}-{image:03d}.png"
                picture(slide / f"{zoom}X" / file, 4 * number + image)


def covid_qu_ex(data: Path) -> None:
    home = data / "covid-qu-ex" / "Lung Segmentation Data" / "Lung Segmentation Data"
    other = data / "covid-qu-ex" / "Infection Segmentation Data" / "Infection Segmentation Data"
    for part, n in (("Train", N), ("Val", 5), ("Test", 5)):
        for kind in ("COVID-19", "Non-COVID", "Normal"):
            for number in range(1, n + 1):  # names come again in other folders
                file = f"{kind.lower()} ({number}).png"
                picture(home / part / kind / "images" / file, 10 * number, (5, number))
                picture(home / part / kind / "lung masks" / file, 0, (5, number))
                picture(other / part / kind / "images" / file, 10 * number, (5, number))


def crc_val_he_7k(data: Path) -> None:
    for level, kind in enumerate(("ADI", "BACK", "NORM")):
        for number in range(N):
            file = f"{kind}-TCGA-AAICEQ{number:02d}.tif"
            picture(data / "crc" / "CRC-VAL-HE-7K" / kind / file, 60 * level + number)


def kvasir_v2(data: Path) -> None:
    for level, kind in enumerate(("dyed-lifted-polyps", "esophagitis", "polyps")):
        for number in range(N):
            file = data / "kvasir" / "kvasir-dataset-v2" / kind / f"{kind[:3]}-{number:04d}.jpg"
            picture(file, 60 * level + number)


def eurosat(data: Path) -> None:
    for level, kind in enumerate(("AnnualCrop", "Forest", "SeaLake")):
        for number in range(1, N + 1):
            picture(
                data / "eurosat" / "EuroSAT_RGB" / kind / f"{kind}_{number}.jpg",
                60 * level + number,
            )


def diabetes_130(data: Path) -> None:
    lines = [
        "encounter_id,patient_nbr,race,gender,age,weight,time_in_hospital,payer_code,"
        "num_lab_procedures,num_procedures,num_medications,number_outpatient,number_emergency,"
        "number_inpatient,diag_1,number_diagnoses,max_glu_serum,A1Cresult,insulin,change,"
        "diabetesMed,readmitted"
    ]
    for number in range(2000):
        person = (
            f"{10 * number},{7 * (number // 2)},{('Caucasian', '?')[number % 2]},Female,[50-60)"
        )
        stay = f"?,{1 + number % 14},?,{number % 90},{number % 6},{number % 60},0,{number % 3},1"
        answer = ("NO", ">30", "<30")[number % 3]
        lines.append(f"{person},{stay},250.83,{1 + number % 9},None,>8,Up,Ch,Yes,{answer}")
    (data / "diabetes-130").mkdir(parents=True)
    (data / "diabetes-130" / "diabetic_data.csv").write_text("\n".join(lines) + "\n")


def uci_har(data: Path) -> None:
    rng = np.random.default_rng(0)
    home = data / "uci-har" / "UCI HAR Dataset"
    home.mkdir(parents=True)
    names = ("WALKING", "WALKING_UPSTAIRS", "WALKING_DOWNSTAIRS", "SITTING", "STANDING", "LAYING")
    (home / "activity_labels.txt").write_text(
        "".join(f"{number} {name}\n" for number, name in enumerate(names, start=1))
    )
    for part, persons in (("train", range(1, 8)), ("test", range(8, 11))):
        (home / part / "Inertial Signals").mkdir(parents=True)
        rows = [(person, code) for person in persons for code in range(1, 7) for _ in range(2)]
        for column, stem in enumerate(("subject", "y")):
            text = "".join(f"{row[column]}\n" for row in rows)
            (home / part / f"{stem}_{part}.txt").write_text(text)
        for signal in ("total_acc", "body_acc", "body_gyro"):
            for axis in "xyz":
                file = home / part / "Inertial Signals" / f"{signal}_{axis}_{part}.txt"
                np.savetxt(file, rng.normal(size=(len(rows), 128)), fmt="% .7e", delimiter=" ")


def cifar_10(data: Path) -> None:
    rng = np.random.default_rng(0)
    home = data / "cifar-10" / "cifar-10-batches-bin"
    home.mkdir(parents=True)
    names = [
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ]
    (home / "batches.meta.txt").write_text("\n".join(names) + "\n\n")
    for file in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        records = rng.integers(0, 256, (2 * N, 3073), dtype=np.uint8)
        records[:, 0] = np.arange(len(records)) % 10
        records.tofile(home / f"{file}.bin")


IMITATIONS: dict[str, Callable[[Path], None]] = {
    "kaggle-liver-fibrosis": fibrosis,
    "busi": busi,
    "bus-bra": bus_bra,
    "derm7pt": derm7pt,
    "medmnist": medmnist,
    "pad-ufes-20": pad_ufes,
    "ham10000": ham10000,
    "breakhis": breakhis,
    "covid-qu-ex": covid_qu_ex,
    "crc-val-he-7k": crc_val_he_7k,
    "kvasir-v2": kvasir_v2,
    "diabetes-130": diabetes_130,
    "eurosat": eurosat,
    "uci-har": uci_har,
    "cifar-10": cifar_10,
}


def test_every_benchmark_that_needs_a_download_has_an_imitation() -> None:
    names = {path.stem for path in FOLDER.glob("*.toml")}
    assert names == IMITATIONS.keys() | {"packaged"}


@pytest.mark.parametrize("name", IMITATIONS)
def test_a_benchmark_on_public_data_plans_on_an_imitation(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That a batch of one is left is of the imitation's size; to try it takes a process each.
    monkeypatch.setattr(foreseen_failures, "learns_from_one", lambda *_: True)
    IMITATIONS[name](tmp_path / "data")
    opened = session.open_spec(shutil.copy(str(FOLDER / f"{name}.toml"), str(tmp_path)))
    assert opened.plan.skipped == ()
    assert {cell.strategy_label for cell in opened.plan.cells} > {"all-labels", "badge"}


def test_lesions_of_one_patient_are_on_one_side_of_a_split(tmp_path: Path) -> None:
    pad_ufes(tmp_path / "data")
    opened = session.open_spec(shutil.copy(str(FOLDER / "pad-ufes-20.toml"), str(tmp_path)))
    (cohort,) = opened.cohorts.values()
    parts = division(cohort, 0.2, seed=0, repetition=0)
    patients = [{int(cohort.subjects[i]) // 2 for i in side} for side in (parts.train, parts.test)]
    assert not set.intersection(*patients)


@pytest.mark.parametrize("name", IMITATIONS)
def test_its_head_tells_citation_licence_checksums_and_where_to_put_the_data(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    head = text[: text.index("\nname = ")]
    assert "# Citation: " in head
    assert "# Licence: " in head
    assert re.search(r"^# Checksums?(:| \(MD5)", head, flags=re.MULTILINE)
    places = set(re.findall(r'"(data/[a-z0-9-]+)', text))
    assert places
    assert all(place in head for place in places)


def test_the_packaged_cohorts_are_of_four_kinds_and_skipped_where_files_are_lacking() -> None:
    opened = session.open_spec(str(FOLDER / "packaged.toml"))
    benchmark = opened.resolved.specification.benchmark
    assert len(benchmark.cohorts) == 12
    assert {"digits", "breast-cancer"} <= {cell.cohort for cell in opened.plan.cells}
    lacking = {skip.what.removeprefix("cohort ") for skip in opened.plan.skipped}
    assert all(benchmark.cohorts[name].optional for name in lacking)
