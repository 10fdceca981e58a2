"""convolution: small images worked by hand, PyTorch for every small size, stride and padding, and laws of them all."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles import need

from dlcourse import convolution
from dlcourse.convolution import AveragePooling, Convolution, MaxPooling, col2im, im2col, output_size

IMAGE = np.arange(1.0, 17).reshape(1, 1, 4, 4)  # 1 2 3 4 / 5 6 7 8 / 9 10 11 12 / 13 14 15 16


@pytest.fixture(scope="module")
def torch():
    library = need("torch")
    library.set_num_threads(1)  # several would wait for each other longer than they work on images so small
    return library


def convolve_by_loops(x, W, b, stride, pad):
    """The formula of Convolution's docstring, number by number."""
    height, width = x.shape[2:]
    rows = range(output_size(height, W.shape[2], stride, pad))
    columns = range(output_size(width, W.shape[3], stride, pad))
    out = np.zeros((len(x), len(W), len(rows), len(columns)))
    for n, f, i, j in itertools.product(range(len(x)), range(len(W)), rows, columns):
        out[n, f, i, j] = b[f]
        for c, u, v in np.ndindex(W.shape[1:]):
            y, z = i * stride + u - pad, j * stride + v - pad
            if 0 <= y < height and 0 <= z < width:
                out[n, f, i, j] += W[f, c, u, v] * x[n, c, y, z]
    return out


# sizes

SIZES = {
    # (size, filter_size, stride, pad): (size + 2 pad - filter_size) / stride + 1
    (28, 5, 1, 0): 24,
    (28, 5, 1, 2): 28,
    (28, 3, 1, 1): 28,
    (28, 2, 2, 0): 14,
    (7, 3, 2, 0): 3,
    (4, 2, 1, 0): 3,
    (4, 4, 1, 0): 1,
    (4, 4, 9, 0): 1,
    (1, 1, 1, 0): 1,
    (1, 3, 1, 1): 1,
    (3, 5, 2, 1): 1,
    (7, 3, 3, 1): 3,
    (6, 2, 4, 0): 2,
}


@pytest.mark.parametrize(("given_sizes", "expected"), SIZES.items())
def test_output_size(given_sizes, expected):
    assert output_size(*given_sizes) == expected
    assert output_size(*map(np.int64, given_sizes)) == expected


def test_output_size_moves_by_one_without_padding_unless_told():
    assert output_size(9, 3) == 7


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 6), st.integers(0, 6))
def test_output_size_counts_the_places_or_says_how_many_pixels_are_left_out(size, filter_size, stride, pad):
    places = [start for start in range(0, size + 2 * pad - filter_size + 1, stride)]
    left = size + 2 * pad - (places[-1] + filter_size) if places else None
    if left == 0:
        assert output_size(size, filter_size, stride, pad) == len(places)
    else:
        message = "larger than the image" if not places else f"and {left} pixel{'s' * (left > 1)} would be left out"
        with pytest.raises(ValueError, match=message):
            output_size(size, filter_size, stride, pad)


@pytest.mark.parametrize(
    ("sizes", "error", "message"),
    [
        ((0, 1), ValueError, "size is 0, expected at least 1"),
        ((4, 0), ValueError, "filter_size is 0, expected at least 1"),
        ((4, 2, 0), ValueError, "stride is 0, expected at least 1"),
        ((4, 2, -1), ValueError, "stride is -1, expected at least 1"),
        ((4, 2, 1, -1), ValueError, "pad is -1, expected at least 0"),
        ((4, 2, 1.5), TypeError, "stride is 1.5, expected an integer"),
        ((4, 2, 2.0), TypeError, "stride is 2.0, expected an integer"),
        ((4, 2, 1, 0.5), TypeError, "pad is 0.5, expected an integer"),
        ((4.0, 2), TypeError, "size is 4.0, expected an integer"),
        ((4, None), TypeError, "filter_size is None, expected an integer"),
        ((4, 5), ValueError, "a filter of 5 is larger than the image of 4 padded by 0"),
        ((4, 7, 1, 1), ValueError, "a filter of 7 is larger than the image of 4 padded by 1"),
        (
            (7, 2, 2),
            ValueError,
            r"stride 2 does not fit: \(7 \+ 2·0 - 2\) / 2 is not whole, and 1 pixel would be left out;"
            " change the stride, the padding or the filter",
        ),
    ],
)
def test_output_size_says_what_does_not_fit(sizes, error, message):
    with pytest.raises(error, match="^output_size: " + message):
        output_size(*sizes)


# im2col and col2im


