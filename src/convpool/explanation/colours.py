"""The colours of explanations, in a light and a dark scheme, and which one a number has."""

from __future__ import annotations

# name -> (colour in the light scheme, in the dark one); "p1" to "p4" are for numbers above 0,
# orange, "n1" to "n4" for those below 0, blue: colour-blind people can tell these apart
COLORS = {
    "ground": ("#ffffff", "#12161c"),
    "ink": ("#17202a", "#f1f5f9"),
    "grey": ("#52606d", "#a7b4c2"),
    "line": ("#9aa5b1", "#566373"),
    "frame": ("#111827", "#ffffff"),
    "hatch": ("#a9b4c0", "#5d6b7a"),
    "left": ("#c2255c", "#f783ac"),
    "p4": ("#f59f4c", "#9c5a10"),
    "p3": ("#fbc080", "#80490f"),
    "p2": ("#fdd9b0", "#633a12"),
    "p1": ("#feeddc", "#452d17"),
    "zero": ("#f4f5f7", "#272e37"),
    "n1": ("#e3eefa", "#20344a"),
    "n2": ("#c4dcf4", "#1f4870"),
    "n3": ("#9bc4ec", "#1d5a94"),
    "n4": ("#6caae2", "#1b69b3"),
}


def shade(value: object, greatest: float) -> str:
    """Return the name of a number's colour: "zero", "p1" to "p4" or "n1" to "n4".

    The digit says in which quarter of `greatest` the magnitude lies: "p4" and "n4" are for those
    above three quarters. What is no real number is "zero".
    """
    if isinstance(value, complex) or not isinstance(value, (int, float)) or value != value:
        return "zero"
    if value == 0 or not greatest:
        return "zero"
    # times a little less than 1, so that the greatest number of a quarter belongs to it
    quarter = 1 + int(4 * min(1.0, abs(value) / greatest) * 0.9999)
    return f"{'p' if value > 0 else 'n'}{quarter}"
