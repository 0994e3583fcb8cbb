"""The words of a call, read once: every misuse raises here, before any work, and says what would do."""

from __future__ import annotations

import difflib
import inspect
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from convpool.plans import foreign_arrays
from convpool.windows import PADDINGS

Array = NDArray[Any]
Ints = int | Sequence[int]
Pairs = tuple[tuple[int, int], ...]
Padding = str | int | Sequence[int] | Sequence[Sequence[int]]

PAD_MODES = ("zeros", "constant", "reflect", "symmetric", "edge", "wrap")
AXES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}

# what other libraries call a keyword -> ours: the first whose own keyword the call has, or another
# call
WINDOW = "kernel_shape", "window", "kernels, whose first axes are the window"
FOREIGN: dict[str, tuple[str, ...]] = {
    "x": ("images", "image", "windows", "values"),
    "input": ("images", "image", "windows", "values"),
    "inputs": ("images", "image", "windows", "values"),
    "kernel": ("kernels",),
    "weight": ("kernels", "kernel"),
    "weights": ("kernels", "kernel"),
    "pool_size": WINDOW,
    "kernel_size": WINDOW,
    "ksize": WINDOW,
    "window_shape": WINDOW,
    "window_size": WINDOW,
    "size": ("kernel_shape", "output_shape"),
    "output_size": ("output_shape", "shape"),
    "strides": ("stride",),
    "step": ("stride",),
    "steps": ("stride",),
    "dilations": ("dilation",),
    "dilation_rate": ("dilation",),
    "rate": ("dilation",),
    "rhs_dilation": ("dilation",),
    "group": ("groups",),
    "feature_group_count": ("groups",),
    "pad": ("padding",),
    "pads": ("padding",),
    "auto_pad": ("padding",),
    "padding_mode": ("pad_mode",),
    "boundary": ("pad_mode",),
    "border": ("pad_mode",),
    "borderType": ("pad_mode",),
    "cval": ("fill",),
    "fillvalue": ("fill",),
    "fill_value": ("fill",),
    "pad_value": ("fill",),
    "constant_values": ("fill",),
    "ceil_mode": ("ceil",),
    "count_include_pad": ("count_padding",),
    "count_include_padding": ("count_padding",),
    "norm_type": ("p",),
    "pooling_type": ("mode",),
    "method": ("mode",),
    "reduction": ("mode",),
    "data_format": ("channel_axis=1 for channels first, NCHW; -1 for channels last, NHWC",),
    "return_indices": (
        "a call of its own: max_pool_indices(...) or adaptive_max_pool_indices(...)",
    ),
    "divisor_override": ("mode='sum', whose result you divide",),
    "mode": ("padding='same', 'valid' or 'full', or pad_mode= for what stands there",),
    "axis": ("channel_axis",),
    "window_dimensions": WINDOW,
    "window_strides": ("stride",),
    "output": ("out",),
    "preferred_element_type": ("dtype",),
}
# argument -> what other libraries call one of its words, in lower case -> ours
SYNONYMS: dict[str, dict[str, str]] = {
    "mode": {
        "mean": "avg",
        "average": "avg",
        "ave": "avg",
        "maximum": "max",
        "amax": "max",
        "minimum": "min",
        "amin": "min",
        "add": "sum",
        "total": "sum",
        "norm": "lp",
        "l2": "lp",
        "rms": "lp",
    },
    "pad_mode": {
        "zero": "zeros",
        "nearest": "edge",
        "replicate": "edge",
        "border_replicate": "edge",
        "mirror": "reflect",
        "reflect_101": "reflect",
        "reflect101": "reflect",
        "border_reflect_101": "reflect",
        "symm": "symmetric",
        "border_reflect": "symmetric",
        "grid-mirror": "symmetric",
        "circular": "wrap",
        "grid-wrap": "wrap",
        "periodic": "wrap",
        "border_wrap": "wrap",
        "border_constant": "constant",
        "grid-constant": "constant",
        "fill": "constant",
    },
    "padding": {"same_upper": "same"},
}

Words = ParamSpec("Words")
Result = TypeVar("Result")


