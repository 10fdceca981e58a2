"""Chapter 10: more images from the ones we have.

A digit that is moved by two pixels, turned by ten degrees or written a little larger is the same digit.
A network learns that from examples: `RandomAugmentation` varies each mini-batch anew.

Images come as (N, height, width), (N, C, height, width), or flat as (N, height · width). They are
floats, with the background 0. What goes in is never changed; what comes out has the same shape and
dtype. Positions are counted in pixels from the centre of the top left pixel, rows downwards.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dlcourse.centering import center_digit, center_of_mass

__all__ = [
    "RandomAugmentation", "add_noise", "affine", "center_digit", "center_of_mass", "elastic", "rotate", "scale",
    "shift",
]  # fmt: skip

Numbers = float | ArrayLike
Shape = tuple[int, int] | None


def affine(
    images: np.ndarray,
    *,
    degrees: Numbers = 0.0,
    factor: Numbers = 1.0,
    dy: Numbers = 0.0,
    dx: Numbers = 0.0,
    displacement: np.ndarray | None = None,
    image_shape: Shape = None,
) -> np.ndarray:
    """Rotate and scale each image about its centre c, then shift it: ``p' = c + factor · R · (p - c) + (dy, dx)``.

    Computed backwards: for each pixel p' of the result we ask which point p of the image lands there, and
    interpolate bilinearly between the four pixels around p. Outside the image all is 0.

    Parameters
    ----------
    images : ndarray of shape (N, height, width), (N, C, height, width) or (N, height · width)
        Floats; background 0.
    degrees : float or array_like of shape (N,)
        Angle, counter-clockwise as one sees it.
    factor : float or array_like of shape (N,)
        Size, > 0; 2 doubles height and width.
    dy, dx : float or array_like of shape (N,)
        Pixels downwards and to the right; may be negative or fractional.
    displacement : ndarray of shape (2, N, height, width), optional
        Added to the row and the column of each p, in pixels: any other map.
    image_shape : (height, width), optional
        Of flat images; a square is assumed where it is not given.

    Returns
    -------
    ndarray, shape and dtype of `images`

    Raises
    ------
    TypeError, ValueError
        If the images are not floats or not of such a shape, or a number does not fit.
    """
    grid = _as_grid(images, image_shape)
    n, _, height, width = grid.shape
    given = {"degrees": degrees, "factor": factor, "dy": dy, "dx": dx}
    degrees, factor, dy, dx = (_per_image(value, n, name) for name, value in given.items())
    if not (factor > 0).all():
        raise ValueError(f"affine: factor is {factor.min()}, expected numbers > 0")
    dtype = np.result_type(grid, np.float32)  # float16 is too coarse for positions
    cos, sin = np.cos(np.radians(degrees)) / factor, np.sin(np.radians(degrees)) / factor
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    y = np.arange(height)[:, np.newaxis] - middle_y - dy  # from the centre, the shift undone: (N, height, 1)
    x = np.arange(width) - middle_x - dx  # (N, 1, width)
    # the turned grid is the sum of a column and a row, so only one operation meets all pixels
    rows = (cos * y + middle_y).astype(dtype) + (sin * x).astype(dtype)
    columns = (-sin * y + middle_x).astype(dtype) + (cos * x).astype(dtype)
    if displacement is not None:
        expected = (2, n, height, width)
        if np.shape(displacement) != expected:
            raise ValueError(f"affine: displacement has shape {np.shape(displacement)}, expected {expected}")
        rows, columns = rows + displacement[0], columns + displacement[1]
    return _sample(grid, rows, columns).reshape(images.shape)


def shift(images: np.ndarray, dy: Numbers, dx: Numbers, *, image_shape: Shape = None) -> np.ndarray:
    """Move images down by `dy` and right by `dx` pixels; what leaves is lost, what enters is 0. See `affine`."""
    return affine(images, dy=dy, dx=dx, image_shape=image_shape)


def rotate(images: np.ndarray, degrees: Numbers, *, image_shape: Shape = None) -> np.ndarray:
    """Turn images counter-clockwise about their centre. See `affine`."""
    return affine(images, degrees=degrees, image_shape=image_shape)


def scale(images: np.ndarray, factor: Numbers, *, image_shape: Shape = None) -> np.ndarray:
    """Enlarge (`factor` > 1) or shrink images about their centre. See `affine`."""
    return affine(images, factor=factor, image_shape=image_shape)


def elastic(
    images: np.ndarray,
    alpha: float = 34.0,
    sigma: float = 4.0,
    rng: np.random.Generator | int | None = None,
    *,
    image_shape: Shape = None,
) -> np.ndarray:
    """Bend images as a trembling hand would.

    Each pixel gets a random displacement, uniform in [-1, 1] in both directions. A Gaussian of standard
    deviation `sigma` smooths them, so that neighbours move together; `alpha` multiplies them.

    Parameters
    ----------
    images, image_shape
        As for `affine`.
    alpha : float
        Strength, ≥ 0. With ``sigma=4``, a pixel moves by about ``0.04 · alpha`` pixels in each direction.
    sigma : float
        Smoothness in pixels, > 0.
    rng : Generator or int, optional

    Source: P. Simard, D. Steinkraus and J. Platt, "Best practices for convolutional neural networks applied
    to visual document analysis", ICDAR 2003, section 2; 34 and 4 are theirs, for images of 29×29.
    """
    _check_number("elastic", "alpha", alpha)
    _check_number("elastic", "sigma", sigma, above=True)
    field = _random_field(_as_grid(images, image_shape), alpha, sigma, np.random.default_rng(rng))
    return affine(images, displacement=field, image_shape=image_shape)


def add_noise(images: np.ndarray, std: float, rng: np.random.Generator | int | None = None) -> np.ndarray:
    """Add normal noise of standard deviation `std` to each pixel, and cut the result to [0, 1].

    Parameters
    ----------
    images : ndarray of any shape
        Floats in [0, 1]; anything else raises.
    std : float
        ≥ 0, in units of a pixel's value.
    rng : Generator or int, optional
    """
    _check_number("add_noise", "std", std)
    _check_floats(images, "add_noise")
    if images.size and not (images.min() >= -1e-3 and images.max() <= 1 + 1e-3):  # written so that NaN fails too
        raise ValueError(f"add_noise: images run from {images.min()} to {images.max()}, expected pixels in [0, 1]")
    noise = np.random.default_rng(rng).standard_normal(images.shape, dtype=np.float32)  # faster than float64
    return np.clip(images + float(std) * noise, 0, 1).astype(images.dtype, copy=False)


@dataclass(frozen=True)
class RandomAugmentation:
    """Vary each image of a batch by its own random shift, rotation and scale; call it as ``augment(x, rng)``.

    Fits `Trainer`'s ``augment=``. The image is sampled once for everything together, so that it is
    blurred by one interpolation and not by four.

    Parameters
    ----------
    max_shift : float
        Shifts are uniform in [-max_shift, max_shift] pixels, ≥ 0.
    max_degrees : float
        Angles are uniform in [-max_degrees, max_degrees], ≥ 0.
    scale_range : (float, float)
        Smallest and largest factor, > 0.
    noise_std, elastic_alpha, elastic_sigma, image_shape
        As for `add_noise` and `elastic`; no noise and no bending at 0.

    A number outside its range raises a ValueError.
    """

    max_shift: float = 2.0
    max_degrees: float = 10.0
    scale_range: tuple[float, float] = (0.9, 1.1)
    noise_std: float = 0.0
    elastic_alpha: float = 0.0
    elastic_sigma: float = 4.0
    image_shape: Shape = None

    def __post_init__(self):
        for name in ("max_shift", "max_degrees", "noise_std", "elastic_alpha"):
            _check_number("RandomAugmentation", name, getattr(self, name))
        _check_number("RandomAugmentation", "elastic_sigma", self.elastic_sigma, above=True)
        span = self.scale_range
        if np.shape(span) != (2,) or not 0 < span[0] <= span[1] < math.inf:
            raise ValueError(f"RandomAugmentation: scale_range is {span}, expected (low, high) with 0 < low ≤ high")

    def __call__(self, x: np.ndarray, rng: np.random.Generator | int | None = None) -> np.ndarray:
        rng, grid, n = np.random.default_rng(rng), _as_grid(x, self.image_shape), len(x)
        field = _random_field(grid, self.elastic_alpha, self.elastic_sigma, rng) if self.elastic_alpha else None
        result = affine(
            x,
            degrees=rng.uniform(-self.max_degrees, self.max_degrees, n),
            factor=rng.uniform(*self.scale_range, n),
            dy=rng.uniform(-self.max_shift, self.max_shift, n),
            dx=rng.uniform(-self.max_shift, self.max_shift, n),
            displacement=field,
            image_shape=self.image_shape,
        )
        return add_noise(result, self.noise_std, rng) if self.noise_std else result


def _sample(grid: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Bilinear interpolation of images (N, C, height, width) at points (N, height, width); 0 outside."""
    n, channels, height, width = grid.shape
    # A frame of zeros: one pixel before and two after. Points outside are moved onto it, so none needs an "if".
    padded = np.zeros((n, channels, height + 3, width + 3), dtype=rows.dtype)
    padded[:, :, 1:-2, 1:-2] = grid
    rows, columns = np.clip(rows + 1, 0, height + 1), np.clip(columns + 1, 0, width + 1)
    top, left = np.floor(rows), np.floor(columns)
    down, right = (rows - top)[:, np.newaxis], (columns - left)[:, np.newaxis]
    stride = width + 3
    first = np.arange(n * channels).reshape(n, channels, 1, 1) * ((height + 3) * stride)
    index = (top.astype(np.intp) * stride + left.astype(np.intp))[:, np.newaxis] + first
    # a pixel's right and lower neighbours lie 1 and `stride` further on, so one index serves all four
    pixels = padded.ravel()
    upper, upper_right = pixels.take(index), pixels[1:].take(index)
    lower, lower_right = pixels[stride:].take(index), pixels[stride + 1 :].take(index)
    upper += right * (upper_right - upper)
    lower += right * (lower_right - lower)
    upper += down * (lower - upper)
    return upper.astype(grid.dtype, copy=False)


