"""Drawings of phones, sound, screens, cameras and watches."""

from app.sample.drawings.canvas import (
    GLASS,
    INK,
    IRON,
    SCREEN,
    STEEL,
    Drawing,
    area,
    disc,
    draw,
    line,
    oval,
    rect,
    ring,
    turned,
)
from app.sample.palette import Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off


def _phone(p: Paint) -> str:
    lenses = [disc(182, 112 + 34 * n, 13, INK) + disc(182, 112 + 34 * n, 5, IRON)
        for n in range(2 + p.kind % 2)]
    return draw(
        turned(9, rect(190, 78, 118, 240, INK, 20), rect(198, 86, 102, 224, SCREEN, 14),
               area("M198 230Q250 170 300 210V296Q300 310 286 310H212Q198 310 198 296Z", p.accent),
               disc(249, 100, 5, IRON)),
        turned(-7, rect(128, 76, 124, 246, p.dark, 22), rect(128, 76, 118, 246, p.main, 22),
               rect(146, 90, 72, 92 if p.kind % 2 == 0 else 124, p.light, 18), *lenses))


def _phone_case(p: Paint) -> str:
    return draw(turned(-8, rect(132, 70, 136, 256, p.dark, 30), rect(132, 70, 130, 256, p.main, 30),
                       rect(144, 82, 106, 232, p.light, 22), rect(156, 94, 56, 66, p.deep, 16),
                       disc(172, 112, 9, INK), disc(172, 140, 9, INK),
                       ring(200, 232, 24, p.main, 7) if p.kind else line("M170 230H226M170 252H226",
                           p.main, 6)))


def _charger(p: Paint) -> str:
    ports = [rect(176, 212 + 26 * n, 48, 12, INK, 6) for n in range(1 + p.kind)]
    return draw(rect(172, 88, 14, 50, STEEL, 5), rect(214, 88, 14, 50, STEEL, 5),
        rect(130, 130, 140, 186, p.dark, 30),
                rect(130, 130, 132, 186, p.main, 30), *ports,
                area("M206 152L186 184H200L194 204L216 172H202Z", p.accent))


def _headphones(p: Paint) -> str:
    return draw(line("M112 230C104 60 296 60 288 230", p.dark, 22),
        line("M122 200C124 82 276 82 278 200", p.light, 8),
                rect(88, 196, 58, 116, p.main, 28), rect(254, 196, 58, 116, p.main, 28),
                rect(134, 204, 28, 100, INK, 13), rect(238, 204, 28, 100, INK, 13),
                rect(98, 222, 10, 62, p.light, 5), rect(292, 222, 10, 62, p.dark, 5))


def _earbuds(p: Paint) -> str:
    return draw(rect(116, 196, 168, 120, p.dark, 44), rect(116, 196, 160, 120, p.main, 44),
        line("M118 240H274", p.dark, 4), disc(196, 272, 5, p.accent),
                line("M160 120V180", p.main, 24), oval(152, 112, 30, 26, p.light),
                oval(138, 114, 11, 15, INK),
                line("M244 120V180", p.main, 24), oval(252, 112, 30, 26, p.light),
                oval(266, 114, 11, 15, INK))


def _speaker(p: Paint) -> str:
    if p.kind == 1:
        return draw(rect(76, 150, 248, 160, p.dark, 76), rect(76, 150, 240, 160, p.main, 76),
            disc(150, 230, 52, INK), disc(150, 230, 24, IRON),
                    disc(256, 230, 40, INK), disc(256, 230, 18, IRON),
                    line("M150 150C150 112 250 112 250 150", p.deep, 12))
    return draw(rect(128, 84, 150, 238, p.dark, 36), rect(122, 84, 148, 238, p.main, 36),
        disc(196, 238, 54, INK), disc(196, 238, 34, p.dark),
                disc(196, 238, 13, p.light), disc(196, 140, 28, INK), disc(196, 140, 12, p.light),
                line("M264 110C290 112 290 150 268 154", p.accent, 7))


def _screen(p: Paint) -> str:
    hills = ("M72 240Q130 160 190 214T328 170V258H72Z",
        "M72 230L150 150L210 216L258 178L328 236V258H72Z",
        "M72 250C140 250 150 190 220 200S300 160 328 150V258H72Z")
    return draw(line("M130 318L152 268M270 318L248 268", INK, 10), rect(62, 94, 276, 176, INK, 10),
        rect(72, 104, 256, 154, p.light, 4),
                disc(268, 140, 20, "#f7e3ae"), area(hills[p.kind], p.main),
                area("M72 258Q160 206 328 250V258Z", p.deep))


