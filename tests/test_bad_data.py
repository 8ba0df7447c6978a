"""Damaged data and unsuitable weights end `albench run` with status 2 before training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw

from albench import cli
from albench.models.trunks import trunk_kind

CLASSES = ("F0", "F1")
N_SUBJECTS = 12
VICTIM = "P3"
"""Whose line, picture or label is spoilt."""

Attempt = Callable[..., list[str]]

SPEC = """
name = "clinic"
repetitions = 1
[cohorts.clinic]
test = 0.25
classes = ["F0", "F1"]
[cohorts.clinic.modalities.LSTE]
loader = "images"
options = {{ manifest = "clinic.csv", size = 32{loader} }}
[models.small]
plugin = "mmfn"
options = {{ trunk = "efficientnet-lite0", {weights} }}
training = {{ epochs = 1 }}
[budgets.half]
initial = 0.25
query = 0.25
[[matrix]]
cohorts = ["clinic"]
models = ["small"]
strategies = ["random"]
budgets = ["half"]
"""


def picture_of(number: int) -> Image.Image:
    """A grey picture with a yellow frame, different for each subject."""
    image = Image.new("RGB", (48, 40), (number * 9, number * 9, number * 9))
    ImageDraw.Draw(image).rectangle((8, 6, 40, 34), outline=(255, 255, 0))
    return image


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A folder with pictures of twelve subjects and their manifest."""
    lines = ["subject,modality,path,label"]
    for number in range(N_SUBJECTS):
        picture_of(number).save(tmp_path / f"P{number}.png")
        lines.append(f"P{number},LSTE,P{number}.png,{CLASSES[number % 2]}")
    (tmp_path / "clinic.csv").write_text("\n".join(lines))
    return tmp_path