def _random_field(grid: np.ndarray, alpha: float, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """The displacement of `elastic`, (2, N, height, width)."""
    n, _, height, width = grid.shape
    field = rng.random((2, n, height, width), dtype=np.float32) * 2 - 1
    return float(alpha) * (_gauss_weights(height, sigma) @ field @ _gauss_weights(width, sigma))


def _gauss_weights(size: int, sigma: float) -> np.ndarray:
    """Matrix that smooths a column of `size` numbers, with 0 beyond its ends."""
    bell = np.exp(-0.5 * (np.arange(-math.ceil(8 * sigma), math.ceil(8 * sigma) + 1) / sigma) ** 2)
    distance = np.arange(size)[:, np.newaxis] - np.arange(size)
    return (np.exp(-0.5 * (distance / sigma) ** 2) / bell.sum()).astype(np.float32)


def _as_grid(images: np.ndarray, image_shape: Shape) -> np.ndarray:
    """Give the images as (N, C, height, width), without a copy."""
    _check_floats(images, "affine")
    shape = images.shape
    if images.ndim not in (2, 3, 4) or 0 in shape:
        raise ValueError(
            f"affine: images has shape {shape}, expected (N, height, width), (N, C, height, width) or flat (N, D),"
            " none of them 0; one image is image[np.newaxis]"
        )
    if images.ndim == 2:
        side = math.isqrt(shape[1])
        image_shape = (side, side) if image_shape is None else tuple(image_shape)
        if len(image_shape) != 2 or math.prod(image_shape) != shape[1]:
            raise ValueError(
                f"affine: images has shape {shape}, so each is flat with {shape[1]} pixels, which is not {image_shape};"
                " give image_shape=(height, width), or images of shape (N, height, width)"
            )
        shape = (len(images), *image_shape)
    return images.reshape(shape[0], -1, *shape[-2:])


def _per_image(value: Numbers, n: int, name: str) -> np.ndarray:
    """A number, or one number an image, as (1, 1, 1) or (N, 1, 1)."""
    value = np.asarray(value, dtype=np.float64)
    if value.shape not in ((), (n,)) or not np.isfinite(value).all():
        raise ValueError(
            f"affine: {name} is {value} of shape {value.shape}, expected a finite number, or {n}, one for each image"
        )
    return value.reshape(-1, 1, 1)


def _check_floats(images: np.ndarray, who: str) -> None:
    if not isinstance(images, np.ndarray) or images.dtype.kind != "f":
        kind = getattr(images, "dtype", type(images).__name__)
        raise TypeError(f"{who}: images is {kind}, expected an array of floats (load with normalize=True)")


def _check_number(who: str, name: str, value: float, *, above: bool = False) -> None:
    if not (0 < value < math.inf or (value == 0 and not above)):
        raise ValueError(f"{who}: {name} is {value}, expected a finite number {'>' if above else '≥'} 0")