def test_im2col_by_hand():
    rows = [[1, 2, 5, 6], [2, 3, 6, 7], [3, 4, 7, 8], [5, 6, 9, 10], [6, 7, 10, 11], [7, 8, 11, 12],
            [9, 10, 13, 14], [10, 11, 14, 15], [11, 12, 15, 16]]  # fmt: skip
    np.testing.assert_array_equal(im2col(IMAGE, 2, 2), rows)
    np.testing.assert_array_equal(im2col(IMAGE, 2, 2, 2), [rows[0], rows[2], rows[6], rows[8]])
    np.testing.assert_array_equal(im2col(IMAGE[:, :, :2, :1], 2, 1, 1, 1),
                                  [[0, 0], [0, 1], [0, 0], [0, 0], [1, 5], [0, 0], [0, 0], [5, 0], [0, 0]])  # fmt: skip


def test_im2col_of_two_images_with_two_channels():
    # images 1 2 3 / 4 5 6 with a second channel ten times as large, and the same again, negative
    x = np.arange(1, 7).reshape(1, 1, 2, 3) * np.array([1, 10]).reshape(1, 2, 1, 1)
    x = np.concatenate([x, -x])
    rows = np.array([[1, 2, 4, 5, 10, 20, 40, 50], [2, 3, 5, 6, 20, 30, 50, 60]])
    np.testing.assert_array_equal(im2col(x, 2, 2), np.concatenate([rows, -rows]))
    np.testing.assert_array_equal(im2col(x, 1, 3)[:2], [[1, 2, 3, 10, 20, 30], [4, 5, 6, 40, 50, 60]])
    np.testing.assert_array_equal(im2col(x.tolist(), 2, 2), im2col(x, 2, 2))


def test_im2col_shape_is_that_of_the_book():
    assert im2col(np.zeros((10, 3, 7, 7)), 5, 5, stride=1, pad=0).shape == (90, 75)


def test_im2col_gives_an_array_of_its_own():
    x = IMAGE.copy()
    im2col(x, 1, 1)[:] = 0
    im2col(x, 2, 2)[:] = 0
    np.testing.assert_array_equal(x, IMAGE)


def test_col2im_by_hand():
    # each pixel gets one from each of the places that see it
    seen = col2im(np.ones((9, 4)), (1, 1, 4, 4), 2, 2)
    np.testing.assert_array_equal(seen[0, 0], [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]])
    seen = col2im(np.ones((4, 4)), (1, 1, 2, 2), 2, 2, 2, 1)  # each corner has a window that sees nothing else
    np.testing.assert_array_equal(seen[0, 0], np.ones((2, 2)))
    np.testing.assert_array_equal(col2im(im2col(IMAGE, 2, 2, 2), IMAGE.shape, 2, 2, 2), IMAGE)
    rows = np.array([[1, 2], [3, 4], [5, 6]])  # a row of three places of a 1×2 filter on four pixels
    np.testing.assert_array_equal(col2im(rows, (1, 1, 1, 4), 1, 2), [[[[1, 5, 9, 6]]]])


