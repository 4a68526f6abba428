"""Numbers with their units, spelled alike in items and queries: `15.6"`, `15,6 inches` and
`15.6-in` are one token to BM25. Called by `composition` and by whoever makes a lexical query."""

import re
from collections.abc import Callable
from functools import lru_cache

import msgspec

_SPELLINGS = {
    "inch": "inch inches in \" ″ ” '' ’’ ′′",
    "foot": "foot feet ft ′",
    "yard": "yard yards yd yds",
    "millimetre": "millimetre millimetres millimeter millimeters mm",
    "centimetre": "centimetre centimetres centimeter centimeters cm",
    "metre": "metre metres meter meters m",
    "kilometre": "kilometre kilometres kilometer kilometers km",
    "micrometre": "micrometre micrometres micrometer micrometers micron microns µm μm",
    "nanometre": "nanometre nanometres nanometer nanometers nm",
    "milligram": "milligram milligrams milligramme milligrammes mg",
    "gram": "gram grams gramme grammes g",
    "kilogram": "kilogram kilograms kilogramme kilogrammes kilo kilos kg kgs",
    "pound": "pound pounds lb lbs",
    "ounce": "ounce ounces oz",
    "grammage": "gsm g/m2 g/m²",
    "millilitre": "millilitre millilitres milliliter milliliters ml",
    "centilitre": "centilitre centilitres centiliter centiliters cl",
    "decilitre": "decilitre decilitres deciliter deciliters dl",
    "litre": "litre litres liter liters ltr ltrs l",
    "gallon": "gallon gallons gal",
    "kilobyte": "kilobyte kilobytes kb",
    "megabyte": "megabyte megabytes mb",
    "gigabyte": "gigabyte gigabytes gig gigs gb",
    "terabyte": "terabyte terabytes tb",
    "megabits": "mbps mbit/s mbits/s",
    "gigabits": "gbps gbit/s gbits/s",
    "hertz": "hertz hz",
    "kilohertz": "kilohertz khz",
    "megahertz": "megahertz mhz",
    "gigahertz": "gigahertz ghz",
    "volt": "volt volts v",
    "kilovolt": "kilovolt kilovolts kv",
    "milliampere": "milliampere milliamperes milliamp milliamps ma",
    "ampere": "ampere amperes amp amps a",
    "milliwatt": "milliwatt milliwatts mw",
    "watt": "watt watts w",
    "kilowatt": "kilowatt kilowatts kw",
    "voltampere": "va",
    "kilovoltampere": "kva",
    "milliamperehour": "mah",
    "amperehour": "ah",
    "watthour": "wh",
    "kilowatthour": "kwh",
    "joule": "joule joules",
    "ohm": "ohm ohms ω",
    "decibel": "decibel decibels db",
    "lumen": "lumen lumens lm",
    "dpi": "dpi",
    "ppi": "ppi",
    "ppm": "ppm",
    "rpm": "rpm",
    "awg": "awg",
    "psi": "psi",
    "btu": "btu",
    "megapixel": "megapixel megapixels mp mpx",
    "minute": "minute minutes min mins",
    "hour": "hour hours hr hrs h",
    "piece": "piece pieces pc pcs pce pces",
}
_SHORTEST = {unit: min(spelled.split(), key=len) for unit, spelled in _SPELLINGS.items()}
_UNITS = {spelling: unit for unit, all_of in _SPELLINGS.items() for spelling in all_of.split()}

_MAX_NUMBER = 15
"""Characters of a number; what is longer is a serial number or noise."""

# A number begins neither within a word nor behind the point or comma of another number, but may
# stand behind the × of `2x5W`. The quantifiers are possessive and a run of digits has only one
# beginning, so that no text, however odd, is gone through more than a few times.
_QUANTITY = re.compile(
    r"""([0-9](?<!\.[0-9])(?<![0-9],[0-9])(?:(?<!\w[0-9])|(?<=[0-9][xX][0-9]))
            [0-9]*+(?:[.,][0-9]++)*+)
        ([\s\-\u2010\u2011]?+)
        ([^\W\d_]++(?:/s(?!\w)|/m[2²](?!\w))?+(?:\((?:s|es)\))?+(?!\w|/[fhm](?!\w))
            |["″”]|''|’’|′′?+)""",
    re.VERBOSE,
)
_CODE_BEFORE = re.compile(r"[A-Za-z][0-9]{0,3}-\Z")
_DIGIT_BEHIND = re.compile(r"-[0-9]")
_KIND_BEFORE = re.compile(
    r"\b(?:bluetooth|cat|category|class|gen|hdmi|level|micro|mini|series|size|type|usb|version"
    r"|windows)\s?\Z",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_CONTINENTAL = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})")
_UNGROUPED = re.compile(r"[0-9]+(?:[.,][0-9]+)?")

_STANDARDS = frozenset({"802.3", "802.11"})
"""What follows these is the letter of a standard of the IEEE: `802.11g`."""

_GENERATION = re.compile(r"[2-6]g", re.IGNORECASE)
"""Mobile networks, which are grams only where a blank parts number and letter."""

