"""Every misuse raises at the door: the offending value stands in the message, and so does what
would be accepted.
"""

import ast
import inspect
import re
import subprocess
import sys
from functools import partial, reduce

import numpy as np
import pytest

import convpool
from convpool import course, filters
from convpool.engines.registry.convolution import ENGINES
from convpool.plans import foreign_calls

F = np.ones
IMAGES = F((2, 8, 9, 3))
KERNELS = F((3, 3, 3, 4))
INTS, INT_KERNELS = F((1, 4, 4, 1), dtype=int), F((2, 2, 1, 1), dtype=int)
convolve, transpose, pool = convpool.convolve, convpool.convolve_transpose, convpool.pool
indices, unpool, adaptive = convpool.max_pool_indices, convpool.max_unpool, convpool.adaptive_pool
view, fold, filtered = convpool.window_view, convpool.fold, convpool.filter_image
plan, plan_pool = convpool.plan_convolution, convpool.plan_pooling
V, T, O = ValueError, TypeError, OverflowError  # noqa: E741

# (call, words of the message)
CASES = [
    # channels
    (
        V,
        lambda: convolve(F((2, 3, 8, 9)), KERNELS),
        ["(2, 3, 8, 9)", "(3, 3, 3, 4)", "channels first", "channel_axis=1"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, channel_axis=1),
        ["take 3", "have 8", "channels last", "channel_axis=-1"],
    ),
    (
        V,
        lambda: convolve(IMAGES, F((3, 3, 4, 3))),
        ["take 4", "have 3", "last two axes swapped", "(channels, kernels)"],
    ),
    (
        V,
        lambda: convolve(F((2, 8, 8, 5)), F((16, 5, 3, 3))),
        ["kernels first", "PyTorch", "kernel_layout='OIHW'"],
    ),
    (V, lambda: convolve(F((2, 8, 8, 6)), F((3, 3, 3, 4))), ["take 3", "have 6", "groups=2"]),
    (
        V,
        lambda: convolve(F((2, 8, 8, 6)), F((3, 3, 3, 4)), groups=3),
        ["3 channels in each of 3 groups", "have 6"],
    ),
    (
        V,
        lambda: convolve(F((2, 8, 8, 6)), F((3, 3, 2, 4)), groups=3),
        ["are 4", "3 groups do not divide", "[kernels] * 3"],
    ),
    (V, lambda: convolve(IMAGES, KERNELS, groups=0), ["groups is 0", "1 or more"]),
    (T, lambda: convolve(IMAGES, KERNELS, groups=1.5), ["groups is 1.5", "whole number"]),
    (V, lambda: convolve(IMAGES, KERNELS, channel_axis=4), ["channel_axis is 4", "0 to 3"]),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, channel_axis="last"),
        ["channel_axis is 'last'", "-1 or 1"],
    ),
    # ranks
    (
        V,
        lambda: convolve(F((8, 9)), F((3, 3))),
        ["(8, 9)", "2 axes", "3 to 5", "image[None, ..., None]"],
    ),
    (V, lambda: convolve(F((1, 2, 3, 4, 5, 6)), KERNELS), ["6 axes", "3 to 5"]),
    (
        V,
        lambda: convolve(IMAGES, F((3, 3))),
        ["(3, 3)", "(2, 8, 9, 3)", "kernels[..., None, None]"],
    ),
    (V, lambda: convolve(F((2, 8, 3)), KERNELS), ["have 4 axes", "have 3", "1 window axis"]),
    (V, lambda: convolve(IMAGES, F((0, 3, 3, 4))), ["(0, 3, 3, 4)", "empty window", "1 or more"]),
    (V, lambda: plan(7, (3, 3, 1, 1)), ["images_shape is 7", "(10, 28, 28, 1)"]),
    (V, lambda: plan(IMAGES, KERNELS), ["pass images.shape, (2, 8, 9, 3)"]),
    (V, lambda: plan((2, -8, 8, 1), (3, 3, 1, 1)), ["-8", "0 or more"]),
    # strides, dilations
    (V, lambda: convolve(IMAGES, KERNELS, stride=0), ["stride is 0", "1 or more"]),
    (V, lambda: convolve(IMAGES, KERNELS, stride=(1, -2)), ["stride is -2", "1 or more"]),
    (T, lambda: convolve(IMAGES, KERNELS, stride=2.0), ["stride is 2.0", "whole number"]),
    (T, lambda: convolve(IMAGES, KERNELS, stride="2"), ["stride is '2'", "whole number"]),
    (T, lambda: convolve(IMAGES, KERNELS, stride=True), ["stride is True", "whole number"]),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, stride=(1, 2, 3)),
        ["stride is (1, 2, 3)", "3 numbers", "one number or 2"],
    ),
    (V, lambda: convolve(IMAGES, KERNELS, dilation=0), ["dilation is 0", "1 or more"]),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, dilation=(1,)),
        ["dilation is (1,)", "1 numbers", "one number or 2"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, stride=((1, 2), 3)),
        ["stride is (1, 2)", "whole number"],
    ),
    (
        V,
        lambda: convolve(F((1, 9, 1)), F((3, 1, 1)), stride=(1, 2)),
        ["1 spatial axis it must be one number"],
    ),
    (
        V,
        lambda: plan(((1, 2), 3), (3, 3, 1, 1)),
        ["images_shape is ((1, 2), 3)", "(10, 28, 28, 1)"],
    ),
    (T, lambda: convolve(IMAGES, KERNELS, channel_axis=True), ["channel_axis is True", "-1 or 1"]),
    # padding
    (
        V,
        lambda: convolve(IMAGES, KERNELS, "sane"),
        ["padding is 'sane'", "'valid'", "did you mean 'same'"],
    ),
    (V, lambda: convolve(IMAGES, KERNELS, "SAME"), ["padding is 'SAME'", "did you mean 'same'"]),
    (V, lambda: convolve(IMAGES, KERNELS, "SAME_LOWER"), ["did you mean 'same_lower'"]),
    (V, lambda: convolve(IMAGES, KERNELS, -1), ["padding is -1", "0 or more"]),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, (1, 2, 3)),
        ["padding is (1, 2, 3)", "3 numbers", "2 of them", "pairs"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, ((1, 2),)),
        ["padding is ((1, 2),)", "1 pairs", "2 spatial axes"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, ((1, 2, 3), (1, 2, 3))),
        ["(before, after)", "3 numbers"],
    ),
    (V, lambda: convolve(IMAGES, KERNELS, ((1, 2), (3, -4))), ["padding is -4", "0 or more"]),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, ((1, 2), (3,))),
        ["padding is ((1, 2), (3,))", "(before, after)"],
    ),
    (T, lambda: convolve(IMAGES, KERNELS, 0.5), ["padding is 0.5", "whole number"]),
    (
        V,
        lambda: convolve(F((1, 9, 1)), F((3, 1, 1)), (1, 2)),
        ["padding is (1, 2)", "2 numbers", "((1, 2),)"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, pad_mode="mirror"),
        ["pad_mode is 'mirror'", "call 'mirror' is 'reflect' here"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, pad_mode="nearest"),
        ["pad_mode is 'nearest'", "is 'edge' here"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, pad_mode="replicate"),
        ["pad_mode is 'replicate'", "is 'edge' here"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, pad_mode="circular"),
        ["pad_mode is 'circular'", "is 'wrap' here"],
    ),
    (V, lambda: convolve(IMAGES, KERNELS, "reflect"), ["padding='same', pad_mode='reflect'"]),
    (V, lambda: convolve(IMAGES, KERNELS, "nearest"), ["padding='same', pad_mode='edge'"]),
    (V, lambda: convolve(IMAGES, KERNELS, pad_mode=4), ["what others call 4 is 'reflect' here"]),
    (V, lambda: convolve(IMAGES, KERNELS, "VALID"), ["padding is 'VALID'", "did you mean 'valid'"]),
    (V, lambda: convolve(IMAGES, KERNELS, "SAME_UPPER"), ["is 'same' here"]),
    (V, lambda: convolve(IMAGES, KERNELS, pad_mode="Reflect"), ["did you mean 'reflect'"]),
    (V, lambda: convolve(IMAGES, KERNELS, fill=3), ["fill is 3", "'zeros'", "pad_mode='constant'"]),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill="0"),
        ["fill is '0'", "one number"],
    ),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, pad_mode="constant", fill=0.5),
        ["fill is 0.5", "int64", "dtype=float"],
    ),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, pad_mode="constant", fill=np.nan),
        ["fill is nan", "dtype=float"],
    ),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, pad_mode="constant", fill=3j),
        ["fill is 3j", "int64", "dtype=complex"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=3j),
        ["fill is 3j", "float64", "dtype=complex"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=None),
        ["fill is None", "one number"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=[1]),
        ["fill is [1]", "one number"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=np.ma.masked),
        ["fill came as a masked array", "fill.filled(value)"],
    ),
    (
        O,
        lambda: convolve(INTS, INT_KERNELS, pad_mode="constant", fill=-3, dtype=np.uint8),
        ["fill is -3", "uint8", "0 to 255", "dtype=np.int64"],
    ),
    (
        O,
        lambda: convolve(INTS, INT_KERNELS, pad_mode="constant", fill=2**70),
        [f"fill is {2**70}", "int64", str(2**63 - 1), "dtype=float"],
    ),
    (
        O,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=10**400),
        ["fill is 1000", "float64", "1.8e+308", "infinity"],
    ),
    (
        O,
        lambda: convolve(IMAGES, KERNELS, pad_mode="constant", fill=1e39, dtype=np.float32),
        ["fill is 1e+39", "float32", "3.4e+38", "smaller"],
    ),
    (
        V,
        lambda: convolve(F((2, 0, 9, 3)), KERNELS, "same", pad_mode="edge"),
        ["'edge'", "height is 0", "'zeros'"],
    ),
    # windows that do not fit
    (
        V,
        lambda: convolve(F((2, 8, 2, 3)), KERNELS, "valid"),
        ["window of 3", "width of 2", "0 + 0 padding", "'same'"],
    ),
    (
        V,
        lambda: convolve(F((2, 8, 8, 3)), KERNELS, "valid", dilation=4),
        ["span of 9", "dilation 4", "height of 8"],
    ),
    (V, lambda: convolve(F((2, 0, 9, 3)), KERNELS, 3), ["height is 0", "'same_size'"]),
    (V, lambda: pool(IMAGES, 10), ["window of 10", "height of 8", "smaller window"]),
    (V, lambda: pool(F((2, 8, 0, 3)), 2), ["width is 0", "'same'"]),
    (
        V,
        lambda: view(IMAGES, (3, 10)),
        ["window of 10", "width of 9", "smaller window, of up to 9"],
    ),
    (
        V,
        lambda: view(IMAGES, 5, dilation=3),
        ["window of 5", "height of 8", "smaller window, of up to 3"],
    ),
    (V, lambda: view(F((2, 0, 9, 3)), 3), ["height is 0", "at least one pixel"]),
    (
        V,
        lambda: convolve(IMAGES, F((9, 3, 3, 4)), "valid", dilation=2),
        ["window of 9", "of up to 4, more padding"],
    ),
    (
        V,
        lambda: convpool.global_pool(F((2, 0, 9, 3)), "max"),
        ["images (2, 0, 9, 3)", "height of 0", "no pixel"],
    ),
    (V, lambda: adaptive(F((2, 8, 0, 3)), 2, "max"), ["width of 0", "no pixel"]),
    # three axes: a picture, or signals
    (
        V,
        lambda: pool(F((32, 48, 3)), 2),
        ["(32, 48, 3) with kernel_shape=2", "images[None]", "kernel_shape=(2,)"],
    ),
    (V, lambda: indices(F((32, 48, 3)), 2), ["(32, 48, 3)", "images[None]", "kernel_shape=(2,)"]),
    (
        V,
        lambda: adaptive(F((32, 48, 3)), 2, "max"),
        ["(32, 48, 3)", "images[None]", "output_shape=(2,)"],
    ),
    (
        V,
        lambda: unpool(F((32, 48, 3)), F((32, 48, 3), int), 64),
        ["values[None]", "shape=(64,)", "indices like values"],
    ),
    (
        V,
        lambda: convpool.global_pool(F((32, 48, 3)), "max"),
        ["(32, 48, 3)", "images[None]", "images[:, None]"],
    ),
    (
        V,
        lambda: plan_pool((32, 48, 3), 2),
        ["images_shape (32, 48, 3)", "(1, 32, 48, 3)", "kernel_shape=(2,)"],
    ),
    (
        V,
        lambda: plan_pool((3, 32, 48), 2, channel_axis=0),
        ["(1, 3, 32, 48) and channel_axis=1", "kernel_shape=(2,)"],
    ),
    # modes and other words of pooling
    (
        V,
        lambda: pool(IMAGES, 2, mode="mean"),
        ["mode is 'mean'", "'max'", "call 'mean' is 'avg' here"],
    ),
    (V, lambda: pool(IMAGES, 2, mode="average"), ["is 'avg' here"]),
    (V, lambda: pool(IMAGES, 2, mode="Maximum"), ["mode is 'Maximum'", "is 'max' here"]),
    (V, lambda: pool(IMAGES, 2, mode="Max"), ["mode is 'Max'", "did you mean 'max'"]),
    (V, lambda: pool(IMAGES, 0), ["kernel_shape is 0", "1 or more"]),
    (V, lambda: pool(IMAGES, (2, 2, 2)), ["kernel_shape is (2, 2, 2)", "one number or 2"]),
    (V, lambda: pool(IMAGES, 2, 0), ["stride is 0", "1 or more"]),
    (V, lambda: pool(IMAGES, 2, mode="lp", p=0), ["p is 0", "above 0"]),
    (T, lambda: pool(IMAGES, 2, mode="lp", p=True), ["p is True", "above 0"]),
    (T, lambda: pool(IMAGES, 2, mode="lp", p=2j), ["p is 2j", "above 0"]),
    (T, lambda: pool(IMAGES, 2, ceil="no"), ["ceil is 'no'", "True or False"]),
    (T, lambda: pool(IMAGES, 2, ceil=2), ["ceil is 2", "True or False"]),
    (
        T,
        lambda: pool(IMAGES, 2, mode="avg", count_padding="no"),
        ["count_padding is 'no'", "True or False"],
    ),
    (T, lambda: convolve(IMAGES, KERNELS, flip="no"), ["flip is 'no'", "True or False"]),
    (T, lambda: convpool.halo((8,), 3, [slice(0, 2)], ceil=0.0), ["ceil is 0.0", "True or False"]),
    (V, lambda: pool(IMAGES, 2, mode="lp", p=np.inf), ["p is inf", "finite", "mode='max'"]),
    (T, lambda: pool(IMAGES * 1j, 2), ["max", "complex128", "'avg'", "np.abs"]),
    (T, lambda: pool(IMAGES * 1j, 2, mode="lp"), ["lp", "complex128"]),
    (T, lambda: adaptive(IMAGES * 1j, 2, "min"), ["min", "complex128"]),
    (V, lambda: adaptive(IMAGES, 0, "max"), ["output_shape is 0", "1 or more"]),
    (
        V,
        lambda: adaptive(IMAGES, (2, 2, 2), "max"),
        ["output_shape is (2, 2, 2)", "one number or 2"],
    ),
    (V, lambda: convpool.global_pool(IMAGES, "mean"), ["mode is 'mean'", "'max'", "is 'avg' here"]),
    (T, lambda: pool(IMAGES * 1j, 2, mode="median"), ["median", "complex128", "'avg'"]),
    # padding that has values, and footprints
    (
        V,
        lambda: pool(IMAGES, 2, padding=1, pad_mode="mirror"),
        ["pad_mode is 'mirror'", "'reflect' here"],
    ),
    (V, lambda: pool(IMAGES, 2, padding="reflect"), ["padding='same', pad_mode='reflect'"]),
    (V, lambda: pool(IMAGES, 2, fill=3), ["fill is 3", "pad_mode is None", "pad_mode='constant'"]),
    (
        V,
        lambda: pool(IMAGES, 2, pad_mode="edge", fill=3),
        ["fill is 3", "'edge'", "pad_mode='constant'"],
    ),
    (T, lambda: pool(IMAGES, 2, pad_mode="constant", fill="0"), ["fill is '0'", "one number"]),
    (
        T,
        lambda: pool(IMAGES, 2, pad_mode="constant", fill=[1, 2]),
        ["fill is [1, 2]", "one number"],
    ),
    (
        T,
        lambda: pool(INTS, 2, pad_mode="constant", fill=0.5),
        ["fill is 0.5", "int64", "images.astype(float)"],
    ),
    (
        V,
        lambda: pool(INTS.astype("u1"), 2, pad_mode="constant", fill=-1),
        ["fill is -1", "uint8", "0 to 255"],
    ),
    (
        V,
        lambda: pool(INTS.astype("u1"), 2, pad_mode="constant", fill=256),
        ["fill is 256", "uint8", "0 to 255"],
    ),
    (
        V,
        lambda: pool(IMAGES, 2, pad_mode="constant", fill=1j),
        ["fill is 1j", "float64", "a real number"],
    ),
    (
        V,
        lambda: pool(IMAGES.astype("f4"), 2, pad_mode="constant", fill=1e39),
        ["fill is 1e+39", "float32", "3.4e+38"],
    ),
    (V, lambda: pool(IMAGES, 2, pad_mode="constant", fill=10**400), ["float64", "1.8e+308"]),
    (
        V,
        lambda: pool(F((2, 0, 9, 3)), 2, 1, padding="same", pad_mode="edge"),
        ["'edge'", "height is 0", "'zeros'"],
    ),
    (
        V,
        lambda: pool(IMAGES, 2, mode="avg", footprint=F((2, 2), bool)),
        ["footprint", "'median'", "'avg'", "leave it"],
    ),
    (
        T,
        lambda: pool(IMAGES, 2, footprint=F((2, 2))),
        ["footprint holds float64", "np.asarray(footprint, bool)"],
    ),
    (
        V,
        lambda: pool(IMAGES, 2, footprint=F((2, 3), bool)),
        ["is (2, 3)", "is (2, 2)", "kernel_shape=(2, 3)"],
    ),
    (V, lambda: pool(IMAGES, 2, footprint=F((2, 2), bool) ^ True), ["False everywhere", "one tap"]),
    # dtypes of pooling
    (
        T,
        lambda: pool(INTS, 2, dtype=float),
        ["float64", "max keeps", "int64", "images.astype(np.float64)"],
    ),
    (
        T,
        lambda: pool(INTS, 2, mode="avg", dtype=int),
        ["int64", "avg of int64 gives float64", "a float or complex"],
    ),
    (
        T,
        lambda: pool(IMAGES, 2, mode="sum", dtype=int),
        ["int64", "sum of float64 gives float64", "a float or complex"],
    ),
    (
        T,
        lambda: pool(INTS, 2, mode="lp", dtype=complex),
        ["complex128", "lp of int64 gives float64", "a float dtype"],
    ),
    (
        T,
        lambda: pool(IMAGES * 1j, 2, mode="sum", dtype=float),
        ["float64", "sum of complex128", "a complex dtype"],
    ),
    (T, lambda: pool(INTS, 2, mode="sum", dtype="wat"), ["dtype is 'wat'", "float32"]),
    (
        T,
        lambda: pool(INTS, 2, mode="sum", dtype=bool),
        ["dtype is bool", "an integer, float or complex dtype"],
    ),
    (T, lambda: convpool.global_pool(INTS, "avg", dtype=int), ["avg of int64 gives float64"]),
    (T, lambda: adaptive(INTS, 2, "max", dtype=float), ["max keeps"]),
    (T, lambda: fold(F((1, 3, 1, 3)), (5,), dtype=int), ["sum of float64 gives float64"]),
    (O, lambda: pool(INTS * 200, 2, mode="sum", dtype="i1"), ["int8", "127", "dtype=np.int16"]),
    (O, lambda: pool(-INTS, 2, mode="sum", dtype="u1"), ["negative", "uint8", "dtype=np.int8"]),
    (
        O,
        lambda: pool(INTS, 2, mode="sum", pad_mode="constant", fill=2**62),
        ["int64", "dtype=float"],
    ),
    (
        V,
        lambda: unpool(F((1, 2, 1)), F((1, 3, 1), dtype=int), 4),
        ["(1, 2, 1)", "(1, 3, 1)", "one shape"],
    ),
    (V, lambda: unpool(F((1, 2, 1)), np.array([[[0], [4]]]), (4,)), ["0 to 4", "(4,)", "0 to 3"]),
    (T, lambda: unpool(F((1, 2, 1)), F((1, 2, 1)), 4), ["indices are float64", "integers"]),
    # dtypes
    (
        T,
        lambda: convolve(IMAGES.astype(object), KERNELS),
        ["images hold object", "integers, floats"],
    ),
    (T, lambda: convolve(IMAGES.astype(str), KERNELS), ["images hold <U", "bool, integers"]),
    (T, lambda: convolve(IMAGES, KERNELS.astype("datetime64[s]")), ["kernels hold datetime64"]),
    (T, lambda: pool(IMAGES.astype(object), 2), ["images hold object"]),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, dtype=np.int32),
        ["dtype is int32", "float64", "float dtype"],
    ),
    (
        T,
        lambda: convolve(IMAGES * 1j, KERNELS, dtype=float),
        ["dtype is float64", "complex128", "complex dtype"],
    ),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, dtype=bool),
        ["dtype is bool", "integer, float or complex"],
    ),
    (O, lambda: convolve(INTS * 2**62, INT_KERNELS), ["int64", str(2**63 - 1), "dtype=float"]),
    (O, lambda: convolve(INTS * 200, INT_KERNELS, dtype=np.int8), ["int8", "127"]),
    (O, lambda: convolve(-INTS, INT_KERNELS, dtype=np.uint8), ["negative", "uint8", "int64"]),
    (O, lambda: transpose(INTS * 2**62, INT_KERNELS), ["int64", str(2**63 - 1)]),
    (O, lambda: pool(INTS * 2**62, 4, mode="sum"), ["int64", str(2**63 - 1)]),
    (O, lambda: fold(F((1, 2, 1, 2), dtype=int) * 2**62, 3), ["int64", "sums of windows"]),
    # bias and out
    (V, lambda: convolve(IMAGES, KERNELS, bias=F(3)), ["bias is (3,)", "(4,)", "each kernel"]),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, bias=F(1)),
        ["bias is float64", "int64", "dtype=float"],
    ),
    (
        T,
        lambda: convolve(INTS, INT_KERNELS, bias=F(1) * 1j),
        ["bias is complex128", "int64", "dtype=complex"],
    ),
    (
        T,
        lambda: convolve(IMAGES, KERNELS, bias=F(4) * 1j, dtype=np.float32),
        ["bias is complex128", "float32", "dtype=np.complex64"],
    ),
    (
        O,
        lambda: convolve(INTS, INT_KERNELS, bias=-F(1, int), dtype=np.uint8),
        ["negative", "uint8", "dtype=np.int8"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, out=F((2, 8, 9, 3))),
        ["out is (2, 8, 9, 3)", "(2, 8, 9, 4)"],
    ),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, out=F((2, 8, 9, 4), np.float32)),
        ["float32", "must be", "float64"],
    ),
    (T, lambda: convolve(IMAGES, KERNELS, out=[1]), ["out is a list", "an array"]),
    (V, lambda: pool(IMAGES, 2, out=F((2, 4, 4, 2))), ["out is (2, 4, 4, 2)", "(2, 4, 4, 3)"]),
    (
        V,
        lambda: convolve(IMAGES, KERNELS, out=np.broadcast_to(0.0, (2, 8, 9, 4))),
        ["read-only", "writeable"],
    ),
    # engines
    (
        V,
        lambda: convolve(IMAGES, KERNELS, engine="cuda"),
        ["engine is 'cuda'", "'auto'", "'numpy'"],
    ),
    (V, lambda: pool(IMAGES, 2, engine="nunpy"), ["engine is 'nunpy'", "did you mean 'numpy'"]),
    # transposed
    (
        V,
        lambda: transpose(F((1, 4, 4, 3)), F((3, 3, 2, 4))),
        ["give 4 channels", "(1, 4, 4, 3) have 3"],
    ),
    (
        V,
        lambda: transpose(F((1, 4, 4, 2)), F((3, 3, 2, 4))),
        ["give 4", "have 2", "last two axes swapped"],
    ),
    (
        V,
        lambda: transpose(F((1, 4, 1)), F((3, 1, 1)), output_padding=1),
        ["output_padding is 1", "below 1"],
    ),
    (
        V,
        lambda: transpose(F((1, 4, 1)), F((3, 1, 1)), "same", 2, output_padding=1),
        ["'same'", "takes no output_padding"],
    ),
    (
        V,
        lambda: transpose(F((1, 1, 1)), F((3, 1, 1)), 3),
        ["width of the result would be -3", "less padding"],
    ),
    (
        V,
        lambda: transpose(F((1, 4, 4)), F((3, 1, 4)), groups=3),
        ["are 4", "3 groups do not divide"],
    ),
    # pictures and windows
    (
        T,
        lambda: filtered(F((8, 9)), "sobel-x"),
        ["kernel is 'sobel-x'", "filters.kernel('sobel-x'), after", "import filt"],
    ),
    (
        T,
        lambda: convolve(IMAGES, "sobel-x"),
        ["kernels are 'sobel-x'", "filters.kernel('sobel-x')[..., None, None]"],
    ),
    (T, lambda: filtered(F((8, 9)), "Sobel"), ["no single kernel", "filters.sobel(image)"]),
    (T, lambda: filters.gaussian(1.5, ksize=13), ["takes no 'ksize'; here that is size"]),
    (T, lambda: filters.gaussian(1.5, radius=6), ["here that is size, which is 2 * radius + 1"]),
    (T, lambda: convpool.global_pool(IMAGES), ["global_pool() needs a mode, such as mode='avg'"]),
    (
        V,
        lambda: convpool.pool_image(F((8, 9)), np.ones((2, 3), bool)),
        ["kernel_shape is of shape (2, 3)", "is passed as footprint"],
    ),
    (T, lambda: filtered(F((8, 9)), "median"), ["no single kernel", "1, 'median', padding"]),
    (T, lambda: filtered(F((8, 9)), filters.gaussian), ["the function gaussian", "it returns"]),
    (T, lambda: filters.blur(F((8, 9))), ["an array (8, 9)", "convpool.filter_image"]),
    (T, lambda: filters.gaussian(F((8, 9))), ["an array (8, 9)", "convpool.filter_image"]),
    (V, lambda: convolve(F((8, 9, 3)), F((3, 3))), ["take filter_image(image, kernel)"]),
    (V, lambda: convolve(F((8, 9)), F((3, 3))), ["or take filter_image or pool_image"]),
    (
        V,
        lambda: pool(F((8, 9, 3)), (2, 2)),
        ["images[None] for one", "take pool_image"],
    ),
    (
        V,
        lambda: unpool(F((1, 2, 2, 1)), F((1, 2, 2, 1), dtype=int), (1, 4, 4, 2)),
        ["4 numbers", "leave out those of batch and channels"],
    ),
    (V, lambda: pool(IMAGES, (1, 2, 2, 1)), ["without those of batch and channels: (2, 2)"]),
    (T, lambda: filtered(F((8, 9)), F((3, 3)), dtype="uint8"), ["round_to='uint8'"]),
    (V, lambda: filtered(F((8, 9, 7)), F((3, 3, 3))), ["convolve(volume[None, ..., None], kern"]),
    (T, lambda: convolve("big.npy", KERNELS), ["np.load(name)", "mmap_mode='r'"]),
    (T, lambda: pool(IMAGES, 2, 2, "avg", "same"), ["4 arguments without", "name", "padding=..."]),
    (V, lambda: plan(IMAGES.shape, KERNELS.shape).run(F(1), KERNELS), ["images_dtype="]),
    (
        V,
        lambda: convolve(F((2, 3, 17, 19)), F((8, 3, 3, 3))),
        ["have 19; is all of it in PyTorch's order"],
    ),
    (
        T,
        lambda: filtered("cat.png", F((3, 3))),
        ["image is 'cat.png'", "np.asarray(PIL.Image.open("],
    ),
    (T, lambda: pool("cat.png", 2), ["images are 'cat.png'", "np.asarray(PIL.Image.open(name))"]),
    (V, lambda: convolve(F(9), F(3)), ["images (9,) have 1 axis;", "signal[None, :, None]"]),
    (V, lambda: pool(F(9), 3), ["images (9,) have 1 axis;", "signal[None, :, None]"]),
    (V, lambda: view(F(9), 3), ["signal[None, :, None]"]),
    (
        V,
        lambda: convolve(F((1, 9, 1)), F(3)),
        ["kernels (3,) have 1 ax", "pass kernels[..., None, None]"],
    ),
    (V, lambda: filtered(IMAGES, F((3, 3))), ["image is (2, 8, 9, 3)", "(h, w)"]),
    (V, lambda: filtered(F((8, 9)), KERNELS), ["kernel is (3, 3, 3, 4)", "(kh, kw)"]),
    (V, lambda: fold(F((1, 3, 1)), 5), ["windows are (1, 3, 1)", "(m, *output, c, *window)"]),
    (V, lambda: fold(F((1, 3, 1, 3)), 6), ["(3,) windows", "(6,)", "have (4,)"]),
    # plans
    (
        V,
        lambda: plan((1, 5, 5, 1), (3, 3, 1, 1)).run(F((2, 5, 5, 1)), F((3, 3, 1, 1))),
        ["(2, 5, 5, 1)", "(1, 5, 5, 1)"],
    ),
    (
        V,
        lambda: plan((1, 5, 5, 1), (3, 3, 1, 1)).run(F((1, 5, 5, 1)), F((3, 2, 1, 1))),
        ["(3, 2, 1, 1)", "(3, 3, 1, 1)"],
    ),
    (
        V,
        lambda: plan_pool((1, 5, 5, 1), 2).run(F((1, 5, 5, 1), int)),
        ["int64", "float64", "a plan for each"],
    ),
    # parts
    (
        V,
        lambda: convpool.halo((8, 8), 3, [slice(0, 2)]),
        ["slice(0, 2, None)", "2 slices", "each spatial axis"],
    ),
    (V, lambda: convpool.halo((8,), 3, [slice(0, 9)]), ["slice(0, 9, None)", "8 outputs"]),
    (V, lambda: convpool.halo((8,), 3, [slice(0, 8, 2)]), ["slice(0, 8, 2)", "step of 1"]),
    (V, lambda: convpool.halo((8,), 3, slice(0, 2)), ["slice(0, 2, None)", "1 slice"]),
    (V, lambda: convpool.halo(8, 3, [slice(0, 2)]), ["shape is 8", "(480, 640)"]),
    (V, lambda: convpool.halo((8,), 3, [slice(0.5, 2)]), ["slice(0.5, 2, None)", "8 outputs"]),
    (
        T,
        lambda: plan((1, 3, 3, 1), (1, 1, 1, 1), images_dtype=object),
        ["images_dtype is object", "floats"],
    ),
    (
        T,
        lambda: plan((1, 3, 3, 1), (1, 1, 1, 1), kernels_dtype="nope"),
        ["kernels_dtype is 'nope'", "float32"],
    ),
    (T, lambda: plan_pool((1, 3, 3, 1), 2, images_dtype="U3"), ["images_dtype is <U3", "integers"]),
    (V, lambda: transpose(F((1, 0, 1)), F((3, 1, 1))), ["width is 0", "'same_size'"]),
    # the course's names
    (
        V,
        lambda: course.convolve_grayscale(F((1, 5, 5)), F((3, 3)), "full"),
        ["'full'", "'same', 'valid'", "(ph, pw)"],
    ),
    (V, lambda: course.convolve_grayscale(F((5, 5)), F((3, 3))), ["images (5, 5)", "(m, h, w)"]),
    (V, lambda: course.convolve_grayscale(F((1, 5, 5)), F((3, 3)), 2), ["padding is 2", "pair"]),
    (
        V,
        lambda: course.convolve_grayscale(F((1, 5, 5)), F((3, 3)), stride=2),
        ["stride is 2", "pair"],
    ),
    (
        V,
        lambda: course.convolve_grayscale_padding(F((1, 5, 5)), F((3, 3)), "same"),
        ["'same'", "pair (ph, pw)"],
    ),
    (
        V,
        lambda: course.convolve_grayscale_valid(F((1, 2, 5)), F((3, 3))),
        ["window of 3", "height of 2"],
    ),
    (V, lambda: course.convolve_channels(F((1, 5, 5, 3)), F((3, 3, 2))), ["take 2", "have 3"]),
    (
        V,
        lambda: course.convolve(F((1, 5, 5, 3)), F((8, 3, 5, 5))),
        ["take 5", "have 3", "must be (kh, kw, 3, nc)"],
    ),
    (V, lambda: course.pool(F((1, 5, 5, 3)), (2, 2), (1, 1), "min"), ["'min'", "'max' or 'avg'"]),
]


