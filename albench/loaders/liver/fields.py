"""Random fields on a grid: smooth Gaussian ones, Gamma ones, and speckle."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy import fft

Field = NDArray[np.floating]
"""Of float32 in fact; its type is lost in products with plain numbers."""
Shape = tuple[int, int]


def smooth(rng: np.random.Generator, shape: Shape, lengths: tuple[float, float]) -> Field:
    """Return a Gaussian field of mean 0 and standard deviation 1, periodic in both axes.

    `lengths` are the standard deviations of the smoothing kernel along rows and columns, in grid
    steps. Its correlation falls to exp(-1/4) at a distance of one length.
    """
    noise = rng.standard_normal(shape, dtype=np.float32)
    spectrum = fft.rfft2(noise)
    spectrum *= _gaussian(fft.fftfreq(shape[0]), fft.rfftfreq(shape[1]), lengths)
    field: Field = fft.irfft2(spectrum, s=shape)
    field -= field.mean()
    field /= field.std() + np.float32(1e-12)
    return field


def speckle(rng: np.random.Generator, shape: Shape, lengths: tuple[float, float]) -> Field:
    """Return the intensity of fully developed speckle, of mean 1, periodic in both axes.

    `lengths` are the standard deviations of the pulse along rows and columns, in grid steps. It is
    exponentially distributed: the squared envelope of a Rayleigh law.
    """
    noise = rng.standard_normal((*shape, 2), dtype=np.float32).view(np.complex64)[..., 0]
    pulse = _gaussian(fft.fftfreq(shape[0]), fft.fftfreq(shape[1]), lengths)
    echo = fft.ifft2(noise * pulse, overwrite_x=True)
    intensity: Field = echo.real**2 + echo.imag**2
    intensity /= intensity.mean()
    return intensity


def gamma(normal: Field, order: float) -> Field:
    """Return a Gamma field of mean 1 from a standard normal one, by Wilson and Hilferty's cube.

    Speckle times such a field is K-distributed: the lower the order, the further from Rayleigh.

    Parameters
    ----------
    normal : ndarray of float32
        Standard normal values.
    order : float
        The shape parameter, 1 or more; the variance is its inverse.

    Returns
    -------
    ndarray of float32, shape of `normal`
        Above 0.
    """
    root = np.float32(1 - 1 / (9 * order)) + normal * np.float32(1 / (3 * math.sqrt(order)))
    field: Field = np.maximum(root, np.float32(0.05)) ** 3
    return field


def soft_step(x: Field) -> Field:
    """Return the logistic function: 0 far below 0, 1 far above.

    Parameters
    ----------
    x : ndarray of float32
        Anything; clipped to 30 in size, where the function is flat.

    Returns
    -------
    ndarray of float32, shape of `x`
        0 to 1.
    """
    step: Field = 1 / (1 + np.exp(-np.clip(x, -30, 30)))
    return step


def _gaussian(
    rows: NDArray[np.floating], columns: NDArray[np.floating], lengths: tuple[float, float]
) -> Field:
    """Return the transfer function of a Gaussian kernel at frequencies in cycles a step."""
    down = np.exp(-2 * (np.pi * lengths[0] * rows) ** 2)
    across = np.exp(-2 * (np.pi * lengths[1] * columns) ** 2)
    return np.outer(down, across).astype(np.float32)
