"""Drawings of seats, tables, beds and lamps."""

from app.sample.drawings.canvas import (
    INK,
    IRON,
    PAPER,
    STEEL,
    WOOD,
    Drawing,
    area,
    disc,
    draw,
    line,
    oval,
    rect,
    turned,
)
from app.sample.palette import COLOURS, Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off


def _sofa(p: Paint) -> str:
    return draw(line("M88 296L82 320M312 296L318 320", WOOD, 10),
        rect(78, 146, 244, 130, p.dark, 30), rect(98, 206, 102, 56, p.main, 16),
        rect(202, 206, 102, 56, p.main, 16), rect(96, 252, 208, 44, p.dark, 8),
                rect(52, 190, 52, 110, p.main, 24), rect(296, 190, 52, 110, p.main, 24),
                *((turned(10, rect(128, 168, 50, 50, p.accent, 12)),) if p.kind else ()),
                line("M200 150V204", p.deep, 4))


def _folded(p: Paint) -> str:
    return draw(rect(82, 250, 236, 66, p.dark, 22), rect(88, 196, 224, 62, p.main, 22),
        rect(82, 142, 236, 62, p.light, 22), line("M110 173H290M116 227H284M110 284H290", p.deep,
            3), rect(176, 134, 48, 186, PAPER, 4), disc(200, 226, 13, p.accent))


def _armchair(p: Paint) -> str:
    return draw(line("M122 300L114 324M278 300L286 324", WOOD, 11),
        area("M116 220V138Q116 82 172 82H228Q284 82 284 138V220Z", p.main),
        area("M200 82H228Q284 82 284 138V220H236Q250 130 200 82Z", p.dark),
        rect(112, 224, 176, 50, p.light, 20),
                rect(112, 258, 176, 44, p.dark, 8), rect(78, 190, 54, 112, p.main, 25),
                rect(268, 190, 54, 112, p.dark, 25), disc(168, 130, 5, p.deep),
                disc(232, 130, 5, p.deep))


def _low_table(p: Paint) -> str:
    top = oval(200, 206, 136, 30,
        p.main) + area("M64 206A136 30 0 0 0 336 206V216A136 30 0 0 1 64 216Z",
        p.dark) if p.kind else rect(64, 196, 272, 26, p.main, 8)
    return draw(line("M110 222L92 318M290 222L308 318M200 230V306", p.deep, 12), top,
        rect(226, 176, 66, 14, COLOURS["terracotta"], 3), rect(232, 162, 54, 14, PAPER, 3),
        area("M130 196L124 158H156L150 196Z", COLOURS["sage"]),
        line("M140 158V130M140 150L126 134M140 146L156 130", "#55714f", 5))


def _table(p: Paint) -> str:
    return draw(line("M96 190L84 318M304 190L316 318", p.deep, 15),
        line("M132 190L140 290M268 190L260 290", p.dark, 10), rect(52, 164, 296, 28, p.main, 9),
        rect(52, 184, 296, 10, p.dark, 4), area("M184 164L176 116H224L216 164Z", PAPER),
        disc(200, 96, 22, COLOURS["sage"]), disc(182, 106, 14, COLOURS["green"]),
        disc(219, 104, 13, COLOURS["green"]))


def _chair(p: Paint) -> str:
    return draw(line("M136 222L120 320M264 222L280 320M150 224L154 300M250 224L246 300", WOOD, 11),
        line("M142 214L132 86M258 214L268 86", WOOD, 11), rect(120, 78, 160, 58, p.main, 24),
        rect(120, 110, 160, 26, p.dark, 13) if p.kind else line("M142 164H258", WOOD, 10),
        rect(116, 202, 168, 32, p.main, 14), rect(116, 220, 168, 14, p.dark, 7))


def _cushion(p: Paint) -> str:
    middle = (disc(200, 206, 10, p.deep)
        + line("M200 206L130 140M200 206L270 140M200 206L130 272M200 206L270 272", p.dark, 4),
        line("M110 160H290M106 206H294M110 252H290", p.light, 9),
        line("M160 112V300M200 108V304M240 112V300", p.dark, 8))[p.kind]
    return draw(area("M96 106Q200 128 304 106Q286 206 304 310Q200 288 96 310Q114 206 96 106Z",
        p.main), middle, area("M96 310Q200 288 304 310L300 290Q200 272 100 290Z", p.dark))


def _desk(p: Paint) -> str:
    return draw(line("M88 196V318M312 196V318", INK if p.kind else p.deep, 13),
        rect(56, 174, 288, 24, p.main, 7), rect(214, 198, 94, 58, p.dark, 5),
        line("M244 226H278", PAPER, 6), rect(100, 96, 104, 66, INK, 6),
        rect(107, 103, 90, 52, p.accent, 3), rect(146, 160, 12, 16, IRON),
        line("M284 174V120L252 100", IRON, 7), area("M232 96L262 84L272 112L244 118Z",
            COLOURS["mustard"]))