NEGATIVE = [
    -1,
    (-1, 0),
    [0, -1],
    [(-1, 0), (0, 0)],
    ((0, -1), (0, 0)),
    [[0, 0], [-1, 3]],
    [(0, 0), (9, -1)],
    np.array([[0, 0], [0, -1]]),
    np.int8(-1),
    (np.int64(0), np.int64(-1)),
]
PADDED = {
    "convolve": lambda padding: convolve(IMAGES, KERNELS, padding),
    "in tiles": lambda padding: convolve(IMAGES, KERNELS, padding, max_memory="1MB"),
    "transpose": lambda padding: transpose(F((2, 8, 9, 4)), KERNELS, padding),
    "pool": lambda padding: pool(IMAGES, 3, padding=padding),
    "indices": lambda padding: indices(IMAGES, 3, padding=padding),
    "fold": lambda padding: fold(F((1, 3, 3, 1, 3, 3)), (5, 5), padding=padding),
    "filter": lambda padding: filtered(F((8, 9)), F((3, 3)), padding),
    "halo": lambda padding: convpool.halo((8, 9), 3, [slice(0, 1)] * 2, padding),
    "plan": lambda padding: plan(IMAGES.shape, KERNELS.shape, padding),
    "plan of a pooling": lambda padding: plan_pool(IMAGES.shape, 3, padding=padding),
}


