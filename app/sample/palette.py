"""The colours that items are made in and drawn with; called by `pictures`."""

from collections.abc import Mapping

from msgspec import Struct

COLOURS: Mapping[str, str] = {
    "beige": "#d9c5a3", "black": "#34373d", "blue": "#3f6fb5", "brown": "#835b3c",
    "burgundy": "#7f2f3f", "copper": "#bd7448", "cream": "#f5ead2", "gold": "#cfa446",
    "graphite": "#565b66", "green": "#4b8b5f", "grey": "#98a0a8", "light blue": "#93bfe0",
    "lilac": "#b3a0d6", "mint": "#98d4bd", "mustard": "#dba637", "natural": "#d8b27f",
    "navy": "#2e4470", "olive": "#7c8247", "orange": "#e5853b", "pink": "#e888a8",
    "purple": "#7a5aa6", "red": "#cf4b45", "rose": "#dc9aa0", "sage": "#a0b394",
    "silver": "#c6ccd4", "tan": "#bf8a5b", "teal": "#2f8b8b", "terracotta": "#c56b4c",
    "white": "#fbfaf7", "yellow": "#f0c944",
    "oak": "#cfa672", "walnut": "#7d5a40", "pine": "#e3c48f", "beech": "#dbb183",
    "cast iron": "#43464b", "aluminium": "#b9bfc7", "stainless steel": "#c6ccd4",
    "steel": "#bcc4cc", "brass": "#cfa446", "leather": "#9a6641", "cork": "#cda273",
    "magenta": "#cb4f8f", "cyan": "#3aa5c9", "paper": "#efe3cd", "bamboo": "#d6c08a",
}  # fmt: skip

# What has no colour of its own is drawn in one of these, chosen by its group.
_CHEERFUL = ("teal", "terracotta", "mustard", "navy", "sage", "rose", "green", "burgundy", "blue")


class Paint(Struct, frozen=True):
    """The colours of one picture, and `kind`, 0 to 2, which drawings use to differ a little."""

    main: str
    dark: str
    light: str
    deep: str
    accent: str
    kind: int


def paint_for(colour: str, chance: int) -> Paint:
    """Shades of a named colour, or, for an unknown name, of one that `chance` picks."""
    name = colour if colour in COLOURS else _CHEERFUL[chance % len(_CHEERFUL)]
    main = COLOURS[name]
    accent = COLOURS[_CHEERFUL[(chance // 7) % len(_CHEERFUL)]]
    if accent == main:
        accent = COLOURS["cream"]
    return Paint(
        main=main,
        dark=mixed(main, "#20242c", 0.18),
        light=mixed(main, "#ffffff", 0.3),
        deep=mixed(main, "#20242c", 0.42),
        accent=accent,
        kind=(chance // 67) % 3,
    )


def mixed(colour: str, other: str, share: float) -> str:
    """`colour` with a `share` of `other` stirred in, all written as #rrggbb."""
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