def _office_chair(p: Paint) -> str:
    return draw(line("M200 240V296M132 316L200 292L268 316", INK, 12), disc(130, 320, 9, INK),
        disc(270, 320, 9, INK), disc(200, 316, 9, INK), rect(136, 64, 128, 140, p.main, 38),
        rect(152, 84, 96, 100, p.dark, 24), line("M160 106H240M158 128H242M160 150H240", p.light,
            4), rect(192, 196, 16, 30, IRON), rect(124, 214, 152, 36, p.main, 17),
            rect(124, 234, 152, 16, p.deep, 8), line("M112 222V180H136M288 222V180H264", INK, 9))


def _bookcase(p: Paint) -> str:
    spines = ("red", "navy", "mustard", "sage", "cream", "teal", "terracotta", "lilac")
    books = "".join(rect(118 + 16 * ((n * 3 + r * 2) % 10), 78 + 80 * r + (n * 7) % 15, 13,
        62 - (n * 7) % 15, COLOURS[spines[(n + r * 3 + p.kind) % 8]]) for r in range(3)
        for n in range(6))
    return draw(rect(96, 62, 208, 258, p.main, 6),
        *(rect(110, 76 + 80 * r, 180, 66, p.deep) for r in range(3)), books)


def _bed(p: Paint) -> str:
    return draw(rect(66, 104, 268, 120, p.dark, 18), rect(96, 168, 92, 56, "#ffffff", 20),
        rect(212, 168, 92, 56, "#ffffff", 20), rect(60, 206, 280, 76, p.light, 22),
        area("M60 240Q200 214 340 240V282H60Z", p.main), rect(56, 276, 288, 24, p.deep, 8),
        line("M80 300V318M320 300V318", p.deep, 14))


def _mattress(p: Paint) -> str:
    return draw(area("M60 196L134 132H340L300 196Z", PAPER), area("M60 196H300V278H60Z", "#eee7da"),
        area("M300 196L340 132V214L300 278Z", "#d8cfbf"), rect(60, 228, 240, 18, p.main),
        area("M300 228L340 164V182L300 246Z", p.dark),
        *(disc(138 + 50 * n, 164, 4, IRON) for n in range(4)))


def _lamp(p: Paint) -> str:
    foot = (line("M200 200V296", WOOD, 12), oval(200, 252, 40, 52, p.light),
        line("M200 200V240M200 240L176 304M200 240L224 304", WOOD, 9))[p.kind]
    return draw(disc(200, 196, 120, "#ffffff55"), foot, oval(200, 308, 60, 12, p.deep),
        area("M156 82H244L288 200H112Z", p.main), area("M222 82H244L288 200H244Z", p.dark),
        oval(200, 200, 88, 11, "#fdf0c9"))


def _plant(p: Paint) -> str:
    leaves = (area("M200 216C130 190 110 120 122 86C178 100 204 160 200 216ZM204 216C270 196 300 "
        "130 284 92C230 110 200 160 204 216Z", "#5d9265")
        + area("M200 216C170 150 186 90 206 58C232 100 232 160 200 216Z", "#77ab76"),
              disc(200, 128, 56, "#5d9265") + disc(158, 158, 38, "#77ab76") + disc(240, 160, 40,
                  "#4d7f58"),
              rect(176, 84, 50, 140, "#5d9265", 25) + line("M176 160H152V128M226 176H250V140",
                  "#5d9265", 20) + line("M192 104V206M210 104V206", "#77ab76", 4))[p.kind]
    return draw(leaves, area("M128 222H272L252 304Q248 318 234 318H166Q152 318 148 304Z", p.main),
        area("M228 222H272L252 304Q248 318 234 318H214Z", p.dark),
        rect(120, 208, 160, 28, p.light, 8))


def _cot(p: Paint) -> str:
    bars = "".join(rect(98 + 27 * n, 136, 9, 128, p.main, 4) for n in range(8))
    return draw(rect(84, 210, 232, 44, PAPER, 8), rect(206, 186, 86, 34, COLOURS["light blue"], 14),
        bars, rect(72, 124, 256, 18, p.dark, 9), rect(72, 258, 256, 22, p.dark, 9),
        rect(66, 96, 22, 224, p.main, 10), rect(312, 96, 22, 224, p.main, 10),
        *(disc(150 + 50 * n, 94, 9, c) + line(f"M{150 + 50 * n} 70V84", STEEL, 3) for n,
            c in enumerate(("#dba637", "#dc9aa0", "#98d4bd"))))


DRAWINGS: dict[str, Drawing] = {
    "sofa": _sofa, "folded": _folded, "armchair": _armchair, "low_table": _low_table,
    "table": _table, "chair": _chair,
    "cushion": _cushion, "desk": _desk, "office_chair": _office_chair, "bookcase": _bookcase,
    "bed": _bed,
    "mattress": _mattress, "lamp": _lamp, "plant": _plant, "cot": _cot,
}