@st.composite
def geometries(draw, most=3):
    """A filter, a stride and a padding for each of which an image is made that fits."""
    stride, pad = draw(st.integers(1, 3)), draw(st.integers(0, most))
    sizes = []
    for _ in range(2):
        filter_size = draw(st.integers(1, 4))
        least = max(0, -(-(2 * pad + 1 - filter_size) // stride))  # so that a pixel is left
        places = draw(st.integers(least, least + 3))
        sizes.append((filter_size + places * stride - 2 * pad, filter_size))
    (height, filter_h), (width, filter_w) = sizes
    return height, width, filter_h, filter_w, stride, pad


@given(geometries(), st.integers(1, 3), st.integers(1, 3), st.integers(0, 2**32))
def test_im2col_and_col2im_are_adjoint(geometry, N, C, seed):
    height, width, *rest = geometry
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((N, C, height, width))
    col = im2col(x, *rest)
    c = rng.standard_normal(col.shape)
    back = col2im(c, x.shape, *rest)
    assert back.shape == x.shape
    np.testing.assert_allclose(np.vdot(col, c), np.vdot(x, back), rtol=1e-9, atol=1e-9)


@given(geometries(), st.integers(0, 2**32))
def test_the_rows_of_im2col_times_the_filters_are_the_convolution(geometry, seed):
    height, width, filter_h, filter_w, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, W = rng.standard_normal((2, 3, height, width)), rng.standard_normal((4, 3, filter_h, filter_w))
    out = Convolution(W, np.zeros(4), stride, pad).forward(x)
    rows = im2col(x, filter_h, filter_w, stride, pad) @ W.reshape(4, -1).T
    np.testing.assert_allclose(rows.reshape(2, *out.shape[2:], 4).transpose(0, 3, 1, 2), out, rtol=1e-9, atol=1e-9)


def test_im2col_and_col2im_say_what_was_wrong():
    with pytest.raises(ValueError, match=r"^im2col: x has shape \(4, 4\), expected images \(N, C, height, width\)"):
        im2col(IMAGE[0, 0], 2, 2)
    with pytest.raises(ValueError, match=r"^im2col: x has shape \(0, 1, 4, 4\), .* not empty"):
        im2col(IMAGE[:0], 2, 2)
    with pytest.raises(ValueError, match="a filter of 5 is larger than the image of 4"):
        im2col(IMAGE, 5, 2)
    with pytest.raises(TypeError, match="stride is 1.5"):
        im2col(IMAGE, 2, 2, 1.5)
    with pytest.raises(ValueError, match=r"^col2im: col has shape \(9, 5\), expected \(9, 4\) for images \(1, 1, 4"):
        col2im(np.ones((9, 5)), (1, 1, 4, 4), 2, 2)
    with pytest.raises(ValueError, match=r"^col2im: input_shape is \(4, 4\), expected \(N, C, height, width\)"):
        col2im(np.ones((9, 4)), (4, 4), 2, 2)


# convolution


def test_a_two_by_two_filter_on_a_four_by_four_image_by_hand():
    # the filter 1 0 / 0 -1 takes the neighbour below on the right away: always -5; with the bias 7, 2
    layer = Convolution(np.array([[[[1.0, 0], [0, -1]]]]), np.array([7.0]))
    np.testing.assert_array_equal(layer.forward(IMAGE), np.full((1, 1, 3, 3), 2))
    # 1 2 / 3 4: at the first place 1 + 2·2 + 3·5 + 4·6 = 44, and each pixel to the right adds 10, each row 40
    layer = Convolution(np.array([[[[1.0, 2], [3, 4]]]]), np.array([0.5]))
    np.testing.assert_array_equal(
        layer.forward(IMAGE)[0, 0], np.array([[44, 54, 64], [84, 94, 104], [124, 134, 144]]) + 0.5
    )
    # backward, dout all 1: each weight has met nine pixels, from the upper left 3×3 to the lower right
    dx = layer.backward(np.ones((1, 1, 3, 3)))
    np.testing.assert_array_equal(layer.grads["W"], [[[[54, 63], [90, 99]]]])
    np.testing.assert_array_equal(layer.grads["b"], [9])
    # a corner pixel has met one weight, an edge two, the middle all four
    np.testing.assert_array_equal(dx[0, 0], [[1, 3, 3, 2], [4, 10, 10, 6], [4, 10, 10, 6], [3, 7, 7, 4]])


def test_stride_and_padding_by_hand():
    layer = Convolution(np.array([[[[1.0, 2], [3, 4]]]]), np.array([0.0]), stride=2)
    np.testing.assert_array_equal(layer.forward(IMAGE)[0, 0], [[44, 64], [124, 144]])
    dx = layer.backward(np.array([[[[1.0, 10], [100, 1000]]]]))
    filled = np.kron([[1, 10], [100, 1000]], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(dx[0, 0], filled)
    # the weight 1 has met the pixels 1, 3, 9 and 11
    assert layer.grads["W"][0, 0, 0, 0] == 1 + 30 + 900 + 11000
    layer = Convolution(np.array([[[[1.0, 2], [3, 4]]]]), np.array([0.0]), stride=1, pad=1)
    out = layer.forward(np.array([[[[10.0]]]]))
    np.testing.assert_array_equal(out[0, 0], [[40, 30], [20, 10]])  # one pixel gives the filter back, turned
    np.testing.assert_array_equal(layer.backward(np.array([[[[1.0, 2], [3, 4]]]])), [[[[4 + 6 + 6 + 4]]]])


def test_channels_are_added_up_and_filters_stand_side_by_side():
    x = np.stack([IMAGE[0, 0], 100 * IMAGE[0, 0]])[None]
    W = np.zeros((3, 2, 1, 1))
    W[0], W[1], W[2, 1] = 1, 2, 3
    out = Convolution(W, np.array([0.0, 0, 1])).forward(x)
    np.testing.assert_array_equal(out[0, :, 0, 0], [101, 202, 301])
    assert out.shape == (1, 3, 4, 4)


def small_geometries():
    """All sizes of the image up to 4 × 5, filters up to 3 × 3, strides up to 3 and paddings up to 3 that fit."""
    for height, width, filter_h, filter_w, stride, pad in itertools.product(
        range(1, 5), range(1, 6), range(1, 4), range(1, 4), range(1, 4), range(4)
    ):
        rooms = height + 2 * pad - filter_h, width + 2 * pad - filter_w
        if min(rooms) >= 0 and not any(room % stride for room in rooms):
            yield height, width, filter_h, filter_w, stride, pad


def test_the_convolution_is_its_formula_on_all_small_sizes():
    rng = np.random.default_rng(0)
    for height, width, filter_h, filter_w, stride, pad in list(small_geometries())[::7]:
        x, W, b = rng.random((2, 2, height, width)), rng.random((2, 2, filter_h, filter_w)), rng.random(2)
        out = Convolution(W, b, stride, pad).forward(x)
        np.testing.assert_allclose(out, convolve_by_loops(x, W, b, stride, pad), rtol=1e-12)


@pytest.mark.parametrize("deep", [1, 5, 1000], ids=["parts", "some in parts", "as a whole"])
@pytest.mark.parametrize("at_once", [1, 4, 1000], ids=["one place at a time", "a few", "rows"])
def test_the_convolution_and_its_gradients_are_those_of_torch_on_all_small_sizes(deep, at_once, monkeypatch, torch):
    monkeypatch.setattr(convolution, "PLACES", at_once)
    monkeypatch.setattr(convolution, "SMALL", 1)
    monkeypatch.setattr(convolution, "DEEP", deep)
    rng = np.random.default_rng(0)
    step = 1 if (deep, at_once) == (5, 4) else 5
    for height, width, filter_h, filter_w, stride, pad in list(small_geometries())[::step]:
        x, W = rng.standard_normal((3, 2, height, width)), rng.standard_normal((4, 2, filter_h, filter_w))
        b = rng.standard_normal(4)
        layer = Convolution(W, b, stride, pad)
        out = layer.forward(x)
        tensors = [torch.tensor(array, requires_grad=True) for array in (x, W, b)]
        expected = torch.nn.functional.conv2d(*tensors, stride=stride, padding=pad)
        dout = rng.standard_normal(out.shape)
        gradients = torch.autograd.grad(expected, tensors, torch.tensor(dout))
        ours = (out, layer.backward(dout), layer.grads["W"], layer.grads["b"])
        for mine, theirs in zip(ours, (expected, *gradients), strict=True):
            case = f"image {height}×{width}, filter {filter_h}×{filter_w}, stride {stride}, pad {pad}"
            np.testing.assert_allclose(mine, theirs.detach().numpy(), rtol=1e-10, atol=1e-10, err_msg=case)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_whole_batch_of_digits_is_torchs_too(dtype, torch):
    rng = np.random.default_rng(1)
    x = rng.standard_normal((23, 3, 28, 26)).astype(dtype)
    W, b = rng.standard_normal((5, 3, 5, 3)).astype(dtype), rng.standard_normal(5).astype(dtype)
    layer = Convolution(W, b, 1, 2)
    out = layer.forward(x)
    tensors = [torch.tensor(array, requires_grad=True) for array in (x, W, b)]
    expected = torch.nn.functional.conv2d(*tensors, padding=2)
    dout = rng.standard_normal(out.shape).astype(dtype)
    gradients = torch.autograd.grad(expected, tensors, torch.tensor(dout))
    close = {"rtol": 1e-10, "atol": 1e-10} if dtype == np.float64 else {"rtol": 1e-3, "atol": 2e-3}
    ours = (out, layer.backward(dout), layer.grads["W"], layer.grads["b"])
    for mine, theirs in zip(ours, (expected, *gradients), strict=True):
        assert mine.dtype == dtype
        np.testing.assert_allclose(mine, theirs.detach().numpy(), **close)


@given(geometries(), st.integers(0, 2**32))
def test_the_convolution_is_linear(geometry, seed):
    height, width, filter_h, filter_w, stride, pad = geometry
    rng = np.random.default_rng(seed)
    x, y, W = (rng.standard_normal((2, 2, *size)) for size in ((height, width),) * 2 + ((filter_h, filter_w),))
    layer = Convolution(W, np.zeros(2), stride, pad)
    together = layer.forward(2 * x - 3 * y)
    np.testing.assert_allclose(together, 2 * layer.forward(x) - 3 * layer.forward(y), rtol=1e-9, atol=1e-9)


@given(st.integers(1, 3), st.integers(1, 3), st.integers(0, 3), st.integers(0, 3), st.integers(0, 2**32))
def test_a_moved_image_gives_moved_maps(filter_h, filter_w, down, right, seed):
    rng = np.random.default_rng(seed)
    drawing = rng.standard_normal((2, 2, 4, 5))
    layer = Convolution(rng.standard_normal((3, 2, filter_h, filter_w)), rng.standard_normal(3))

    def on_canvas(top, left):
        canvas = np.zeros((2, 2, 13, 14))
        canvas[:, :, top : top + 4, left : left + 5] = drawing
        return layer.forward(canvas)

    there, here = on_canvas(3 + down, 3 + right), on_canvas(3, 3)
    inner = here[:, :, : here.shape[2] - down, : here.shape[3] - right]
    np.testing.assert_allclose(there[:, :, down:, right:], inner, rtol=1e-9, atol=1e-9)


def test_each_image_is_convolved_as_if_it_were_alone(monkeypatch):
    monkeypatch.setattr(convolution, "PLACES", 11)  # so that a piece holds places of several images, and not all
    monkeypatch.setattr(convolution, "SMALL", 1)
    rng = np.random.default_rng(2)
    x = rng.standard_normal((7, 2, 5, 5))
    layer = Convolution(rng.standard_normal((3, 2, 3, 3)), rng.standard_normal(3), pad=1)
    together = layer.forward(x)
    dx = layer.backward(together)
    dW = layer.grads["W"]
    alone = 0
    for n in range(7):
        out = layer.forward(x[n : n + 1])
        np.testing.assert_allclose(out, together[n : n + 1], rtol=1e-12)
        np.testing.assert_allclose(layer.backward(out), dx[n : n + 1], rtol=1e-9, atol=1e-12)
        alone = alone + layer.grads["W"]
    np.testing.assert_allclose(alone, dW, rtol=1e-9)


def test_what_a_layer_hands_on_has_the_same_pixel_of_all_images_side_by_side():
    x = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    for layer in (Convolution(np.ones((5, 3, 3, 3), np.float32), np.zeros(5, np.float32)), MaxPooling(2, 2)):
        side_by_side = np.ascontiguousarray(x.transpose(1, 2, 3, 0)).transpose(3, 0, 1, 2)
        out = layer.forward(side_by_side)
        assert out.transpose(1, 2, 3, 0).flags.c_contiguous
        assert layer.backward(out).transpose(1, 2, 3, 0).flags.c_contiguous


def test_what_the_filter_sees_is_not_copied():
    lines, W_shape = np.zeros((5, 6, 7, 2)), (4, 6, 3, 3)
    seen = list(convolution._seen(lines, W_shape))
    assert [piece.shape for _, _, piece in seen] == [(3, 18, 10)] * 3  # 3 rows of 5 places in 2 images
    assert all(np.shares_memory(piece, lines) for _, _, piece in seen)


@pytest.mark.parametrize(
    ("places", "small", "pieces"), [(10, 1, [10]), (9, 1, [5, 5]), (4, 1, [4, 4, 2]), (1, 440, [5, 5])]
)
def test_a_row_of_places_is_cut_into_pieces_of_one_size(places, small, pieces, monkeypatch):
    monkeypatch.setattr(convolution, "PLACES", places)
    monkeypatch.setattr(convolution, "SMALL", small)  # of 4 · 6 · 3 multiplications for a place and a part: 6 places
    seen = list(convolution._seen(np.zeros((3, 6, 7, 2)), (4, 6, 3, 3)))
    assert [piece.shape[2] for _, _, piece in seen] == pieces
    assert [np.arange(10)[places].size for _, places, _ in seen] == pieces


def test_not_a_product_is_taken_in_float64_when_all_is_float32(monkeypatch):
    products, matmul = [], np.matmul

    def recorded(a, b, **options):
        out = matmul(a, b, **options)
        products.append({a.dtype, b.dtype, out.dtype})
        return out

    monkeypatch.setattr(np, "matmul", recorded)
    layer = Convolution(np.ones((2, 3, 3, 3), np.float32), np.zeros(2, np.float32), 1, 1)
    layer.backward(layer.forward(np.ones((4, 3, 6, 6), np.float32)))
    assert products == [{np.dtype(np.float32)}] * 12  # a row at a time, forward and backward
    assert layer.grads["W"].dtype == np.float32


@pytest.mark.parametrize("wide", range(3), ids=["x", "W", "b"])
def test_of_two_dtypes_the_wider_one_counts(wide):
    x, W, b = (
        np.ones(shape, np.float64 if i == wide else np.float32)
        for i, shape in enumerate([(1, 2, 4, 4), (3, 2, 3, 3), (3,)])
    )
    layer = Convolution(W, b)
    assert layer.forward(x).dtype == np.float64
    layer.backward(np.ones((1, 3, 2, 2), np.float32))
    assert layer.grads["W"].dtype == (np.float64 if wide == 0 else np.float32)
    layer.backward(np.ones((1, 3, 2, 2), np.float64))
    assert layer.grads["W"].dtype == np.float64


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_im2col_and_col2im_keep_the_dtype(dtype):
    x = np.ones((2, 1, 4, 4), dtype)
    col = im2col(x, 2, 2, 1, 1)
    assert col.dtype == dtype
    assert col2im(col, x.shape, 2, 2, 1, 1).dtype == dtype


def test_images_that_lie_strangely_in_memory():
    rng = np.random.default_rng(3)
    plain, W = rng.standard_normal((3, 2, 6, 6)), rng.standard_normal((4, 2, 3, 3))
    expected = Convolution(W, np.zeros(4)).forward(plain)
    fortran = Convolution(np.asfortranarray(W), np.zeros(4)).forward(np.asfortranarray(plain))
    np.testing.assert_allclose(fortran, expected, rtol=1e-12)
    flipped = Convolution(W[:, :, ::-1, ::-1], np.zeros(4)).forward(plain[:, :, ::-1, ::-1])
    np.testing.assert_allclose(flipped, expected[:, :, ::-1, ::-1], rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(im2col(plain[:, :, ::-1], 2, 2), im2col(plain[:, :, ::-1].copy(), 2, 2))


def test_memory_stays_small():
    import tracemalloc

    layer = Convolution(np.ones((2, 1, 5, 5), np.float32), np.zeros(2, np.float32), pad=2)
    x = np.ones((400, 1, 28, 28), np.float32)
    columns = x.nbytes * 25
    tracemalloc.start()
    dx = layer.backward(out := layer.forward(x))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - out.nbytes - dx.nbytes < columns / 3


@pytest.mark.parametrize("layer", [Convolution(np.array([[[[1, 0], [0, 1]]]]), np.zeros(1)), AveragePooling(2, 2, 1)])
def test_whole_numbers_do_as_well(layer):
    whole = np.arange(16).reshape(1, 1, 4, 4)
    out = layer.forward(whole)
    assert out.dtype == np.float64
    np.testing.assert_array_equal(out, layer.forward(whole.astype(float)))


def test_whole_numbers_under_a_maximum_stay_whole_even_below_zero():
    whole = np.array([[[[-3, -4], [-5, -6]]]])
    out = MaxPooling(2, 2, 1, 1).forward(whole)
    assert out.dtype.kind == "i"
    np.testing.assert_array_equal(out[0, 0], [[-3, -3, -4], [-3, -3, -4], [-5, -5, -6]])


def test_convolution_says_what_was_wrong():
    W, b = np.zeros((2, 3, 3, 3)), np.zeros(2)
    for arrays in ((W[0], b), (W, np.zeros(3)), (W, np.zeros((2, 1)))):
        with pytest.raises(ValueError, match=r"^Convolution: W has shape .* and b .*, expected \(F, C, filter_h, "):
            Convolution(*arrays)
    with pytest.raises(TypeError, match="stride is 1.5, expected an integer"):
        Convolution(W, b, 1.5)
    with pytest.raises(ValueError, match="stride is 0"):
        Convolution(W, b, 0)
    with pytest.raises(ValueError, match="pad is -1"):
        Convolution(W, b, 1, -1)
    with pytest.raises(TypeError, match="pad is 0.5"):
        Convolution(W, b, 1, 0.5)
    with pytest.raises(ValueError, match=r"^Convolution: x \(1, 1, 4, 4\) has 1 channels, W \(5, 4, 3, 2\) expects 4"):
        Convolution(np.zeros((5, 4, 3, 2)), np.zeros(5)).forward(IMAGE)
    layer = Convolution(W, b)
    with pytest.raises(ValueError, match=r"^Convolution: x has shape \(4, 4\), expected images"):
        layer.forward(IMAGE[0, 0])
    with pytest.raises(ValueError, match=r"^Convolution: x has shape \(0, 3, 4, 4\), .* not empty"):
        layer.forward(np.zeros((0, 3, 4, 4)))
    with pytest.raises(ValueError, match="a filter of 3 is larger than the image of 2"):
        layer.forward(np.zeros((1, 3, 4, 2)))
    with pytest.raises(ValueError, match="stride 2 does not fit"):
        Convolution(W, b, 2).forward(np.zeros((1, 3, 5, 4)))
    with pytest.raises(RuntimeError, match="^Convolution: backward came before forward"):
        Convolution(W, b).backward(np.zeros((1, 2, 2, 2)))
    layer.forward(np.zeros((1, 3, 4, 4)))
    with pytest.raises(ValueError, match=r"^Convolution: dout has shape \(1, 2, 2, 1\), the output had \(1, 2, 2, 2\)"):
        layer.backward(np.zeros((1, 2, 2, 1)))


# pooling


def test_pooling_by_hand():
    image = np.array([[[[1.0, 2, 9, 0], [5, 6, 3, 4], [0, 0, -1, -2], [0, 1, -3, -4]]]])
    largest = MaxPooling(2, 2)
    np.testing.assert_array_equal(largest.forward(image)[0, 0], [[6, 9], [1, -1]])
    dx = largest.backward(np.array([[[[1.0, 2], [3, 4]]]]))
    np.testing.assert_array_equal(dx[0, 0], [[0, 0, 2, 0], [0, 1, 0, 0], [0, 0, 4, 0], [0, 3, 0, 0]])
    mean = AveragePooling(2, 2)
    np.testing.assert_array_equal(mean.forward(image)[0, 0], [[3.5, 4], [0.25, -2.5]])
    dx = mean.backward(np.array([[[[4.0, 8], [12, 16]]]]))
    np.testing.assert_array_equal(dx[0, 0], np.kron([[1, 2], [3, 4]], np.ones((2, 2))))


def test_overlapping_windows_add_up_their_gradients():
    layer = MaxPooling(3, 3, 1)
    image = np.zeros((1, 1, 4, 4))
    image[0, 0, 1, 2] = 1  # in all four windows
    np.testing.assert_array_equal(layer.forward(image)[0, 0], np.ones((2, 2)))
    dx = layer.backward(np.array([[[[1.0, 10], [100, 1000]]]]))
    assert dx[0, 0, 1, 2] == 1111
    assert np.count_nonzero(dx) == 1
    layer = AveragePooling(1, 2, 1)
    layer.forward(np.array([[[[1.0, 2, 3]]]]))
    np.testing.assert_array_equal(layer.backward(np.array([[[[2.0, 4]]]])), [[[[1, 3, 2]]]])


def test_a_tie_goes_to_the_first_row_by_row():
    layer = MaxPooling(2, 2)
    image = np.array([[[[0.0, 7, 5, 5], [7, 7, 5, 5]]]])
    np.testing.assert_array_equal(layer.forward(image)[0, 0], [[7, 5]])
    dx = layer.backward(np.array([[[[1.0, 2]]]]))
    np.testing.assert_array_equal(dx[0, 0], [[0, 1, 2, 0], [0, 0, 0, 0]])


def test_padding_never_wins_a_maximum_and_counts_as_zero_in_a_mean():
    image = np.full((1, 1, 2, 2), -8.0)
    np.testing.assert_array_equal(MaxPooling(2, 2, 2, 1).forward(image), np.full((1, 1, 2, 2), -8))
    np.testing.assert_array_equal(AveragePooling(2, 2, 2, 1).forward(image), np.full((1, 1, 2, 2), -2))


def test_windows_that_stand_apart_leave_pixels_out():
    layer = MaxPooling(1, 1, 3)
    np.testing.assert_array_equal(layer.forward(IMAGE)[0, 0], [[1, 4], [13, 16]])
    dx = layer.backward(np.ones((1, 1, 2, 2)))
    assert dx.sum() == 4
    assert dx[0, 0, 0, 0] == dx[0, 0, 3, 3] == 1


def test_a_window_of_many_cells():
    # more cells than an 8-bit number can count
    rng = np.random.default_rng(4)
    x = rng.standard_normal((2, 1, 20, 20))
    layer = MaxPooling(20, 20)
    assert layer.forward(x).ravel().tolist() == [x[0].max(), x[1].max()]
    dx = layer.backward(np.ones((2, 1, 1, 1)))
    np.testing.assert_array_equal(dx, x == x.max(axis=(1, 2, 3), keepdims=True))


@pytest.mark.parametrize("values", ["spread", "ties"])
def test_pooling_and_its_gradients_are_those_of_torch_on_all_small_sizes(values, torch):
    rng = np.random.default_rng(0)
    functional, seen = torch.nn.functional, 0
    for height, width, pool_h, pool_w, stride, pad in small_geometries():
        if pad > min(pool_h, pool_w) // 2:  # PyTorch wants half a window at most
            continue
        shape = (2, 2, height, width)
        x = rng.standard_normal(shape) if values == "spread" else rng.integers(-1, 2, shape).astype(float)
        for kind, theirs in ((MaxPooling, functional.max_pool2d), (AveragePooling, functional.avg_pool2d)):
            layer, tensor = kind(pool_h, pool_w, stride, pad), torch.tensor(x, requires_grad=True)
            out, expected = layer.forward(x), theirs(tensor, (pool_h, pool_w), stride, pad)
            case = f"{layer} on {height}×{width}"
            np.testing.assert_allclose(out, expected.detach().numpy(), rtol=1e-12, atol=1e-14, err_msg=case)
            dout = rng.standard_normal(out.shape)
            (dx,) = torch.autograd.grad(expected, tensor, torch.tensor(dout))
            np.testing.assert_allclose(layer.backward(dout), dx.numpy(), rtol=1e-12, atol=1e-14, err_msg=case)
            seen += 1
    assert seen > 300


def test_the_winners_take_a_byte_each():
    layer = MaxPooling(2, 2)
    layer.forward(IMAGE)
    np.testing.assert_array_equal(layer.winner, np.full((1, 1, 2, 2), 3, np.uint8))
    assert layer.winner.dtype == np.uint8


def test_padding_of_more_than_half_a_window():
    # PyTorch refuses it; the formula does not
    x = np.arange(1.0, 4).reshape(1, 1, 1, 3)
    layer = AveragePooling(3, 3, 1, 2)
    np.testing.assert_allclose(layer.forward(x)[0, 0], [np.array([1, 3, 6, 5, 3]) / 9] * 3)
    np.testing.assert_allclose(layer.backward(np.ones((1, 1, 3, 5))), np.ones((1, 1, 1, 3)))


@pytest.mark.parametrize("kind", [MaxPooling, AveragePooling])
@given(geometries(0), st.integers(1, 3), st.integers(1, 4), st.integers(0, 2**32))
def test_pooling_keeps_channels_and_learns_nothing(kind, geometry, N, C, seed):
    height, width, pool_h, pool_w, stride, pad = geometry
    x = np.random.default_rng(seed).standard_normal((N, C, height, width))
    layer = kind(pool_h, pool_w, stride, pad)
    out = layer.forward(x)
    places = output_size(height, pool_h, stride, pad), output_size(width, pool_w, stride, pad)
    assert out.shape == (N, C, *places)
    assert layer.params == {}
    assert (out <= x.max(axis=(2, 3), keepdims=True) + 1e-12).all()
    for c in range(C):  # each channel by itself
        np.testing.assert_allclose(kind(pool_h, pool_w, stride, pad).forward(x[:, c : c + 1]), out[:, c : c + 1])
    dx = layer.backward(np.ones_like(out))
    assert dx.shape == x.shape
    assert dx.sum() == pytest.approx(out.size)  # nothing of the gradient is lost or added


def test_max_pooling_forgives_a_small_shift():
    image = np.zeros((1, 1, 6, 6))
    image[0, 0, 2, 2] = 1
    moved = np.roll(image, 1, axis=3)
    np.testing.assert_array_equal(MaxPooling(2, 2).forward(image), MaxPooling(2, 2).forward(moved))


def test_nan_is_not_hidden_by_a_maximum():
    image = IMAGE.copy()
    image[0, 0, 1, 1] = np.nan
    assert np.isnan(MaxPooling(2, 2).forward(image)).sum() == 1


@pytest.mark.parametrize("kind", [MaxPooling, AveragePooling])
def test_pooling_says_what_was_wrong(kind):
    name = kind.__name__
    with pytest.raises(ValueError, match=rf"^{name}: pad is 2, expected less than the pool size 2"):
        kind(3, 2, 1, 2)
    with pytest.raises(ValueError, match=rf"^{name}: pad is 2, expected less than the pool size 2"):
        kind(2, 3, 1, 2)
    for bad in ((0, 2), (2, 0), (2, 2, 0), (2, 2, 2, -1)):
        with pytest.raises(ValueError, match="expected at least"):
            kind(*bad)
    for bad in ((2.0, 2), (2, 1.5), (2, 2, 1.5), (2, 2, 2, 0.5)):
        with pytest.raises(TypeError, match="expected an integer"):
            kind(*bad)
    layer = kind(2, 2)
    with pytest.raises(RuntimeError, match=rf"^{name}: backward came before forward"):
        layer.backward(np.ones((1, 1, 2, 2)))
    with pytest.raises(ValueError, match=rf"^{name}: x has shape \(4, 4\), expected images"):
        layer.forward(IMAGE[0, 0])
    with pytest.raises(ValueError, match="stride 2 does not fit"):
        layer.forward(IMAGE[:, :, :3])
    with pytest.raises(ValueError, match="a filter of 2 is larger than the image of 1"):
        layer.forward(IMAGE[:, :, :, :1])
    layer.forward(IMAGE)
    with pytest.raises(ValueError, match=rf"^{name}: dout has shape \(1, 1, 4, 4\), the output had \(1, 1, 2, 2\)"):
        layer.backward(IMAGE)


def test_a_padding_that_fits_the_image_but_not_the_window():
    # (7 + 2 - 3) / 3 is whole, (3 + 2 - 3) / 3 is not; only the image counts
    assert MaxPooling(3, 3, 3, 1).forward(np.zeros((1, 1, 7, 7))).shape == (1, 1, 3, 3)


def test_the_repr_names_the_sizes():
    assert repr(MaxPooling(2, 3)) == "MaxPooling(2, 3, stride=2, pad=0)"
    assert repr(AveragePooling(3, 2, 1, 1)) == "AveragePooling(3, 2, stride=1, pad=1)"
    assert repr(Convolution(np.zeros((2, 1, 3, 3)), np.zeros(2))) == "Convolution(W (2, 1, 3, 3), b (2,))"
