"""Words for what a catalogue calls its own way: attributes and their values."""

from indexing.documents import AttributeValue

_UNITS = {
    "gb": "GB", "tb": "TB", "mb": "MB", "mp": "MP", "inch": "inch", "cm": "cm", "mm": "mm",
    "m": "m", "kg": "kg", "g": "g", "ml": "ml", "litre": "l", "watt": "W", "hours": "hours",
    "dpi": "dpi", "percent": "%",
}  # fmt: skip
"""What the last part of an attribute's name says of its numbers."""

_WORDS = {"gps": "GPS", "spf": "SPF", "usb": "USB", "hdmi": "HDMI", "wifi": "Wi-Fi", "eu": "(EU)"}


def attribute_label(name: str) -> str:
    """`storage_gb` is “Storage”; a name with blanks or capitals is left as the shop has it."""
    if any(letter.isupper() or letter.isspace() for letter in name):
        return name
    words = _parts(name)[:-1] if _unit(name) else _parts(name)
    text = " ".join(_WORDS.get(word, word) for word in words)
    return f"{text[:1].upper()}{text[1:]}" or name


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("-", "_").split("_") if part]


def _unit(name: str) -> str:
    parts = _parts(name)
    return _UNITS.get(parts[-1], "") if len(parts) > 1 else ""


def value_text(value: AttributeValue) -> str:
    """As an address spells it, so that it can be found again; one that is text is left alone."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case _:
            number = float(value)
            return f"{number:.0f}" if number.is_integer() and abs(number) < 1e15 else repr(number)


def value_label(value: AttributeValue | str, name: str = "") -> str:
    """With the unit that the attribute's name ends in: `128 GB`."""
    text = value_text(value)
    if text in ("true", "false"):
        return "Yes" if text == "true" else "No"
    if text[:1].isdigit() and (unit := _unit(name)):
        return f"{text}{'' if unit == '%' else ' '}{unit}"
    return text[:1].upper() + text[1:] if text.islower() else text