@pytest.mark.parametrize("padding", NEGATIVE, ids=str)
@pytest.mark.parametrize("call", PADDED)
def test_negative_padding_in_every_form(call, padding):
    with pytest.raises(
        ValueError, match=r"padding is .*-1.*; it must be a whole number of 0 or more"
    ):
        PADDED[call](padding)


@pytest.mark.parametrize(("kind", "call", "words"), CASES, ids=range(len(CASES)))
def test_misuse(kind, call, words):
    with pytest.raises(kind, match=r".") as caught:
        call()
    for word in words:
        assert word in str(caught.value)


# (call, a keyword of another library, what the error names)
FOREIGN = [
    (pool, "pool_size", "here that is kernel_shape"),
    (pool, "kernel_size", "here that is kernel_shape"),
    (pool, "strides", "here that is stride"),
    (pool, "ceil_mode", "here that is ceil"),
    (pool, "count_include_pad", "here that is count_padding"),
    (pool, "norm_type", "here that is p"),
    (pool, "data_format", "channel_axis=1"),
    (pool, "return_indices", "max_pool_indices("),
    (pool, "paddin", "did you mean padding?"),
    (pool, "nonsense", "it takes images, kernel_shape, stride"),
    (indices, "kernel_size", "here that is kernel_shape"),
    (unpool, "output_size", "here that is shape"),
    (unpool, "kernel_size", "it takes values, indices, shape"),
    (convpool.global_pool, "method", "here that is mode"),
    (adaptive, "output_size", "here that is output_shape"),
    (plan_pool, "strides", "here that is stride"),
    (convpool.halo, "kernel_size", "here that is window"),
    (convolve, "strides", "here that is stride"),
    (convolve, "data_format", "channel_axis=1"),
    (convolve, "padding_mode", "here that is pad_mode"),
    (convolve, "weight", "here that is kernels"),
    (convolve, "mode", "padding='same'"),
    (transpose, "dilation_rate", "here that is dilation"),
    (filtered, "borderType", "here that is pad_mode"),
    (filtered, "axis", "here that is channel_axis"),
    (view, "strides", "here that is stride"),
    (fold, "output_size", "here that is shape"),
    (plan, "feature_group_count", "here that is groups"),
    (filtered, "sigma", "filters.gaussian(sigma)"),
    (filtered, "ddepth", "round_to='uint8'"),
    (filtered, "origin", "pair (before, after)"),
    (convolve, "nan_treatment", "missing='nan'"),
    (pool, "func", "here that is mode"),
]


