"""
Labelled arrays of xarray
=========================

``apply_ufunc`` passes the array and puts the names back. A "same" keeps
sizes, and so the coordinates.
"""

import numpy as np
import xarray

import convpool

random = np.random.default_rng(0)
field = xarray.DataArray(
    random.normal(size=(3, 20, 30, 2)),
    dims=("time", "y", "x", "band"),
    coords={"time": [2001, 2002, 2003], "y": np.linspace(50, 60, 20), "x": np.arange(30)},
    name="temperature",
)
kernels = np.ones((3, 3, 1, 2)) / 9  # groups=2: each band by itself

smooth = xarray.apply_ufunc(
    convpool.convolve,
    field,
    input_core_dims=[["time", "y", "x", "band"]],
    output_core_dims=[["time", "y", "x", "band"]],
    kwargs={"kernels": kernels, "groups": 2, "pad_mode": "edge"},
    keep_attrs=True,
)
print(smooth.dims, smooth.coords["time"].values)
assert np.allclose(smooth[1, 5, 7, 1], field[1, 4:7, 6:9, 1].mean())
