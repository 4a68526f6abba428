"""Drawings of computers, printing, books and stationery."""

from app.sample.drawings.canvas import (
    GLASS,
    INK,
    IRON,
    PAPER,
    SCREEN,
    STEEL,
    WOOD,
    Drawing,
    area,
    disc,
    draw,
    line,
    rect,
    ring,
    turned,
)
from app.sample.palette import COLOURS, Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off


def _laptop(p: Paint) -> str:
    return draw(rect(98, 100, 204, 158, p.dark, 14), rect(108, 110, 184, 138, SCREEN, 6),
                area(("M108 220Q160 150 220 190T292 160V248H108Z",
                    "M108 248L190 150L240 206L292 170V248Z",
                    "M108 190C170 230 220 140 292 196V248H108Z")[p.kind], p.accent),
                area("M62 262H338L326 296Q322 304 312 304H88Q78 304 74 296Z", p.main),
                area("M62 258H338V270H62Z", p.light), rect(170, 258, 60, 9, p.dark, 4))


def _tablet_case(p: Paint) -> str:
    return draw(area("M88 310L120 90H146L128 310Z", p.deep),
        turned(5, rect(116, 82, 184, 234, p.dark, 18), rect(130, 96, 156, 206, SCREEN, 8),
                area("M130 250Q200 180 286 226V302H130Z", p.accent),
                rect(116, 82, 184, 234, "none")), line("M88 312H300", p.main, 14))


def _monitor(p: Paint) -> str:
    return draw(rect(182, 250, 36, 60, IRON), rect(138, 304, 124, 14, STEEL, 7),
        rect(66, 86, 268, 176, INK, 12), rect(76, 96, 248, 148, SCREEN, 4),
                rect(92, 112, 104, 70, p.main, 6), rect(92, 192, 104, 36, p.accent, 6),
                rect(206, 112, 102, 116, "#3b4656", 6),
                *(line(f"M220 {y}H{290 - 12 * (n % 3)}", "#8795a8", 5) for n,
                    y in enumerate((132, 150, 168, 186, 204))))


def _keyboard(p: Paint) -> str:
    keys = "".join(line(f"M{82 + 4 * r} {170 + 30 * r}H{322 - 4 * r}",
        p.light if r % 2 else "#ffffff", 20).replace('stroke-linecap="round"',
        'stroke-dasharray="20 7"') for r in range(3))
    return draw(rect(58, 144, 284, 150, p.deep, 18), rect(58, 140, 284, 146, p.main, 18), keys,
        rect(132, 254, 136, 20, p.light, 6), rect(78, 254, 40, 20, p.accent, 6))


def _mouse(p: Paint) -> str:
    return draw(line("M200 100C200 60 250 80 250 50", INK, 6) if p.kind else "",
        rect(134, 96, 136, 222, p.dark, 66), rect(130, 96, 134, 222, p.main, 66),
                line("M197 98V186M134 188H260", p.dark, 4), rect(188, 124, 18, 44, INK, 9),
                line("M152 250C158 290 178 302 196 304", p.light, 6))


def _mat(p: Paint) -> str:
    return draw(area("M96 130H304L346 304H54Z", p.dark), area("M96 124H304L346 298H54Z", p.main),
        area("M108 134H292L330 288H70Z", p.light if p.kind else p.main),
                rect(214, 168, 52, 80, INK, 26), rect(236, 180, 8, 20, IRON, 4))


def _printer(p: Paint) -> str:
    return draw(rect(126, 78, 148, 100, PAPER, 4), line("M146 104H254M146 124H232", "#d2cbbd", 6),
        rect(72, 156, 256, 128, p.dark, 20), rect(72, 152, 256, 116, p.main, 20),
                rect(72, 206, 256, 26, p.dark), disc(296, 182, 8, "#7fd6a6"),
                rect(236, 174, 42, 16, SCREEN, 5), area("M118 250H282L298 322H102Z", PAPER),
                area("M140 262H260L266 292H134Z", p.accent), line("M132 306H268", "#d2cbbd", 5))


def _cartridge(p: Paint) -> str:
    drop = "M200 158C222 190 234 206 234 226A34 34 0 0 1 166 226C166 206 178 190 200 158Z"
    return draw(rect(112, 92, 176, 222, INK, 16), rect(124, 126, 152, 150, PAPER, 8),
        area(drop, p.main), line("M186 236A18 18 0 0 0 200 246", "#ffffff", 5),
                rect(146, 78, 108, 24, IRON, 6), rect(150, 290, 100, 14, "#d8b45c", 3),
                rect(124, 126, 152, 18, p.main, 6))