@pytest.mark.parametrize(
    ("call", "word", "told"), FOREIGN, ids=[f"{call.__name__}-{word}" for call, word, _ in FOREIGN]
)
def test_a_keyword_of_another_library(call, word, told):
    with pytest.raises(TypeError, match=rf"^{call.__name__}\(\) takes no '{word}'; ") as caught:
        call(IMAGES, **{word: 2})
    assert told in str(caught.value)


# name -> what the error names: calls of other libraries, words that are no kernel, misspellings
FOREIGN_NAMES = {
    "max_pool": "here that is pool(images, kernel_shape)",
    "conv2d": "kernel_layout='OIHW'",
    "median_filter": "1, 'median', padding='same')",
    "unfold": "here that is window_view(",
    "convole": "did you mean convolve?",
    "filters.gauss": "did you mean gaussian?",
    "filters.mean": "here that is filters.box(size)",
    "filters.sobelx": "did you mean sobel_x?",
}


@pytest.mark.parametrize("name", FOREIGN_NAMES)
def test_a_name_of_another_library(name):
    module, _, attribute = name.rpartition(".")
    with pytest.raises(AttributeError, match=f"no attribute '{attribute}'; ") as caught:
        getattr(getattr(convpool, module) if module else convpool, attribute)
    assert FOREIGN_NAMES[name] in str(caught.value)


