"""augmentation: hand-worked images, SciPy as the oracle, and properties that hold for all images."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from oracles import need

from dlcourse.augmentation import (
    RandomAugmentation,
    add_noise,
    affine,
    center_digit,
    center_of_mass,
    elastic,
    rotate,
    scale,
    shift,
)


def pictures(n=3, height=28, width=28, dtype=np.float64, seed=0):
    return np.random.default_rng(seed).random((n, height, width)).astype(dtype)


def brush(height, width, *points, radius=1.0):
    """A drawing: discs of ink at the given points, as the fractions of the canvas."""
    y, x = np.mgrid[:height, :width]
    return np.max([((y - a * height) ** 2 + (x - b * width) ** 2 <= radius**2) * 1.0 for a, b in points], axis=0)


SEVEN = [(0.2, 0.2 + 0.05 * i) for i in range(11)] + [(0.2 + 0.05 * i, 0.7 - 0.03 * i) for i in range(13)]

# by hand


def test_shift_by_whole_pixels_moves_exactly():
    image = np.array([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]])
    np.testing.assert_array_equal(shift(image, 1, 0), [[[0, 0, 0], [1, 2, 3], [4, 5, 6]]])
    np.testing.assert_array_equal(shift(image, 0, -2), [[[3, 0, 0], [6, 0, 0], [9, 0, 0]]])
    np.testing.assert_array_equal(shift(image, 5, 0), np.zeros((1, 3, 3)))


def test_shift_by_half_a_pixel_shares_a_pixel_between_two():
    image = np.zeros((1, 3, 4))
    image[0, 1, 1] = 1
    np.testing.assert_allclose(shift(image, 0, 0.5)[0], [[0, 0, 0, 0], [0, 0.5, 0.5, 0], [0, 0, 0, 0]])
    np.testing.assert_allclose(shift(image, 0.25, 0)[0, :, 1], [0, 0.75, 0.25])


def test_half_of_a_pixel_at_the_edge_is_lost():
    np.testing.assert_allclose(shift(np.ones((1, 1, 2)), 0, 0.5), [[[0.5, 1.0]]])
    np.testing.assert_allclose(shift(np.ones((1, 1, 2)), 0, -0.5), [[[1.0, 0.5]]])


def test_a_quarter_turn_is_counter_clockwise_and_exact():
    image = np.array([[[1.0, 2.0], [3.0, 4.0]]])
    np.testing.assert_allclose(rotate(image, 90), [[[2, 4], [1, 3]]], atol=1e-12)
    np.testing.assert_allclose(rotate(image, -90), [[[3, 1], [4, 2]]], atol=1e-12)
    np.testing.assert_allclose(rotate(image, 180), [[[4, 3], [2, 1]]], atol=1e-12)


def test_scale_by_two_doubles_the_square_in_the_middle():
    image = np.zeros((1, 8, 8))
    image[0, 3:5, 3:5] = 1
    bigger = scale(image, 2)[0]
    # the corners of the 2×2 square go to 3.5 ± 1, and the slope beyond them is half as steep
    np.testing.assert_allclose(bigger[3], [0, 0.25, 0.75, 1, 1, 0.75, 0.25, 0])
    assert bigger.sum() == pytest.approx(4 * image.sum())
    assert scale(image, 0.5).sum() == pytest.approx(1)


def test_each_image_may_have_its_own_numbers():
    images = pictures(3)
    dy, dx, degrees, factor = [1, 0, -2], [0.5, 0, 3], [10, 20, -30], [1, 0.9, 1.2]
    together = affine(images, dy=dy, dx=dx, degrees=degrees, factor=factor)
    for i in range(3):
        alone = affine(images[i : i + 1], dy=dy[i], dx=dx[i], degrees=degrees[i], factor=factor[i])
        np.testing.assert_array_equal(together[i : i + 1], alone)


def test_displacement_is_added_to_the_points_that_are_looked_up():
    image = np.arange(12.0).reshape(1, 3, 4)
    field = np.zeros((2, 1, 3, 4))
    field[0] += 1  # each pixel looks one row further down
    np.testing.assert_array_equal(affine(image, displacement=field)[0, :2], image[0, 1:])
    field[0], field[1] = 0, -1
    np.testing.assert_array_equal(affine(image, displacement=field)[0, :, 1:], image[0, :, :-1])


@pytest.mark.parametrize("alter", [
    lambda x, **k: affine(x, degrees=[7, -12], factor=[1.1, 0.8], dy=[1.5, -2], dx=0.25, **k),
    lambda x, **k: shift(x, 1, -2.5, **k),
    lambda x, **k: rotate(x, 15, **k),
    lambda x, **k: scale(x, 0.7, **k),
    lambda x, **k: elastic(x, 20, 3, 5, **k),
    lambda x, **k: RandomAugmentation(elastic_alpha=9, noise_std=0.1, **k)(x, 5),
])  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_three_forms_of_images_agree(alter, dtype):
    images = pictures(2, 6, 8, dtype)
    before = images.copy()
    expected = alter(images)
    assert expected.shape == images.shape and expected.dtype == dtype
    assert not np.shares_memory(expected, images)
    for form, options in (((2, 1, 6, 8), {}), ((2, 48), {"image_shape": (6, 8)})):
        result = alter(images.reshape(form), **options)
        assert result.shape == form and result.dtype == dtype
        np.testing.assert_array_equal(result.ravel(), expected.ravel())
    np.testing.assert_array_equal(images, before)


def test_all_channels_of_an_image_move_together():
    images = pictures(4, 5, 6).reshape(2, 2, 5, 6)
    moved = affine(images, degrees=[20, -5], dy=[1, 2])
    np.testing.assert_array_equal(moved[:, 1], affine(images[:, 1], degrees=[20, -5], dy=[1, 2]))


def test_half_precision_images_are_sampled_at_precise_points():
    images = pictures(2, dtype=np.float16)
    expected = rotate(images.astype(np.float64), 12)
    np.testing.assert_allclose(rotate(images, 12), expected, atol=1e-3)


def test_flat_squares_need_no_shape():
    images = pictures(2, 5, 5)
    np.testing.assert_array_equal(shift(images.reshape(2, 25), 1, 1), shift(images, 1, 1).reshape(2, 25))


# SciPy


@pytest.mark.parametrize("height, width", [(28, 28), (5, 9), (1, 4)])
@pytest.mark.parametrize("degrees, factor, dy, dx", [
    (0, 1, 0.3, -1.7), (17, 1, 0, 0), (-100, 1.3, 0, 0), (0, 0.6, 0, 0), (33, 0.9, 2.25, -3.5),
])  # fmt: skip
def test_affine_equals_scipy(height, width, degrees, factor, dy, dx):
    ndimage = need("scipy.ndimage")
    images = pictures(2, height, width)
    angle = np.radians(degrees)
    # SciPy wants the way back, from a pixel of the result to the image: p = c + R⁻¹ (p' - shift - c) / factor
    back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / factor
    middle = np.array([height - 1, width - 1]) / 2
    offset = middle - back @ (middle + [dy, dx])
    expected = [ndimage.affine_transform(i, back, offset, order=1, mode="grid-constant") for i in images]
    np.testing.assert_allclose(affine(images, degrees=degrees, factor=factor, dy=dy, dx=dx), expected, atol=1e-10)
    single = affine(images.astype(np.float32), degrees=degrees, factor=factor, dy=dy, dx=dx)
    np.testing.assert_allclose(single, expected, atol=2e-5)


def test_rotation_turns_the_way_scipy_does():
    ndimage = need("scipy.ndimage")
    images = pictures(2)
    expected = ndimage.rotate(images, 25, axes=(2, 1), reshape=False, order=1, mode="grid-constant")
    np.testing.assert_allclose(rotate(images, 25), expected, atol=1e-10)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 4.0])
def test_elastic_equals_a_gaussian_filter_and_a_map_by_scipy(sigma):
    ndimage = need("scipy.ndimage")
    images = pictures(3, 20, 24)
    noise = np.random.default_rng(7).random((2, 3, 20, 24), dtype=np.float32).astype(float) * 2 - 1
    smooth = ndimage.gaussian_filter(noise, (0, 0, sigma, sigma), mode="constant", truncate=8)
    grid = np.mgrid[:20, :24]
    expected = [
        ndimage.map_coordinates(images[i], grid + 15 * smooth[:, i], order=1, mode="grid-constant") for i in range(3)
    ]
    np.testing.assert_allclose(elastic(images, 15, sigma, 7), expected, atol=1e-5)


def test_center_of_mass_equals_scipy():
    ndimage = need("scipy.ndimage")
    for image in pictures(5, 7, 11):
        np.testing.assert_allclose(center_of_mass(image), ndimage.center_of_mass(image))


# random augmentation and noise


def test_random_numbers_stay_in_their_ranges_and_differ_between_images():
    point = np.zeros((500, 41, 41))
    point[:, 20, 20] = 1
    moved = RandomAugmentation(max_shift=3, max_degrees=0, scale_range=(1, 1))(point, 0)
    at = np.array([center_of_mass(image) for image in moved]) - 20
    assert np.abs(at).max() <= 3 and np.abs(at).max(axis=0).min() > 2.9
    assert np.abs(at.mean(axis=0)).max() < 0.3
    assert abs(np.corrcoef(at.T)[0, 1]) < 0.15  # dy says nothing about dx

    bar = np.zeros((300, 41, 41))
    bar[:, 20, 21:33] = 1  # its middle lies 6.5 to the right of the centre; nothing leaves the image
    ends = RandomAugmentation(max_shift=0, max_degrees=20, scale_range=(0.8, 1.25))(bar, 1)
    at = np.array([center_of_mass(image) for image in ends]) - 20
    angles, lengths = np.degrees(np.arctan2(-at[:, 0], at[:, 1])), np.hypot(*at.T) / 6.5
    assert 19 < angles.max() < 20.5 and -20.5 < angles.min() < -19
    assert 1.2 < lengths.max() < 1.3 and 0.78 < lengths.min() < 0.83


def test_augmentation_that_varies_nothing_gives_an_equal_copy():
    images = pictures(3, dtype=np.float32)
    still = RandomAugmentation(max_shift=0, max_degrees=0, scale_range=(1, 1))
    result = still(images, 0)
    np.testing.assert_array_equal(result, images)
    assert not np.shares_memory(result, images)


def test_options_of_the_augmentation_reach_the_image():
    images, off = pictures(3), {"max_shift": 0, "max_degrees": 0, "scale_range": (1, 1)}
    bent = RandomAugmentation(**off, elastic_alpha=12, elastic_sigma=2)(images, 3)
    np.testing.assert_allclose(bent, elastic(images, 12, 2, 3))
    noisy = RandomAugmentation(**off, noise_std=0.1)(images, 3)
    assert 0.05 < np.std(noisy - images) < 0.12


def test_noise_has_the_asked_for_spread_and_stays_in_range():
    grey = np.full((50, 28, 28), 0.5, np.float32)
    noisy = add_noise(grey, 0.05, 0)
    assert noisy.dtype == np.float32
    assert noisy.mean() == pytest.approx(0.5, abs=1e-3) and noisy.std() == pytest.approx(0.05, rel=0.02)
    strong = add_noise(grey, 2.0, 0)
    assert strong.min() == 0 and strong.max() == 1
    np.testing.assert_array_equal(add_noise(grey, 0, 0), grey)
    assert add_noise(grey.astype(np.float64), np.float64(0.1), 0).dtype == np.float64
    assert add_noise(grey, np.float64(0.1), 0).dtype == np.float32


@pytest.mark.parametrize("alter", [
    lambda x, rng: RandomAugmentation(elastic_alpha=5, noise_std=0.1)(x, rng),
    lambda x, rng: elastic(x, 20, 4, rng),
    lambda x, rng: add_noise(x, 0.1, rng),
])  # fmt: skip
def test_a_seed_fixes_the_result_and_a_generator_goes_on(alter):
    images = pictures(2)
    np.testing.assert_array_equal(alter(images, 1), alter(images, 1))
    np.testing.assert_array_equal(alter(images, 1), alter(images, np.random.default_rng(1)))
    assert not np.array_equal(alter(images, 1), alter(images, 2))
    rng = np.random.default_rng(1)
    assert not np.array_equal(alter(images, rng), alter(images, rng))


# centring


def test_center_of_mass_by_hand():
    image = np.zeros((4, 5))
    image[1, 2], image[3, 4] = 3, 1
    assert center_of_mass(image) == (1.5, 2.5)
    assert center_of_mass(np.full((3, 4), 200, np.uint8)) == (1.0, 1.5)  # uint8 does not overflow


def test_a_rectangle_becomes_20_long_in_the_middle():
    image = np.zeros((100, 60))
    image[30:80, 10:35] = 1  # 50×25 → 20×10
    digit = center_digit(image)
    assert digit.shape == (28, 28) and digit.dtype == np.float32
    # a box of 20 rows whose middle (4.5 + 9.5 = 13.5, 14.5) comes nearest to 14 from below
    expected = np.zeros((28, 28))
    expected[4:24, 9:19] = 1
    np.testing.assert_allclose(digit, expected, atol=1e-6)


def test_shrinking_takes_the_mean_of_the_area():
    image = np.zeros((40, 40), np.uint8)
    image[::2] = 255  # every new pixel covers one bright and one dark row
    image[-1] = 255
    digit = center_digit(image)
    ink = digit[digit.any(axis=1)][:, digit.any(axis=0)]
    assert ink.shape == (20, 20)
    np.testing.assert_allclose(ink[:-1], 0.5)
    np.testing.assert_allclose(ink[-1], 1.0)


def test_area_means_keep_the_ink_when_sizes_do_not_divide():
    image = pictures(1, 33, 47)[0]
    digit = center_digit(image)
    # height 33 · 20/47 = 14.04 → 14; the mean of the box is that of the drawing
    assert np.count_nonzero(digit.any(axis=1)) == 14 and np.count_nonzero(digit.any(axis=0)) == 20
    assert digit.sum() / (14 * 20) == pytest.approx(image.mean(), rel=1e-6)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 2), (400, 300), (2000, 10), (100, 98)])
def test_any_size_works(shape):
    digit = center_digit(np.ones(shape))
    rows, columns = digit.any(axis=1).sum(), digit.any(axis=0).sum()
    assert max(rows, columns) == 20
    longer = max(shape)
    assert (rows, columns) == tuple(max(1, round(20 * side / longer)) for side in shape)
    assert digit.max() == pytest.approx(1) and digit.min() == 0


def test_where_the_drawing_stands_on_the_canvas_does_not_matter():
    image = brush(120, 90, *SEVEN, radius=4)
    wide = np.zeros((400, 300))
    wide[200:320, 30:120] = image
    np.testing.assert_array_equal(center_digit(wide), center_digit(image))


def test_the_size_of_the_canvas_hardly_matters():
    small, large = (center_digit(brush(s, s, *SEVEN, radius=0.06 * s)) for s in (60, 600))
    assert np.abs(small - large).mean() < 0.02


def test_forms_of_pixels_agree():
    image = brush(70, 50, *SEVEN, radius=3)
    expected = center_digit(image)
    for same in (image.astype(np.float32), image.astype(bool), (255 * image).astype(np.uint8)):
        np.testing.assert_allclose(center_digit(same), expected, atol=1e-7)


def test_a_digit_is_never_pushed_over_the_edge():
    image = np.full((20, 20), 0.01)
    image[0] = 1  # nearly all of the ink lies in the first row, which can come down to 8 only
    digit = center_digit(image)
    np.testing.assert_allclose(digit[8:28, 4:24], image, atol=1e-7)


def test_real_digits_come_back_unchanged():
    from dlcourse.datasets import load_mnist

    (images, _), _ = load_mnist(flatten=False)
    images = images[:300].reshape(-1, 28, 28)
    again = np.array([center_digit(image) for image in images])
    assert (again == images).all(axis=(1, 2)).mean() >= 0.99
    # 2× as large, and elsewhere on a canvas, they come back too
    canvas = np.zeros((90, 100), np.float32)
    for image in images[:50]:
        canvas[20:76, 40:96] = np.repeat(np.repeat(image, 2, axis=0), 2, axis=1)
        assert np.abs(center_digit(canvas) - image).max() < 1e-6


# all images

finite = st.floats(0, 1, width=32).map(lambda v: v if v > 1e-3 else 0.0)
small_images = st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda s: arrays(np.float32, s, elements=finite)
)


@settings(max_examples=60)
@given(small_images, st.integers(-10, 10), st.integers(-10, 10))
def test_a_whole_shift_is_a_roll_with_zeros(images, dy, dx):
    _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (10, 10), (10, 10)))
    expected = np.roll(padded, (dy, dx), axis=(1, 2))[:, 10 : 10 + height, 10 : 10 + width]
    np.testing.assert_array_equal(shift(images, dy, dx), expected)


@settings(max_examples=60)
@given(small_images, st.integers(0, 2**32), st.floats(0, 5), st.floats(0, 180), st.floats(0.3, 3), st.floats(0, 30))
def test_augmentation_keeps_shape_dtype_range_and_input(images, seed, max_shift, max_degrees, factor, alpha):
    before = images.copy()
    augment = RandomAugmentation(max_shift, max_degrees, (min(1, factor), max(1, factor)), 0.05, alpha)
    result = augment(images, seed)
    assert result.shape == images.shape and result.dtype == images.dtype
    assert result.min() >= 0 and result.max() <= 1
    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(result, augment(images, seed))


@settings(max_examples=60)
@given(st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(lambda s: arrays(np.float32, s, elements=finite)))
def test_centring_is_idempotent(image):
    if not image.any():
        return
    before = image.copy()
    digit = center_digit(image)
    np.testing.assert_array_equal(image, before)
    assert digit.shape == (28, 28) and digit.dtype == np.float32 and 0 <= digit.min() and digit.max() <= 1
    assert max(np.ptp(np.flatnonzero(digit.any(axis=a))) + 1 for a in (0, 1)) == 20
    again = center_digit(digit)
    # a centre that lies on 13.5 to the last bit may fall on either side
    moved = min(np.abs(np.roll(again, (a, b), axis=(0, 1)) - digit).max() for a in (-1, 0, 1) for b in (-1, 0, 1))
    assert moved < 1e-5
    edges = digit[[0, -1]].any() or digit[:, [0, -1]].any()
    if not edges:
        assert all(13.5 - 1e-4 <= mean <= 14.5 + 1e-4 for mean in center_of_mass(digit))


# bad input

GOOD = np.zeros((2, 4, 4))


@pytest.mark.parametrize("call, error, message", [
    (lambda: shift(np.zeros((2, 4, 4), np.uint8), 1, 1), TypeError, "images is uint8, expected an array of floats"),
    (lambda: shift([[0.0]], 1, 1), TypeError, "images is list"),
    (lambda: shift(np.zeros(16), 1, 1), ValueError, r"shape \(16,\)"),
    (lambda: shift(np.zeros((0, 4, 4)), 1, 1), ValueError, r"shape \(0, 4, 4\)"),
    (lambda: shift(np.zeros((2, 0, 4)), 1, 1), ValueError, "none of them 0"),
    (lambda: shift(np.zeros((28, 28)), 1, 1), ValueError, "28 pixels"),
    (lambda: shift(np.zeros((2, 16)), 1, 1, image_shape=(2, 7)), ValueError, r"\(2, 7\)"),
    (lambda: shift(np.zeros((2, 16)), 1, 1, image_shape=(16,)), ValueError, r"\(16,\)"),
    (lambda: shift(GOOD, [1, 2, 3], 0), ValueError, r"dy is .* shape \(3,\), expected a finite number, or 2"),
    (lambda: shift(GOOD, 0, float("nan")), ValueError, "dx is nan"),
    (lambda: rotate(GOOD, float("inf")), ValueError, "degrees is inf"),
    (lambda: scale(GOOD, [1, 0]), ValueError, "factor is 0.0, expected numbers > 0"),
    (lambda: scale(GOOD, -1), ValueError, "factor is -1.0"),
    (lambda: affine(GOOD, displacement=np.zeros((2, 4, 4))), ValueError, r"expected \(2, 2, 4, 4\)"),
    (lambda: elastic(GOOD, -1, 4), ValueError, "alpha is -1, expected a finite number ≥ 0"),
    (lambda: elastic(GOOD, 1, 0), ValueError, "sigma is 0, expected a finite number > 0"),
    (lambda: add_noise(GOOD, -0.1), ValueError, "std is -0.1"),
    (lambda: add_noise(GOOD + 2, 0.1), ValueError, "run from 2.0 to 2.0"),
    (lambda: add_noise(GOOD + np.nan, 0.1), ValueError, "run from nan"),
    (lambda: add_noise(np.zeros(3, int), 0.1), TypeError, "add_noise: images is int64"),
    (lambda: RandomAugmentation(max_shift=-1), ValueError, "max_shift is -1"),
    (lambda: RandomAugmentation(max_degrees=float("nan")), ValueError, "max_degrees is nan"),
    (lambda: RandomAugmentation(noise_std=-1), ValueError, "noise_std"),
    (lambda: RandomAugmentation(elastic_alpha=float("inf")), ValueError, "elastic_alpha is inf"),
    (lambda: RandomAugmentation(elastic_sigma=0), ValueError, "elastic_sigma is 0"),
    (lambda: RandomAugmentation(scale_range=(1.1, 0.9)), ValueError, r"scale_range is \(1.1, 0.9\)"),
    (lambda: RandomAugmentation(scale_range=(0, 1)), ValueError, "0 < low"),
    (lambda: RandomAugmentation(scale_range=0.1), ValueError, "scale_range is 0.1"),
    (lambda: RandomAugmentation()(np.zeros((2, 4, 4), int), 0), TypeError, "expected an array of floats"),
    (lambda: center_of_mass(np.zeros((3, 3))), ValueError, "at least one bright pixel"),
    (lambda: center_of_mass(np.zeros(3)), ValueError, r"shape \(3,\)"),
    (lambda: center_of_mass(np.array([[2.0, -1.0]])), ValueError, "none below 0"),
    (lambda: center_of_mass(np.array([[np.nan, 1.0]])), ValueError, "not finite"),
    (lambda: center_digit(np.zeros((5, 5))), ValueError, "empty; draw a digit"),
    (lambda: center_digit(np.zeros((5, 5, 3))), ValueError, r"shape \(5, 5, 3\)"),
    (lambda: center_digit(np.zeros((0, 5))), ValueError, "both ≥ 1"),
    (lambda: center_digit(np.ones((5, 5), int)), TypeError, "dtype int64, expected floats in"),
    (lambda: center_digit(np.full((5, 5), 255.0)), ValueError, "runs from 255.0 to 255.0"),
    (lambda: center_digit(np.full((5, 5), np.nan)), ValueError, "runs from nan"),
])  # fmt: skip
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