def _book(p: Paint) -> str:
    motifs = (disc(204, 166, 34, p.accent) + area("M148 236Q180 186 210 216T266 196V260H148Z",
        p.deep),
              area("M207 120L246 190H168Z", p.accent) + area("M207 160L252 240H162Z", p.light),
              ring(207, 176, 44, p.accent, 9) + ring(207, 176, 24, p.light, 9))
    return draw(area("M118 88Q118 74 134 74H290V318H134Q118 318 118 302Z", p.deep),
        rect(136, 290, 150, 20, PAPER), rect(130, 74, 156, 222, p.main, 6),
        rect(118, 78, 16, 226, p.dark, 8),
                motifs[p.kind], line("M162 100H252", PAPER, 9), line("M178 270H238", PAPER, 5))


def _notebook(p: Paint) -> str:
    return draw(turned(6, rect(130, 78, 166, 238, PAPER, 12), rect(122, 74, 166, 238, p.dark, 14),
        rect(118, 74, 164, 238, p.main, 14), rect(254, 74, 11, 238, p.deep),
                       rect(146, 116, 84, 54, PAPER, 6), line("M160 136H214M160 152H200", "#bdb4a2",
                           4), area("M176 312V342L184 334L192 342V312Z", p.accent)))


def _planner(p: Paint) -> str:
    days = "".join(rect(124 + 32 * (n % 5), 172 + 34 * (n // 5), 22, 22,
        p.accent if n % 7 == p.kind else "#e6dfd0", 5) for n in range(20))
    return draw(rect(96, 92, 208, 224, p.dark, 16), rect(96, 92, 202, 218, PAPER, 16),
        area("M96 108Q96 92 112 92H282Q298 92 298 108V152H96Z", p.main), days,
                *(line(f"M{x} 78V108", IRON, 9) for x in (136, 176, 216, 256)))


def _pen(p: Paint) -> str:
    return draw(turned(40, rect(184, 40, 34, 180, p.main, 17), rect(184, 40, 12, 180, p.light, 6),
        rect(214, 58, 8, 84, "#d8b45c", 4), rect(182, 206, 38, 12, "#d8b45c", 4),
                       area("M188 218H214L208 268H194Z", p.deep),
                       area("M192 268H210L201 322Z", STEEL), line("M201 286V316", INK, 3)),
                line("M78 318C100 300 112 330 136 316" if p.kind else "M76 318H140", p.deep, 5))


def _ink_bottle(p: Paint) -> str:
    return draw(rect(160, 92, 80, 54, INK, 10), rect(160, 92, 26, 54, "#555c68", 10),
        area("M118 172Q120 142 160 142H240Q280 142 282 172L290 296Q290 318 268 318H132Q110 318 "
            "110 296Z", GLASS),
                area("M118 206H282L288 294Q288 310 268 310H132Q112 310 112 294Z", p.main),
                rect(142, 222, 116, 62, PAPER, 6), line("M162 244H238M176 264H224", p.main, 5))


def _pencils(p: Paint) -> str:
    names = ("red", "orange", "yellow", "green", "blue", "purple", "pink")
    parts = [rect(98 + 30 * n, 120 - (n * 37 + p.kind * 20) % 46, 24, 210,
        COLOURS[c]) + area(f"M{98 + 30 * n} {120 - (n * 37 + p.kind * 20) % 46}h24l-12 -38z", WOOD)
             + area(f"M{106 + 30 * n} {95 - (n * 37 + p.kind * 20) % 46}h8l-4 -13z", COLOURS[c])
             for n, c in enumerate(names)]
    return draw(*parts, rect(88, 214, 224, 108, p.main, 10), rect(116, 242, 168, 46, PAPER, 8),
        line("M140 265H260", p.dark, 7))


DRAWINGS: dict[str, Drawing] = {
    "laptop": _laptop, "tablet_case": _tablet_case, "monitor": _monitor, "keyboard": _keyboard,
    "mouse": _mouse,
    "mat": _mat, "printer": _printer, "cartridge": _cartridge, "book": _book, "notebook": _notebook,
    "planner": _planner, "pen": _pen, "ink_bottle": _ink_bottle, "pencils": _pencils,
}
