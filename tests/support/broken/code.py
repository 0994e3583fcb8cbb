"""Lines of the right files, which several defects change."""

from __future__ import annotations

from support.broken.defect import Broken, text

LOOP = "    for i in range(new_h):\n"
INNER = "        for j in range(new_w):\n"
SUM_0 = """            convolved[:, i, j] = np.sum(
                images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
"""
PIXEL_0 = f"{LOOP}{INNER}{SUM_0}"
TAP_0 = "            result += kernel[y, x] * images[:, y:y + rows, x:x + columns]\n"
DOCSTRING_0 = '''    """
    Performs a valid convolution on grayscale images
    images: numpy.ndarray (m, h, w)
    kernel: numpy.ndarray (kh, kw)
    Returns: numpy.ndarray containing the convolved images
    """
'''
FIRST = "#!/usr/bin/env python3\n"


ALL_3 = "valid padding same same-strided"
STRIDED = "valid padding same-strided"
SAMES = "same same-strided"
HALF = "        before_h, before_w = total_h // 2, total_w // 2\n"
REST = "        after_h, after_w = total_h - before_h, total_w - before_w\n"
BOTH_SIDES = "        after_h, after_w = before_h, before_w\n"
SIZES = """    new_h = (h + before_h + after_h - kh) // sh + 1
    new_w = (w + before_w + after_w - kw) // sw + 1
"""
CUT = f"{SIZES}    if padding == 'same':\n        new_h, new_w = h, w\n"
PAD_1 = "    ph, pw = kh // 2, kw // 2\n"
OUT_1 = "    convolved = np.zeros((m, h, w))\n    for i in range(h):\n        for j in range(w):\n"
LOOPS_1 = """    new_h, new_w = padded.shape[1] - kh + 1, padded.shape[2] - kw + 1
    convolved = np.zeros((m, new_h, new_w))
    for i in range(new_h):
        for j in range(new_w):
"""
AROUND_1 = "((0, 0), (ph, ph), (pw, pw)), 'constant')"
WINDOW = "i * sh:i * sh + kh, j * sw:j * sw + kw"
MAX_6 = "                pooled[:, i, j, :] = np.max(window, axis=(1, 2))\n"
AVG_6 = "                pooled[:, i, j, :] = np.mean(window, axis=(1, 2))\n"


def same(
    name: str, half: str, reading: str, task: int = 3, items: str = SAMES, cut: bool = False
) -> Broken:
    """Return a submission whose 'same' puts something else on both sides."""
    edits = [HALF, f"        before_h, before_w = {half}\n", REST, BOTH_SIDES]
    return Broken(name, task, items, text(*edits, *([SIZES, CUT] if cut else [])), reading=reading)
