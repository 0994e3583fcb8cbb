"""Defects of loops: the rule about loops fails for each."""

from __future__ import annotations

from support.broken.code import (
    LOOP,
    PIXEL_0,
    SUM_0,
)
from support.broken.defect import Broken, text

LOOPS = (
    Broken(
        "a loop over images",
        0,
        "loops",
        text(
            SUM_0,
            """            for n in range(m):
                convolved[n, i, j] = np.sum(
                    images[n, i:i + kh, j:j + kw] * kernel)
""",
        ),
    ),
    Broken(
        "four loops in task 5",
        5,
        "loops",
        text(
            """                convolved[:, i, j, k] = np.sum(
                    window * kernels[:, :, :, k], axis=(1, 2, 3))
""",
            """                for n in range(m):
                    convolved[n, i, j, k] = np.sum(
                        window[n] * kernels[:, :, :, k])
""",
        ),
    ),
    Broken(
        "a while loop",
        0,
        "loops",
        text(LOOP, "    i = -1\n    while i < new_h - 1:\n        i += 1\n"),
    ),
    Broken(
        "a loop that fills nothing",
        6,
        "loops",
        text("    return pooled\n", "    for n in range(m):\n        pass\n    return pooled\n"),
    ),
    Broken(
        "a comprehension",
        0,
        "loops",
        text(
            PIXEL_0,
            """    for i in range(new_h):
        convolved[:, i] = np.stack([np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
            for j in range(new_w)], axis=1)
""",
        ),
    ),
    Broken(
        "a generator in sum",
        0,
        "loops",
        text(
            SUM_0,
            """            convolved[:, i, j] = sum(
                (images[:, i + u, j:j + kw] * kernel[u]).sum(axis=1)
                for u in range(kh))
""",
        ),
    ),
    Broken(
        "a map",
        0,
        "loops",
        text(
            PIXEL_0,
            """    for i in range(new_h):
        convolved[:, i] = np.stack(list(map(lambda j: np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2)),
            range(new_w))), axis=1)
""",
        ),
    ),
    Broken(
        "a recursion",
        0,
        "loops",
        text(
            PIXEL_0,
            '''
    def rows_from(i):
        """Fill row i and those below."""
        if i == new_h:
            return
        for j in range(new_w):
            convolved[:, i, j] = np.sum(
                images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))
        rows_from(i + 1)

    rows_from(0)
''',
        ),
    ),
    Broken(
        "np.vectorize",
        0,
        "loops",
        text(
            PIXEL_0,
            '''
    def pixel(n, i, j):
        """Return one number."""
        return np.sum(images[n, i:i + kh, j:j + kw] * kernel, dtype=float)

    n, i, j = np.indices(convolved.shape)
    convolved += np.vectorize(pixel)(n, i, j)
''',
        ),
    ),
    Broken(
        "np.nditer",
        0,
        "loops",
        text(
            PIXEL_0,
            """    view = np.nditer(convolved, ['multi_index'], ['writeonly'])
    for pixel in view:
        n, i, j = view.multi_index
        pixel[...] = np.sum(images[n, i:i + kh, j:j + kw] * kernel)
""",
        ),
    ),
    Broken(
        "np.apply_along_axis",
        6,
        "loops",
        text(
            "np.max(window, axis=(1, 2))",
            "np.apply_along_axis(\n                    np.max, 1, window.reshape(m, kh * kw, c))",
        ),
    ),
    Broken(
        "exec",
        0,
        "loops",
        text(
            PIXEL_0,
            """    exec('''for i in range(new_h):
    for j in range(new_w):
        convolved[:, i, j] = np.sum(
            images[:, i:i + kh, j:j + kw] * kernel, axis=(1, 2))''',
         {'np': np, 'images': images, 'kernel': kernel, 'convolved': convolved,
          'new_h': new_h, 'new_w': new_w, 'kh': kh, 'kw': kw})
""",
        ),
    ),
    Broken(
        "eval",
        6,
        "loops",
        text(
            "        for j in range(new_w):\n",
            "        for j in eval('range(new_w)', {'new_w': new_w}):\n",
        ),
    ),
    Broken(
        "a loop in a helper",
        0,
        "loops",
        text(
            SUM_0,
            "            convolved[:, i, j] = total(images, kernel, i, j)\n",
            "\n\ndef convolve_grayscale_valid",
            '''

def total(images, kernel, i, j):
    """Add the rows of one window."""
    kh, kw = kernel.shape
    added = 0
    for u in range(kh):
        row = images[:, i + u, j:j + kw] * kernel[u]
        added = added + row.sum(axis=1)
    return added


def convolve_grayscale_valid''',
        ),
    ),
    Broken(
        "loops one after the other",
        2,
        "loops",
        text(
            "    return convolved\n",
            "    for n in range(m):\n        convolved[n] += 0\n    return convolved\n",
        ),
    ),
)