def with_foreign_words_named(call: Callable[Words, Result]) -> Callable[Words, Result]:
    """Have a public call raise a TypeError that names ours for a keyword of another library."""
    known = inspect.signature(call).parameters

    @wraps(call)
    def checked(*positional: Words.args, **words: Words.kwargs) -> Result:
        try:
            return call(*positional, **words)
        except TypeError:  # looked at only now: a small call takes no longer
            unknown = [word for word in words if word not in known]
            if not unknown:
                raise
        raise TypeError(_unknown_word(call.__name__, unknown[0], known))

    return checked


def _unknown_word(call: str, word: str, known: Iterable[str]) -> str:
    ours = [one for one in FOREIGN.get(word, ()) if "(" in one or re.split(r"\W", one)[0] in known]
    if ours:
        return f"{call}() takes no {word!r}; here that is {ours[0]}"
    close = difflib.get_close_matches(word, known, n=1)
    return f"{call}() takes no {word!r}; " + (
        f"did you mean {close[0]}?" if close else f"it takes {', '.join(known)}"
    )


def choice(value: Any, options: Iterable[str], name: str) -> str:
    """Return a word that is one of the options."""
    options = list(options)
    if isinstance(value, str) and value in options:
        return value
    raise ValueError(
        f"{name} is {value!r}; it must be one of "
        f"{', '.join(map(repr, options))}{_hint(value, options, name)}"
    )


def _hint(value: Any, options: Sequence[str], name: str) -> str:
    word = str(value).lower()
    if (ours := SYNONYMS.get(name, {}).get(word)) in options:
        return f"; what others call {value!r} is {ours!r} here"
    if name == "padding" and (mode := SYNONYMS["pad_mode"].get(word, word)) in PAD_MODES:
        return (
            f"; {value!r} is a pad_mode: where a call has one, pass padding='same', "
            f"pad_mode={mode!r}"
        )
    folded = {option.lower(): option for option in options}
    close = difflib.get_close_matches(word, folded, n=1)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""


def boolean(value: Any, name: str) -> bool:
    """Return a bool, for which 0 and 1 may stand and nothing else."""
    if isinstance(value, (bool, np.bool_, int, np.integer)) and value in (0, 1):
        return bool(value)
    raise TypeError(f"{name} is {value!r}; it must be True or False")