_ONE_BEHIND = re.compile(r"[\s-]1(?!\w)")
_NO_PREPOSITION_BEHIND = re.compile(
    r"""\s*(?:\Z|[.)\]:;!?](?!\w)|[,/](?![^\W\d]|\s*[0-9]+\s*out\b)|[x×]\s?[0-9])
        |\s(?:wide|width|deep|depth|high|height|tall|long|length|thick|diagonal|diameter|display
           |lcd|led|oled|monitor|screen|tv|television|laptop|notebook|tablet)s?\b""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOSING = {'"': '"', "”": "“", "''": "''", "’’": "‘‘"}
"""Signs for inches that may as well end a quotation, each with what begins it."""

_DOUBTFUL = {spelling for spelling in _UNITS if len(spelling) <= 2}
"""Units that may as well be a part of a code, a name or a sentence, and signs."""

_PHRASE = 80
"""Characters before a closing quotation mark in which its opening one is looked for."""


class Quantity(msgspec.Struct, frozen=True):
    """Where a number with its unit stands in a text, and its one spelling."""

    start: int
    end: int
    token: str
    """One word to BM25, which neither splits nor stems it: no word of a language has a digit at its
    end, and no code begins like this."""
    shown: str
    """As titles mostly have it."""


def quantity_tokens(text: str) -> list[str]:
    """The token of each quantity of an item's text, each once."""
    return list(dict.fromkeys(quantity.token for quantity in quantities(text)))


def with_quantities(text: str) -> str:
    """The query for the lexical retriever: each quantity gives way to its token, parted by blanks
    from what it would else run into."""
    return _exchanged(text, lambda quantity: quantity.token)


def spelled_alike(text: str) -> str:
    """The query with each quantity as titles mostly have it, `2 tb` and `15.6"`: what has an eye
    for words, the dense encoder and the features of ranking, then sees one spelling, too."""
    return _exchanged(text, lambda quantity: quantity.shown)


def _exchanged(text: str, instead: Callable[[Quantity], str]) -> str:
    parts = []
    behind = 0
    for quantity in quantities(text):
        before = text[behind : quantity.start]
        if before[-1:].isalnum():
            before += " "
        parts += [before, instead(quantity)]
        behind = quantity.end
        if text[behind : behind + 1].isalnum():
            parts.append(" ")
    return "".join([*parts, text[behind:]])


def quantities(text: str) -> tuple[Quantity, ...]:
    """The quantities of a text, in its order. Between number and unit stands nothing, one blank or
    one hyphen. Units are those of `_SPELLINGS`, in any case; `1000 GB` is not `1 TB`.

    `1,2` is 1.2, never a list. A comma before exactly three digits groups thousands, unless the
    number begins with 0: `1,250` is 1250 and `0,250` is 0.25. A point is a decimal one, unless it
    groups twice (`1.250.000`) or a comma follows (`1.250,5`). Versions such as `1.2.3` are none.

    Of a range or of measures such as `10-30"` and `97x42.3 mm` only the number before the unit
    counts. A rate such as `6 GB/s` counts only where it is a unit of its own, as `Mbit/s` is.
    """
    found = []
    for match in _QUANTITY.finditer(text):
        spelling = match[3].lower()
        read = _read(match[1], spelling)
        if read is not None and (spelling not in _DOUBTFUL or _is_meant(match, spelling)):
            found.append(Quantity(match.start(), match.end(), *read))
    return tuple(found)


@lru_cache(maxsize=10_000)
def _read(run: str, spelling: str) -> tuple[str, str] | None:
    """The token, and what is shown."""
    unit = _UNITS.get(spelling) or _UNITS.get(spelling.partition("(")[0])
    number = _number(run)
    if unit is None or number is None:
        return None
    shown = f'{number}"' if unit == "inch" else f"{number} {_SHORTEST[unit]}"
    return f"quantity{unit}{number.replace('.', 'p')}", shown


def _number(run: str) -> str | None:
    """Without leading and trailing zeros, with a decimal point; None where it is none."""
    if len(run) > _MAX_NUMBER or run in _STANDARDS:
        return None
    if _ENGLISH.fullmatch(run):
        run = run.replace(",", "")
    elif _CONTINENTAL.fullmatch(run):
        run = run.replace(".", "")
    elif not _UNGROUPED.fullmatch(run):
        return None
    whole, _, fraction = run.replace(",", ".").partition(".")
    whole = whole.lstrip("0") or "0"
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _is_meant(match: re.Match[str], spelling: str) -> bool:
    """Whether what looks like a unit is one, and no part of a code, a name or a sentence."""
    text, start, end, gap = match.string, match.start(), match.end(), match[2]
    blank = gap.isspace()
    if spelling in _CLOSING:
        return not (gap and text[end : end + 1].isalnum()) and not _closes(text, start, spelling)
    if text[start - 1 : start] == "-" and _CODE_BEFORE.search(text, max(0, start - 5), start):
        return False  # `i7-2640M`, `DR-230CL`
    if gap and not blank and _DIGIT_BEHIND.match(text, end):
        return False  # `4-in-1`, `12-V-100`
    match spelling:
        case "in" if blank:
            return bool(_NO_PREPOSITION_BEHIND.match(text, end))
        case "in":
            return not _ONE_BEHIND.match(text, end)
        case "a" if gap:  # neither `10 a day` nor `5-a-side`
            return blank and match[3] == "A" and not _names_a_kind(text, start)
        case "pc":
            return not _names_a_kind(text, start)
        case "g":
            return not _GENERATION.fullmatch(match[0])
        case "w":
            return not (gap and text[end : end + 1] == "/")  # `for 24 w/ battery`
        case _:
            return True


def _names_a_kind(text: str, start: int) -> bool:
    """Whether the number belongs to the word before it, as in `USB 3.0 A` and `Windows 10 PC`."""
    return bool(_KIND_BEFORE.search(text, max(0, start - 12), start))


def _closes(text: str, start: int, mark: str) -> bool:
    """Whether the mark ends a quotation, as in `"iphone 11"`, and is no sign for inches."""
    opening = text.rfind(_CLOSING[mark], max(0, start - _PHRASE), start)
    if opening < 0 or text[max(0, opening - 1) : opening].strip():
        return False
    return not text[opening + 1 : opening + 2].isspace()
