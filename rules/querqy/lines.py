"""The lines of a rules text, their comments and escapes, and the templates that no line may use."""

import re

import msgspec

from rules.querqy.unmapped import CannotMap, Unmapped

_LINE_END = re.compile(r"\r\n|\r|\n")  # as Querqy's; `splitlines` knows more, and would miscount
_DEFINITION = re.compile(r"def\s+\w+\s*\(")
_TEMPLATE = re.compile(rf"\$[A-Za-z_]|^<<|^{_DEFINITION.pattern}")


class Line(msgspec.Struct, frozen=True):
    number: int
    text: str
    code: str
    """The text without its comment."""

    def unmapped(self, reason: object) -> Unmapped:
        return Unmapped(self.number, self.text, str(reason))


def read_lines(text: str) -> list[Line]:
    lines = _LINE_END.split(storable(text.removeprefix("\ufeff")))
    return [
        Line(number, line.strip(), before("#", line).strip())
        for number, line in enumerate(lines, 1)
    ]


def storable(text: str) -> str:
    """Without what Postgres cannot store."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")


def before(mark: str, text: str) -> str:
    """The text up to the first `mark` that no backslash escapes."""
    position = text.find(mark)
    while position >= 0:
        start = position
        while start and text[start - 1] == "\\":
            start -= 1
        if (position - start) % 2 == 0:
            return text[:position]
        position = text.find(mark, position + 1)
    return text


def defines_template(code: str) -> bool:
    return _DEFINITION.match(code) is not None


def refuse_templates(code: str) -> None:
    if _TEMPLATE.search(code):
        raise CannotMap(
            "templates (def, <<…>>, $name) are not read; import the rules that they expand to"
        )