def integer(value: Any, name: str, least: int) -> int:
    """Return a whole number that is large enough."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(
            f"{name} is {value!r}; it must be a whole number of {least} or more"
        ) from None
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}; it must be a whole number of {least} or more")
    if number < least:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of {least} or more")
    return number


def per_axis(value: Any, rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """Return one number for each spatial axis, from one for all or from a sequence."""
    if _dimensions(value) == 0:
        return (integer(value, name, least),) * rank
    numbers = list(value)
    if len(numbers) != rank:
        raise ValueError(
            f"{name} is {value!r}, {len(numbers)} numbers; for {rank} spatial {_axes(rank)} it "
            "must be one number" + (f" or {rank}" if rank > 1 else "")
        )
    return tuple(integer(number, name, least) for number in numbers)


def _dimensions(value: Any) -> int:
    """Return how deep sequences are nested; 3 where their lengths differ, which is more than anything takes."""
    try:
        return np.ndim(value)
    except ValueError:
        return 3


def _axes(rank: int) -> str:
    return "axis" if rank == 1 else "axes"


def padding(value: Any, rank: int) -> str | Pairs:
    """Return a name in PADDINGS, or (before, after) for each axis."""
    if isinstance(value, str):
        return choice(value, PADDINGS, "padding")
    dimensions = _dimensions(value)
    if dimensions == 2:
        pairs = tuple(_pair(pair, value) for pair in value)
        if len(pairs) != rank:
            raise ValueError(
                f"padding is {value!r}, {len(pairs)} pairs; there are {rank} spatial axes: "
                f"{_forms(rank)}"
            )
        return pairs
    if dimensions == 1 and len(value) != rank:
        hint = ""
        if rank == 1 and len(value) == 2:
            hint = f"; did you mean the pair ({tuple(value)},)?"
        raise ValueError(f"padding is {value!r}, {len(value)} numbers; {_forms(rank)}{hint}")
    if dimensions > 2:
        raise ValueError(f"padding is {value!r}; {_forms(rank)}")
    return tuple((zeros, zeros) for zeros in per_axis(value, rank, "padding", least=0))


def each(word: str | Pairs, rank: int) -> Sequence[str | tuple[int, int]]:
    """Return the padding of each axis."""
    return [word] * rank if isinstance(word, str) else word


def _pair(pair: Any, value: Any) -> tuple[int, int]:
    if len(pair) != 2:
        raise ValueError(
            f"padding is {value!r}; each axis takes a pair (before, after), but one has "
            f"{len(pair)} numbers"
        )
    return integer(pair[0], "padding", 0), integer(pair[1], "padding", 0)


def _forms(rank: int) -> str:
    names = ", ".join(map(repr, PADDINGS))
    return f"it must be one number, {rank} of them, {rank} (before, after) pairs, or one of {names}"


def array(value: Any, name: str) -> Array:
    """Return the numbers of an argument as a plain array, without a copy of an array.

    Raises
    ------
    TypeError : masks or units, which would be lost; no numbers
    """
    if type(value) is np.ndarray and value.dtype.type in foreign_arrays.NUMBERS:
        return value
    if type(value) is not np.ndarray:
        check_plain(value, name)
        value = foreign_arrays.read(without_labels(value), name)
        check_plain(
            value, f"{name}[:]"
        )  # what is read only now, such as a variable of a file, may come with a mask
    numbers: Array = np.asarray(value)
    if numbers.dtype.kind == "U" and not numbers.ndim:
        raise TypeError(
            f"{name} {'are' if name.endswith('s') else 'is'} {str(numbers)!r}; "
            f"{_in_words(str(numbers), name)}"
        )
    if not foreign_arrays.is_numeric(numbers.dtype):
        cast = foreign_arrays.castable(numbers)
        raise TypeError(
            f"{name} {_verb(name, 'hold')} {numbers.dtype}; convpool takes bool, integers, "
            "floats and complex numbers"
            + (f": pass np.asarray({name}).astype({cast})" if cast else "")
        )
    return numbers


def _in_words(value: str, name: str) -> str:
    """Say how a word becomes an array."""
    if not name.startswith("kernel"):
        return "pass an array, such as the pixels of convpool.photos.read(name)"
    axes = "[..., None, None]" if name == "kernels" else ""
    return (
        f"for a named kernel pass filters.kernel({value!r}){axes}, after from convpool import "
        "filters"
    )


def without_labels(value: Any) -> Any:
    """Return what a DataArray or Variable of xarray wraps, and anything else as it is."""
    return value.data if is_labelled(value) else value


def is_labelled(value: Any) -> bool:
    """Return whether a value is a DataArray or Variable of xarray."""
    return _module(value) == "xarray" and hasattr(type(value), "data")


def _module(value: Any) -> str:
    return type(value).__module__.partition(".")[0]


PLAIN = frozenset({np.ndarray, bool, int, float, complex, str})
UNITS = (
    ("units", "magnitude"),
    ("unit", "value"),
    ("units", "value"),
)  # attributes: the unit, and the numbers


def check_plain(value: Any, name: str, *, in_chunks: bool = False) -> None:
    """Raise if a mask or a unit would be lost, or for a sparse array.

    Both are known by their attributes, so that no library of units has to be imported.

    Parameters
    ----------
    value
        The argument; of a dask array, what its chunks are said to be is looked at.
    name
        Of the argument, for the text.
    in_chunks
        Whether it is a chunk of a dask array.

    Raises
    ------
    TypeError : with what would do
    """
    if type(value) in PLAIN:
        return
    if isinstance(value, (list, tuple)):
        for k, part in enumerate(value):
            if type(part) not in PLAIN:
                check_plain(part, f"{name}[{k}]", in_chunks=in_chunks)
        return
    inner = without_labels(value)
    given = name if inner is value else f"{name}.data"
    if is_dask(inner):
        inner, in_chunks = getattr(inner, "_meta", None), True
    if hasattr(inner, "mask") and hasattr(inner, "filled"):
        if name == "out":
            raise TypeError(
                "out came as a masked array, whose mask would not be written: pass out.data"
            )
        filled = f"dask.array.ma.filled({given}, value)" if in_chunks else f"{given}.filled(value)"
        later = f"; missing={name}.mask is not taken yet" if name in ("images", "image") else ""
        raise TypeError(
            f"{name} came as a masked array, and a mask is never dropped in silence: pass "
            f"{filled}, with the value that stands for what is masked{later}"
        )
    if hasattr(inner, "nnz"):
        dense = "toarray" if hasattr(inner, "toarray") else "todense"
        pixels = (
            f"{given}.map_blocks(lambda chunk: chunk.{dense}())"
            if in_chunks
            else f"{given}.{dense}()"
        )
        raise TypeError(
            f"{name} came as a sparse {type(inner).__name__}, whose zeros convpool reads too: "
            f"pass {pixels}"
        )
    for unit, numbers in UNITS:
        if hasattr(inner, unit) and hasattr(inner, numbers):
            plain = (
                f"{given}.map_blocks(lambda chunk: chunk.{numbers})"
                if in_chunks
                else f"{given}.{numbers}"
            )
            word = str(getattr(inner, unit)) or "dimensionless"
            raise TypeError(f"{name} came with a unit, {word}, which would be lost: pass {plain}")


def _verb(name: str, verb: str) -> str:
    """Return the verb in the number of the name."""
    plural = name in ("images", "kernels", "values", "windows", "indices")
    return {"are": "is"}.get(verb, verb + "s") if not plural else verb


def in_memory(value: Any, name: str, call: str) -> Array:
    """Return an array for a call that has no lazy form.

    Raises
    ------
    TypeError : a dask array, also in a DataArray of xarray, which would be computed at once
    """
    if is_dask(value):
        raise TypeError(
            f"{name} {_verb(name, 'are')} a dask array, and {call} has no lazy form: pass "
            f"{name}.compute()"
        )
    return array(value, name)


def is_dask(value: Any) -> bool:
    """Return whether a value is a collection of dask or a DataArray over one, without importing dask."""
    if type(value) is np.ndarray:
        return False
    if is_labelled(
        value
    ):  # what it has not read from a file yet has no chunks, and .data would read it
        return bool(value.chunks) and is_dask(value.data)
    return _module(value) == "dask"


def check_rank(
    images: tuple[int, ...], window: Any, word: str, name: str = "images", channel_axis: Any = -1
) -> None:
    """Raise if 3 axes may be one picture or a batch of signals, and the window is one number, which fits both.

    Parameters
    ----------
    images
        The shape.
    window, word
        The window, or another size that a tuple gives for each axis, and the argument's name.
    name
        The argument that has the shape.
    channel_axis
        As the caller gave it.
    """
    if len(images) == 3 and np.ndim(window) == 0:
        raise unclear_rank(
            images, f"{word}=({window},)", name, channel_axis, f" with {word}={window}"
        )


def unclear_rank(
    images: tuple[int, ...],
    signals: str,
    name: str = "images",
    channel_axis: Any = -1,
    given: str = "",
) -> ValueError:
    """Return the error of 3 axes that may be one picture or a batch of signals; `signals` says how to pass those."""
    # with the batch axis added, counts from the front change where they meant the picture's own
    # axes
    also = {0: " and channel_axis=1", 2: " and channel_axis=-1"}.get(channel_axis, "")
    grey = {-1: f"{name}[..., None]", 1: f"{name}[:, None]"}.get(channel_axis)
    return ValueError(
        f"{name} {images}{given} can be read in more than one way: pass {name}[None]{also} for "
        "one picture, "
        + (f"{grey} for a batch of grey pictures, " if grey else "")
        + f"or {signals} for a batch of signals"
    )


def shape(value: Any, name: str) -> tuple[int, ...]:
    """Return a shape given as a sequence of sizes."""
    if _dimensions(value) != 1:
        raise ValueError(f"{name} is {value!r}; it must be a shape such as (10, 28, 28, 1)")
    sizes = tuple(integer(size, name, 0) for size in value)
    if max(sizes, default=0) >= 2**63:
        raise ValueError(f"{name} is {value!r}; an axis of an array has up to 2**63 - 1 numbers")
    return sizes


def spatial_rank(images: tuple[int, ...], name: str = "images") -> int:
    """Return how many spatial axes the images have."""
    rank = len(images) - 2
    if rank not in AXES:
        likely = {
            1: " one signal? add the batch and channel axes: signal[None, :, None]",
            2: " one image? add the batch and channel axes: image[None, ..., None]",
        }.get(len(images), "")
        raise ValueError(
            f"{name} {images} have {len(images)} {_axes(len(images))}; "
            "they take 3 to 5: batch, 1 to 3 spatial axes, channels"
            + (";" + likely if likely else "")
        )
    return rank


def channel_axis(value: Any, images: tuple[int, ...], name: str = "images") -> int:
    """Return the axis of the channels as a number from 1 on; axis 0 is the batch unless the channels stand there."""
    try:
        axis = operator.index(value)
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
    except TypeError:
        raise TypeError(
            f"channel_axis is {value!r}; it must be a whole number, such as -1 or 1"
        ) from None
    if not -len(images) <= axis < len(images):
        raise ValueError(
            f"channel_axis is {axis}, but {name} {images} have axes 0 to {len(images) - 1}"
        )
    return axis % len(images)


COLOURS = 4  # a last axis of up to so many entries is taken for that of the channels of a picture


def picture_channels(value: Any, image: tuple[int, ...]) -> int | None:
    """Return the axis of the channels of one picture, None for a picture without."""
    if len(image) not in (2, 3):
        likely = {
            1: "; one line? pass image[None] and a kernel (1, kw)",
            4: "; a batch? pass one picture at a time, as filter_image(image[0], kernel)",
        }.get(len(image), "")
        raise ValueError(f"image is {image}; it must be (h, w) or (h, w, c), one picture{likely}")
    if len(image) == 2:
        if value is not None:
            raise ValueError(
                f"channel_axis is {value!r}, but image {image} has no channels: leave "
                "channel_axis out"
            )
        return None
    if value is not None:
        return channel_axis(value, image, "image")
    if image[-1] > COLOURS:
        raise ValueError(
            f"image {image} can be read in more than one way: pass channel_axis=-1 for one "
            f"picture of {image[-1]} channels, or channel_axis=0 for {image[0]} channels, or "
            f"grey pictures, of {image[1]} x {image[2]}"
        )
    return 2


def channels_last(sizes: tuple[int, ...], axis: int) -> tuple[int, ...]:
    """Reorder a shape to (batch, spatial, channels)."""
    others = sizes[:axis] + sizes[axis + 1 :]
    return (*others, sizes[axis])


def dtype(value: Any, name: str = "dtype") -> np.dtype[Any]:
    """Return a dtype of numbers, given as NumPy takes it."""
    kind = named_dtype(value, name)
    if not foreign_arrays.is_numeric(kind):
        cast = foreign_arrays.castable(np.empty(0, kind))
        raise TypeError(
            f"{name} is {kind}; convpool takes bool, integers, floats and complex numbers"
            + (f", to which astype({cast}) leads" if cast else "")
        )
    return kind


def result_dtype(value: Any) -> np.dtype[Any]:
    """Return the dtype that sums and results are to have, in the order of bytes of this machine."""
    kind = named_dtype(value, "dtype")
    if kind.kind == "b" or not foreign_arrays.is_numeric(kind):
        raise TypeError(
            f"dtype is {kind}; it must be an integer, float or complex dtype of NumPy, such as "
            "float32"
        )
    return kind.newbyteorder("=")


def named_dtype(value: Any, name: str) -> np.dtype[Any]:
    """Return a dtype, given as NumPy takes it."""
    try:
        kind: np.dtype[Any] = np.dtype(value)
        return kind
    except (TypeError, ValueError, SyntaxError):  # the last of words such as "i4,,"
        raise TypeError(
            f"{name} is {value!r}; it must name a dtype of NumPy, such as float32 or int64"
        ) from None