def _mount(p: Paint) -> str:
    return draw(rect(84, 110, 34, 190, p.dark, 8), disc(101, 136, 5, STEEL),
        disc(101, 272, 5, STEEL), line("M118 206L190 170L256 206", p.main, 24),
                disc(190, 170, 17, p.deep), rect(250, 128, 20, 156, p.dark, 8),
                line("M270 150H306M270 262H306", p.main, 16), disc(256, 206, 15, p.light))


def _camera(p: Paint) -> str:
    return draw(area("M158 140L176 104H228L246 140Z", p.dark), rect(74, 132, 252, 178, p.dark, 24),
        rect(74, 132, 252, 40, STEEL if p.kind else p.light, 20),
                rect(74, 160, 252, 124, p.main), rect(96, 118, 40, 16, INK, 6),
                disc(202, 226, 74, INK), disc(202, 226, 58, IRON), disc(202, 226, 46, SCREEN),
                disc(202, 226, 26, "#45608a"), disc(188, 210, 11, GLASS),
                disc(300, 152, 8, p.accent))


def _messenger_bag(p: Paint) -> str:
    return draw(line("M104 180C110 60 290 60 296 180", p.deep, 13),
        rect(80, 164, 240, 152, p.dark, 22), rect(80, 164, 240, 146, p.main, 22),
                area("M80 182Q80 164 98 164H302Q320 164 320 182V226Q320 250 296 250H104Q80 250 80 "
                    "226Z", p.light if p.kind else p.dark),
                *(rect(x, 232, 22, 42, p.deep, 6) + rect(x + 5, 252, 12, 10, "#e1c374", 2)
                    for x in (124, 254)), line("M96 296H304", p.deep, 3))


def _watch(p: Paint) -> str:
    return draw(area("M160 64H240L250 140H150ZM150 270H250L240 340H160Z", p.dark),
        rect(126, 122, 148, 158, STEEL, 44), rect(134, 130, 132, 142, SCREEN, 38),
                rect(272, 178, 12, 38, IRON, 6), ring(200, 201, 44, "#475063", 9),
                line("M200 157A44 44 0 1 1 161 222", p.main if p.main != "#34373d" else p.accent,
                    9),
                line("M200 201V176M200 201L218 212", "#fff", 6))


def _strap(p: Paint) -> str:
    holes = [disc(246, 226 + 22 * n, 5, p.deep) for n in range(4)]
    return draw(rect(128, 76, 52, 236, p.dark, 18), rect(128, 76, 46, 236, p.main, 18),
        rect(118, 70, 72, 26, STEEL, 8), rect(132, 76, 44, 14, p.deep, 4),
                rect(222, 84, 52, 236, p.dark, 24), rect(222, 84, 46, 236, p.main, 24), *holes,
                line("M136 120V296M230 110V210", p.light, 3))


def _tablet(p: Paint) -> str:
    page = "".join(line(f"M142 {y}H{x}", "#c9c2b4", 6) for y,
        x in ((130, 240), (150, 258), (170, 250), (190, 258), (210, 226)))
    lower = area("M124 262Q180 208 276 244V292H124Z",
        p.accent) if p.kind else line("M142 240H258M142 260H250", "#c9c2b4", 6)
    return draw(turned(4, rect(106, 72, 190, 250, p.dark, 20), rect(106, 72, 184, 250, p.main, 20),
        rect(122, 92, 152, 202, "#faf6ec", 6), page, lower, disc(198, 308, 6, p.dark)))


def _drive(p: Paint) -> str:
    return draw(line("M200 130C200 80 262 110 268 70", INK, 9), rect(188, 116, 24, 26, STEEL, 4),
        rect(112, 136, 184, 180, p.dark, 30), rect(112, 136, 176, 180, p.main, 30),
                rect(138, 164, 126, 56, p.light, 12) if p.kind
                else line("M140 176H260M140 196H260M140 216H260", p.dark, 6),
                disc(200, 286, 6, "#8be0b4"))


DRAWINGS: dict[str, Drawing] = {
    "phone": _phone, "phone_case": _phone_case, "charger": _charger, "headphones": _headphones,
    "earbuds": _earbuds, "speaker": _speaker, "screen": _screen, "mount": _mount, "camera": _camera,
    "messenger_bag": _messenger_bag, "watch": _watch, "strap": _strap, "tablet": _tablet,
    "drive": _drive,
}
