import numpy as np
import pytest

from albench.loaders.liver.roster import Patient
from albench.loaders.liver.stiffness import (
    LIVER_LOG_SD,
    LIVER_MEDIAN_KPA,
    SPLEEN_LOG_SD,
    SPLEEN_MEDIAN_KPA,
)
from albench.loaders.liver.tissue import Tissue, tissue_of


@pytest.fixture(scope="module")
def tissues() -> dict[int, list[Tissue]]:
    return {stage: [tissue_of(Patient(k, stage, {}), 0) for k in range(1500)] for stage in range(5)}


def values(tissues: list[Tissue], name: str) -> np.ndarray:
    return np.array([getattr(tissue, name) for tissue in tissues])


@pytest.mark.parametrize("stage", range(5))
@pytest.mark.parametrize(
    ("name", "medians", "log_sds"),
    [
        ("liver_kpa", LIVER_MEDIAN_KPA, LIVER_LOG_SD),
        ("spleen_kpa", SPLEEN_MEDIAN_KPA, SPLEEN_LOG_SD),
    ],
)
def test_stiffness_is_log_normal_about_its_stage(
    tissues: dict[int, list[Tissue]],
    stage: int,
    name: str,
    medians: tuple[float, ...],
    log_sds: tuple[float, ...],
) -> None:
    kpa = values(tissues[stage], name)
    assert np.median(kpa) == pytest.approx(medians[stage], rel=0.04)
    assert np.log(kpa).std() == pytest.approx(log_sds[stage], rel=0.08)


def test_inflammation_raises_stiffness_and_the_texture_of_lstq_but_not_of_lus(
    tissues: dict[int, list[Tissue]],
) -> None:
    inflammation = values(tissues[1], "inflammation")

    def correlation(name: str) -> float:
        return float(np.corrcoef(inflammation, values(tissues[1], name))[0, 1])

    assert correlation("liver_kpa") > 0.5
    assert correlation("lstq_texture") > 0.2
    assert abs(correlation("lus_texture")) < 0.06


def test_fat_says_nothing_of_the_stage(tissues: dict[int, list[Tissue]]) -> None:
    assert np.array_equal(values(tissues[0], "fat"), values(tissues[4], "fat"))


def test_texture_rises_with_the_stage(tissues: dict[int, list[Tissue]]) -> None:
    means = [values(tissues[stage], "lus_texture").mean() for stage in range(5)]
    assert means == pytest.approx([0, 0.6, 1.2, 1.9, 3.0], abs=0.06)
