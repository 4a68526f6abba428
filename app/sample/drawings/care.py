"""Drawings of what stands in the bathroom: creams, bottles, brushes, razors."""

from app.sample.drawings.canvas import (
    GLASS,
    INK,
    IRON,
    PAPER,
    STEEL,
    Drawing,
    area,
    disc,
    draw,
    line,
    rect,
    ring,
    turned,
)
from app.sample.palette import Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off


def _jar(p: Paint) -> str:
    return draw(rect(100, 190, 200, 126, p.light, 30), rect(252, 190, 48, 126, p.main, 26),
        rect(92, 138, 216, 62, p.main, 16), rect(92, 176, 216, 24, p.dark, 10),
        rect(136, 226, 106, 58, PAPER, 8), line("M154 246H224M166 266H212", p.dark, 5),
        line("M110 152H200", p.light, 7))


def _tube(p: Paint) -> str:
    sun = disc(200, 196, 27,
        "#f2b93b") + line("M200 150V160M200 232V242M154 196H164M236 196H246M168 164L175 171M225 "
            "221L232 228M168 228L175 221M225 171L232 164", "#f2b93b", 6)
    return draw(area("M122 72H278L250 276H150Z", p.main), area("M246 72H278L250 276H228Z", p.dark),
        rect(118, 62, 164, 24, p.deep, 4), disc(200, 196, 56, PAPER), sun,
        rect(148, 272, 104, 48, p.accent, 10))


def _pump_bottle(p: Paint) -> str:
    leaf = "M200 204C236 214 234 254 200 274C166 254 164 214 200 204Z"
    return draw(line("M200 126V86H150", INK, 13), rect(176, 112, 48, 32, INK, 6),
        area("M160 142H240Q270 154 270 190V296Q270 320 246 320H154Q130 320 130 296V190Q130 154 "
            "160 142Z", p.main), area("M226 142H240Q270 154 270 190V296Q270 320 246 320H226Z",
            p.dark), rect(130, 190, 140, 98, PAPER), area(leaf, p.main) if p.kind
            else ring(200, 239, 26, p.main, 9))


def _hair_dryer(p: Paint) -> str:
    return draw(line("M168 300C168 340 250 316 262 340", INK, 7),
        area("M146 180H212L194 300Q192 312 180 312H160Q148 312 148 300Z", p.dark),
        area("M92 148Q96 92 156 92H286V204H156Q98 204 92 148Z", p.main),
        area("M92 148H286V204H156Q98 204 92 148Z", p.dark), rect(280, 84, 30, 128, INK, 8),
        disc(150, 146, 27, p.light), ring(150, 146, 14, p.deep, 5), rect(170, 216, 14, 36, INK, 6),
        line("M326 112H352M326 148H360M326 184H352", "#ffffff", 7))


def _perfume(p: Paint) -> str:
    body = (rect(108, 168, 184, 150, GLASS, 20), disc(200, 234, 86, GLASS),
        area("M128 168H272L300 318H100Z", GLASS))[p.kind]
    liquid = (rect(120, 206, 160, 100, p.main, 12), area("M124 226A77 77 0 1 0 276 226Z", p.main),
        area("M126 206H274L286 306H114Z", p.main))[p.kind]
    return draw(rect(164, 74, 72, 62, "#d8b45c", 10), rect(164, 74, 22, 62, "#e8cd88", 8),
        rect(178, 132, 44, 30, IRON, 4), body, liquid, rect(164, 232, 72, 48, PAPER, 4),
        line("M178 250H222M186 264H214", p.dark, 4))


def _lipstick(p: Paint) -> str:
    return draw(area("M132 176V110Q132 84 176 72V176Z", p.main),
        area("M154 84Q162 78 176 72V176H154Z", p.dark), rect(124, 170, 60, 50, "#d8b45c", 4),
        rect(112, 214, 84, 104, INK, 8), rect(112, 214, 24, 104, "#555c68", 8),
        rect(222, 176, 72, 142, INK, 8), rect(222, 176, 20, 142, "#555c68", 8),
        rect(222, 290, 72, 10, "#d8b45c"))


def _toothbrush(p: Paint) -> str:
    return draw(turned(14, rect(190, 120, 20, 70, STEEL, 6), rect(182, 50, 36, 74, PAPER, 16),
        rect(172, 58, 18, 56, p.accent, 4),
        area("M176 180H224L234 320Q234 336 218 336H182Q166 336 166 320Z", p.main),
        area("M210 180H224L234 320Q234 336 218 336H208Z", p.dark), disc(200, 226, 13, p.light),
        *(disc(200, 262 + 16 * n, 3.5, "#8be0b4") for n in range(2 + p.kind))))


def _brush_heads(p: Paint) -> str:
    return draw(*(rect(104 + 68 * n, 160, 24, 150, PAPER, 10) + rect(96 + 68 * n, 84, 40, 86, PAPER,
        18) + rect(102 + 68 * n, 92, 28, 54, (p.main, p.accent, p.main)[n], 8) + rect(102 + 68 * n,
        286, 28, 26, (p.main, p.accent, p.main)[n], 6) for n in range(3)))


def _razor(p: Paint) -> str:
    return draw(turned(24, rect(120, 66, 160, 34, STEEL, 12), rect(120, 94, 160, 14, IRON, 6),
        rect(186, 104, 28, 30, p.dark), rect(180, 130, 40, 200, p.main, 16),
        rect(206, 130, 14, 200, p.dark, 7), *(line(f"M184 {160 + 22 * n}H216", p.deep, 3)
            for n in range(7))))


def _blades(p: Paint) -> str:
    blade = "M84 150H104L112 138H248L256 150H276V210H256L248 222H112L104 210H84Z"
    return draw(turned(-10, area(blade, STEEL), rect(130, 174, 100, 12, p.deep, 6),
        disc(124, 180, 8, p.deep), disc(236, 180, 8, p.deep)), rect(126, 222, 196, 92, p.dark, 12),
        rect(126, 218, 196, 84, p.main, 12), rect(156, 240, 136, 40, PAPER, 6),
        line("M178 260H270", p.dark, 7))


DRAWINGS: dict[str, Drawing] = {
    "jar": _jar, "tube": _tube, "pump_bottle": _pump_bottle, "hair_dryer": _hair_dryer,
    "perfume": _perfume,
    "lipstick": _lipstick, "toothbrush": _toothbrush, "brush_heads": _brush_heads, "razor": _razor,
    "blades": _blades,
}