@pytest.fixture
def attempt(
    clinic: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Attempt:
    """Run the benchmark of the folder; return the complaints, one a line."""

    def run(loader: str = "", weights: str = 'weights = "random"') -> list[str]:
        monkeypatch.chdir(clinic)
        monkeypatch.setenv("ALBENCH_CACHE", str(clinic / "cache"))
        Path("clinic.toml").write_text(SPEC.format(loader=loader, weights=weights))
        assert cli.main(["run", "clinic.toml"]) == 2
        assert not Path("runs").exists()  # so that nothing was trained
        lines = capsys.readouterr().err.splitlines()
        return [line for line in lines if line.startswith("albench: ")]

    return run


def respell(clinic: Path, old: str, new: str) -> None:
    """Change the victim's line of the manifest."""
    manifest = clinic / "clinic.csv"
    lines = manifest.read_text().splitlines()
    lines = [line.replace(old, new) if line.startswith(VICTIM) else line for line in lines]
    manifest.write_text("\n".join(lines))


def names_victim(complaint: str) -> bool:
    """Whether a complaint says in which line of the manifest, and of whom."""
    return f"clinic.csv, line 5, subject '{VICTIM}'" in complaint


@pytest.mark.usefixtures("short_reports")
@pytest.mark.parametrize(
    "weights",
    [pytest.param('weights = "random"', marks=pytest.mark.sweep), 'weights_file = "mine.pth"'],
)
def test_sound_data_and_weights_run(
    weights: str, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(clinic)
    monkeypatch.setenv("ALBENCH_CACHE", str(clinic / "cache"))
    network = trunk_kind("efficientnet-lite0").build(3, None).body.get_submodule("net")
    torch.save(network.state_dict(), "mine.pth")
    Path("clinic.toml").write_text(SPEC.format(loader="", weights=weights))
    assert cli.main(["run", "clinic.toml"]) == 0


def test_a_truncated_image(clinic: Path, attempt: Attempt) -> None:
    file = clinic / f"{VICTIM}.png"
    file.write_bytes(file.read_bytes()[:-30])
    (problem,) = attempt()
    assert names_victim(problem)
    assert f"{VICTIM}.png cannot be read" in problem


def test_an_image_that_is_no_image(clinic: Path, attempt: Attempt) -> None:
    (clinic / f"{VICTIM}.png").write_text("<html>404</html>")
    (problem,) = attempt()
    assert names_victim(problem)
    assert "it is a web page" in problem


def test_an_image_with_channels_that_have_no_meaning(clinic: Path, attempt: Attempt) -> None:
    Image.new("LAB", (48, 40)).save(clinic / "lab.tif")
    respell(clinic, f"{VICTIM}.png", "lab.tif")
    (problem,) = attempt()
    assert names_victim(problem)
    assert "lab.tif" in problem
    assert "mode 'LAB', allowed are" in problem


def test_a_number_of_channels_that_images_do_not_have(attempt: Attempt) -> None:
    (problem,) = attempt(loader=", channels = 4")
    assert (
        "clinic.toml, line 9: cohorts.clinic.modalities.LSTE.options.channels: found 4" in problem
    )


def test_a_box_outside_an_image(clinic: Path, attempt: Attempt) -> None:
    Image.new("RGB", (20, 20)).save(clinic / f"{VICTIM}.png")
    (problem,) = attempt(loader=', region = "box", box = [8, 6, 32, 28]')
    assert names_victim(problem)
    assert "[8, 6, 32, 28] (x, y, width, height) reaches outside its 20 x 20 pixels" in problem


def test_no_yellow_frame(clinic: Path, attempt: Attempt) -> None:
    Image.new("RGB", (48, 40)).save(clinic / f"{VICTIM}.png")
    (problem,) = attempt(loader=', region = "yellow-frame"')
    assert names_victim(problem)
    assert "no frame of colour #ffff00 was found" in problem


def test_a_bomb(clinic: Path, attempt: Attempt) -> None:
    Image.new("1", (9000, 9000)).save(clinic / f"{VICTIM}.png")  # 81 million pixels in 10 kB
    (problem,) = attempt()
    assert names_victim(problem)
    assert "9000 x 9000 = 81000000 pixels, allowed are 50000000 (option 'max_pixels')" in problem


def test_a_path_that_leaves_its_root(clinic: Path, attempt: Attempt) -> None:
    respell(clinic, f"{VICTIM}.png", "../elsewhere.png")
    (problem,) = attempt()
    assert names_victim(problem)
    assert "../elsewhere.png" in problem


def test_a_link_that_leaves_its_root(
    clinic: Path, attempt: Attempt, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.png"
    picture_of(3).save(outside)
    (clinic / f"{VICTIM}.png").unlink()
    (clinic / f"{VICTIM}.png").symlink_to(outside)
    (problem,) = attempt()
    assert names_victim(problem)


def test_a_stage_outside_the_classes(clinic: Path, attempt: Attempt) -> None:
    respell(clinic, "F1", "F7")
    (problem,) = attempt()
    assert f"subject {VICTIM}: label 'F7', from LSTE (Pictures listed in clinic.csv)" in problem
    assert "is not a class (F0, F1)" in problem


def test_weights_that_do_not_fit(clinic: Path, attempt: Attempt) -> None:
    torch.save({"_conv_stem.weight": torch.zeros(8, 3, 7, 7)}, clinic / "mine.pth")
    (problem,) = attempt(weights='weights_file = "mine.pth"')
    assert "mine.pth: the weights do not fit the trunk" in problem
    assert "_conv_stem.weight is (8, 3, 7, 7), expected (32, 3, 3, 3)" in problem


def test_weights_that_are_no_weights(clinic: Path, attempt: Attempt) -> None:
    (clinic / "mine.pth").write_text("<html>404</html>")
    (problem,) = attempt(weights='weights_file = "mine.pth"')
    assert "mine.pth: cannot be read as weights" in problem


def test_all_that_is_wrong_is_told_at_once(clinic: Path, attempt: Attempt) -> None:
    (clinic / "P1.png").unlink()
    (clinic / "P8.png").write_bytes(b"")
    problems = attempt()
    assert len(problems) == 2
    assert "subject 'P1'" in problems[0]
    assert "subject 'P8'" in problems[1]