@pytest.mark.parametrize("name", foreign_calls.FOREIGN_CALLS)
def test_advised_calls_exist(name):
    """Function and keywords of each are looked up, so that no advice can be out of date."""
    code = re.split(r"[;,] (?:for|with) ", foreign_calls.FOREIGN_CALLS[name])[0]
    call = next(node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    function = reduce(getattr, ast.unparse(call.func).split("."), convpool)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    inspect.signature(function).bind(*call.args, **keywords)


@pytest.mark.parametrize("call", dict.fromkeys(call for call, *_ in FOREIGN))
def test_other_misuse_of_keywords_is_told_as_by_python(call):
    with pytest.raises(TypeError, match=r"missing \d required positional"):
        call()
    assert call.__doc__
    assert next(iter(inspect.signature(call).parameters)) in (
        "image",
        "images",
        "images_shape",
        "values",
        "windows",
        "shape",
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("kind", "call", "words"), CASES, ids=range(len(CASES)))
def test_misuse_of_every_engine(kind, call, words, engine, monkeypatch):
    """The words are the same whichever engine was asked for, unless it cannot take these
    numbers, and says so.
    """
    for name in ("convolve", "filtered", "plan"):
        monkeypatch.setattr(
            sys.modules[__name__], name, partial(getattr(convpool, NAMES[name]), engine=engine)
        )
    with pytest.raises((kind, ValueError)) as caught:
        call()
    text = str(caught.value)
    if "cannot do this" in text:
        assert engine != "numpy"
        assert "'numpy'" in text
        return
    assert caught.type is kind
    for word in words:
        assert word in text


NAMES = {"convolve": "convolve", "filtered": "filter_image", "plan": "plan_convolution"}


RANK = {  # a call with 3 axes and one number -> the name of what the advice changes
    "pool": lambda images, size, **words: pool(images, size, **words),
    "max_pool_indices": lambda images, size, **words: indices(images, size, **words)[1],
    "adaptive_pool": lambda images, size, **words: adaptive(images, size, "avg", **words),
    "max_unpool": lambda values, size, **words: unpool(
        values, np.zeros(values.shape, int), size, **words
    ),
    "plan_pooling": lambda images, size, **words: plan_pool(images.shape, size, **words),
}


@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
@pytest.mark.parametrize("call", RANK)
def test_advice_on_three_axes_can_be_followed(call, axis):
    images = np.arange(6 * 7 * 8).reshape(6, 7, 8)
    with pytest.raises(ValueError, match="in more than one way") as caught:
        RANK[call](images, 2, channel_axis=axis)
    text = str(caught.value)
    also = {0: "channel_axis=1", 2: "channel_axis=-1"}.get(axis)
    assert also is None or f" and {also} for one picture" in text
    RANK[call](images[None], 2, channel_axis=int(also.partition("=")[2]) if also else axis)
    assert "=(2,) for a batch of signals" in text
    RANK[call](images, (2,), channel_axis=axis)


@pytest.mark.parametrize("axis", [-3, -2, -1, 0, 1, 2])
def test_advice_of_global_pool_on_three_axes_can_be_followed(axis):
    signals = np.arange(6 * 7 * 8).reshape(6, 7, 8)
    with pytest.raises(ValueError, match="in more than one way") as caught:
        convpool.global_pool(signals, "sum", channel_axis=axis)
    advice = str(caught.value).partition(" or ")[2]
    index = (slice(None), None) if "images[:, None]" in advice else (slice(None), slice(None), None)
    assert f"images[{', '.join('None' if part is None else ':' for part in index)}]" in advice
    moved = (
        int(advice.partition("channel_axis=")[2].partition(" ")[0])
        if "channel_axis" in advice
        else axis
    )
    expected = np.moveaxis(np.moveaxis(signals, axis, -1).sum(1, keepdims=True), -1, axis)
    np.testing.assert_array_equal(
        convpool.global_pool(signals[index], "sum", channel_axis=moved).ravel(), expected.ravel()
    )


def test_what_errors_of_names_and_signals_advise_works():
    from convpool import filters

    kernel = filters.kernel("sobel-x")
    assert filtered(F((8, 9)), kernel).shape == (8, 9)
    assert convolve(F((2, 8, 9, 1)), kernel[..., None, None]).shape == (2, 8, 9, 1)
    signal, kernel = F(9), F(3)
    assert convolve(signal[None, :, None], kernel[..., None, None]).shape == (1, 9, 1)
    assert pool(signal[None, :, None], (3,)).shape == (1, 3, 1)


def test_filters_and_course_are_there_without_an_import_of_their_own():
    code = (
        "import convpool; convpool.course.pool, convpool.filters.NAMES; "
        "print(hasattr(convpool, 'nothing'))"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (0, "False\n"), made.stderr


def test_there_are_enough():
    assert len(CASES) >= 60


@pytest.mark.parametrize("engine", ["auto", *ENGINES])
def test_nothing_is_written_before_an_error(engine):
    out = np.full((1, 4, 4, 1), 7)
    with pytest.raises((OverflowError, ValueError)):
        convolve(INTS * 2**62, np.ones((2, 2, 1, 1), int), out=out, engine=engine)
    assert (out == 7).all()


SIGNAL, TAPS = F((1, 9, 1)), F((3, 1, 1))
# what raises, the advice, and the same call with it
FOLLOWED = [
    (
        lambda **w: convolve(F((2, 8, 2, 3)), KERNELS, **{"padding": "valid"} | w),
        "padding='same'",
        {"padding": "same"},
    ),
    (
        lambda **w: convolve(F((2, 8, 2, 3)), KERNELS, **{"padding": "valid"} | w),
        "more padding",
        {"padding": 1},
    ),
    (
        lambda **w: convolve(F((2, 8, 8, 3)), **{"kernels": F((9, 9, 3, 1)), "padding": 0} | w),
        "of up to 8",
        {"kernels": F((8, 8, 3, 1))},
    ),
    (lambda **w: view(IMAGES, **{"shape": 5, "dilation": 3} | w), "of up to 3", {"shape": 3}),
    (
        lambda **w: convolve(F((2, 0, 9, 3)), KERNELS, **{"padding": 3} | w),
        "'same_size'",
        {"padding": "same_size"},
    ),
    (
        lambda **w: convolve(F((2, 0, 9, 3)), KERNELS, **{"pad_mode": "edge"} | w),
        "use 'zeros'",
        {"pad_mode": "zeros"},
    ),
    (
        lambda **w: convolve(IMAGES, KERNELS, fill=3, **w),
        "pad_mode='constant'",
        {"pad_mode": "constant"},
    ),
    (
        lambda **w: convolve(SIGNAL, TAPS, **{"padding": (1, 2)} | w),
        "((1, 2),)",
        {"padding": ((1, 2),)},
    ),
    (lambda **w: convolve(SIGNAL, TAPS, **{"stride": (1, 2)} | w), "one number", {"stride": 2}),
    (
        lambda **w: transpose(F((1, 1, 1)), TAPS, **{"padding": 3} | w),
        "less padding",
        {"padding": 1},
    ),
    (
        lambda **w: transpose(SIGNAL, TAPS, **{"output_padding": 1} | w),
        "below 1",
        {"output_padding": 0},
    ),
    (
        lambda **w: transpose(SIGNAL, TAPS, "same", 2, **{"output_padding": 1} | w),
        "leave it out",
        {"output_padding": 0},
    ),
    (
        lambda **w: convolve(IMAGES, KERNELS, **{"kernel_layout": "oihw"} | w),
        "'HWIO'",
        {"kernel_layout": "HWIO"},
    ),
    (
        lambda **w: convolve(IMAGES, KERNELS, **{"channel_axis": True} | w),
        "-1 or 1",
        {"channel_axis": -1},
    ),
    (lambda **w: convolve(IMAGES, KERNELS, **{"bias": F(3)} | w), "must be (4,)", {"bias": F(4)}),
    (
        lambda **w: convolve(IMAGES, KERNELS, **{"channel_axis": 4} | w),
        "0 to 3",
        {"channel_axis": 3},
    ),
]


@pytest.mark.parametrize(("call", "advice", "words"), FOLLOWED, ids=range(len(FOLLOWED)))
def test_advice_can_be_followed(call, advice, words):
    with pytest.raises((ValueError, TypeError)) as caught:
        call()
    assert advice in str(caught.value)
    call(**words)
