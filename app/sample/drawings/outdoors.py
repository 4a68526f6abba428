"""Drawings of sports gear, garden and workshop tools."""

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
    ring,
    turned,
)
from app.sample.palette import Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off


def _bike(p: Paint) -> str:
    bars = ("M252 124L246 104H276", "M252 124L248 100Q290 96 280 126",
        "M252 124L246 106L222 100")[p.kind]
    return draw(ring(112, 252, 62, INK, 10), ring(288, 252, 62, INK, 10),
        ring(112, 252, 50, STEEL, 3), ring(288, 252, 50, STEEL, 3),
        line("M112 252L152 158H248L196 252H112M152 158L196 252M288 252L250 124", p.main, 11),
        line("M146 144L152 158", INK, 9), rect(122, 132, 54, 14, INK, 7), line(bars, INK, 9),
        disc(196, 252, 16, INK), line("M196 252L210 280H224", INK, 6), disc(112, 252, 8, IRON),
        disc(288, 252, 8, IRON))


def _lock(p: Paint) -> str:
    if p.kind == 1:
        chain = "M128 236V156C128 66 272 66 272 156V236"
        links = line(chain, IRON, 26) + line(chain, STEEL, 10).replace('stroke-linecap="round"',
            'stroke-dasharray="16 12"')
        return draw(links, rect(110, 226, 180, 84, p.main, 22), rect(110, 276, 180, 34, p.dark, 17),
            disc(200, 258, 13, INK), rect(196, 258, 8, 24, INK, 3))
    return draw(line("M132 236V152C132 70 268 70 268 152V236", IRON, 27),
        line("M132 236V152C132 70 268 70 268 152V236", p.main, 15),
        rect(96, 226, 208, 84, p.dark, 28), rect(96, 226, 208, 70, p.main, 28),
        disc(200, 256, 13, INK), rect(196, 256, 8, 26, INK, 3))


def _tent(p: Paint) -> str:
    if p.kind == 1:
        return draw(area("M56 306C60 150 140 110 200 110S340 150 344 306Z", p.main),
            area("M200 110C280 110 340 150 344 306H262Q262 180 200 110Z", p.dark),
            area("M200 160C240 200 244 260 244 306H156C156 260 160 200 200 160Z", p.deep),
            area("M200 160C170 210 158 260 156 306H186Q184 230 200 160Z", p.light),
            line("M56 306L36 318M344 306L364 318", INK, 5))
    return draw(line("M200 92L40 318M200 92L360 318", INK, 5), area("M200 98L338 306H62Z", p.main),
        area("M200 98L338 306H262Z", p.dark), area("M200 150L252 306H148Z", p.deep),
        area("M200 150L148 306H182Z", p.light), line("M200 98V78", INK, 6),
        area("M200 76L232 86L200 96Z", p.accent))


def _pegs(p: Paint) -> str:
    return draw(*(turned(-22 + 15 * n, line("M200 84V306", (IRON, p.main, IRON, p.main)[n], 13),
        line("M200 92Q232 84 226 118", (IRON, p.main, IRON, p.main)[n], 11),
        ring(200, 74, 13, p.accent, 5)) for n in range(4)))


def _sleeping_bag(p: Paint) -> str:
    return draw(turned(16, area("M122 130C118 60 282 60 278 130L266 300Q262 330 200 330T134 300Z",
        p.main), area("M200 78C282 60 282 100 278 130L266 300Q262 330 200 330Z", p.dark),
        oval(200, 124, 52, 42, p.deep), oval(200, 132, 40, 28, PAPER),
        *(line(f"M130 {y}Q200 {y + 16} 270 {y}", p.light if p.kind else p.deep, 5)
            for y in (184, 222, 260, 294))))


def _flask(p: Paint) -> str:
    return draw(line("M176 74C176 48 224 48 224 74", INK, 10), rect(160, 72, 80, 44, INK, 12),
        area("M156 118H244Q264 132 264 160V292Q264 320 236 320H164Q136 320 136 292V160Q136 132 "
            "156 118Z", p.main), area("M226 118H244Q264 132 264 160V292Q264 320 236 320H220Z",
            p.dark), line("M160 160V250", p.light, 9),
            (rect(136, 210, 128, 34, p.light), disc(200, 226, 22, p.accent),
                line("M180 250Q200 200 220 250", PAPER, 7))[p.kind])


def _yoga_mat(p: Paint) -> str:
    return draw(area("M112 230L82 306H316L328 250Z", p.main), area("M82 306H316V316H82Z", p.deep),
        rect(104, 150, 226, 104, p.dark, 52), rect(104, 150, 214, 104, p.main, 52),
        disc(300, 202, 50, p.dark), ring(300, 202, 36, p.light, 6), ring(300, 202, 20, p.light, 6),
        rect(150, 148, 16, 108, p.accent), rect(230, 148, 16, 108, p.accent))


def _dumbbell(p: Paint) -> str:
    def one(y: int) -> str:
        return rect(140, y + 22, 120, 20, STEEL, 8) + rect(84, y, 64, 66, p.main, 16) + rect(252, y,
            64, 66, p.main, 16) + rect(128, y, 20, 66, p.dark, 8) + rect(252, y, 20, 66, p.dark, 8)
    return draw(turned(-12, one(134)), one(250))


def _football(p: Paint) -> str:
    return draw(disc(200, 204, 112, p.dark), disc(194, 198, 110, p.main),
        area("M194 150L238 182L222 234H166L150 182Z", INK),
        area("M160 96Q194 84 228 96L194 120ZM88 170L100 216L84 224ZM304 170L290 216L304 222ZM124 "
            "284L160 268L172 304ZM264 284L228 268L216 304Z", INK),
            line("M194 150V118M238 182L288 168M222 234L246 274M166 234L142 274M150 182L102 168",
                INK, 5))


def _racket(p: Paint) -> str:
    strings = "".join(f"M{x} 74V222" for x in (164, 188, 212, 236)) + "".join(f"M138 {y}H262"
        for y in (100, 126, 152, 178, 204))
    return draw(turned(32, oval(200, 148, 76, 92, p.main), oval(200, 148, 62, 78, PAPER),
        line(strings, "#c9ced6", 2.5), line("M172 230L192 266M228 230L208 266", p.main, 11),
        rect(188, 260, 24, 104, INK, 10)), disc(300, 292, 25, "#d6e04f"),
        line("M282 276Q300 290 284 310", PAPER, 4))


def _drill(p: Paint) -> str:
    return draw(rect(288, 132, 58, 10, STEEL, 4), area("M256 112L292 122V152L256 162Z", INK),
        rect(84, 96, 178, 82, p.main, 26), rect(84, 144, 178, 34, p.dark, 16),
        area("M116 170H186L172 272H112Z", p.main), area("M116 170H140L134 272H112Z", p.dark),
        rect(186, 178, 18, 34, INK, 6), rect(90, 266, 114, 48, INK, 12),
        rect(90, 266, 114, 15, p.accent, 7), line("M104 116H160", p.light, 7))


def _bits(p: Paint) -> str:
    def one(n: int) -> str:
        x, top = 118 + 34 * n, 76 + 18 * n
        return rect(x, top, 11 + 2 * n, 210 - top, (STEEL, "#d8b45c", IRON)[p.kind],
            4) + line(f"M{x} {top + 24}l{11 + 2 * n} 16m-{11 + 2 * n} 14l{11 + 2 * n} "
                f"16m-{11 + 2 * n} 14l{11 + 2 * n} 16", INK, 3)
    return draw(*(one(n) for n in range(5)), rect(88, 206, 224, 108, p.dark, 16),
        rect(88, 206, 224, 94, p.main, 16), rect(130, 240, 140, 36, PAPER, 6),
        line("M150 258H250", p.dark, 7))


def _hammer(p: Paint) -> str:
    return draw(turned(38, rect(184, 120, 32, 220, WOOD, 14), rect(180, 230, 40, 110, p.main, 16),
        area("M118 82H236Q282 84 296 122Q262 104 236 128H118Z", IRON),
        rect(98, 76, 40, 58, "#6d7681", 8), rect(178, 78, 44, 54, "#6d7681", 5)))


def _mower(p: Paint) -> str:
    return draw(line("M270 236L344 92L314 84", INK, 11),
        area("M76 268Q80 214 138 212H254Q302 214 306 268V292H76Z", p.main),
        area("M76 266H306V294H76Z", p.dark), rect(136, 166, 104, 52, INK, 14),
        rect(148, 176, 80, 12, p.accent, 5), disc(112, 294, 30, INK), disc(112, 294, 13, STEEL),
        disc(274, 288, 36, INK), disc(274, 288, 16, STEEL),
        line("M44 320l6 -18l6 18M62 320l5 -14l5 14M330 320l6 -18l6 18", "#6a9a58", 5))


def _hose(p: Paint) -> str:
    return draw(ring(190, 202, 98, p.dark, 22), ring(190, 200, 76, p.main, 22),
        ring(190, 202, 54, p.dark, 20), line("M276 246C320 290 300 316 340 318", p.main, 18),
        rect(322, 304, 40, 26, "#d8b45c", 6), area("M176 60H204L210 122H170Z", INK) if p.kind
        else "", line("M122 190A70 70 0 0 1 160 138", p.light, 5))


def _nozzle(p: Paint) -> str:
    return draw(area("M232 108L312 92V192L232 172Z", p.main), rect(306, 86, 20, 112, INK, 8),
        rect(150, 112, 90, 56, p.dark, 12),
        area("M150 116H200L176 304Q172 318 156 316L128 312Q114 308 118 294Z", INK),
        line("M212 172Q214 214 186 240", p.accent, 12),
        line("M346 112L366 104M348 142H372M346 172L366 180", "#7db4d6", 7))


def _grill(p: Paint) -> str:
    return draw(line("M148 240L112 320M252 240L288 320M200 250V320", INK, 10),
        area("M84 196H316Q312 262 200 264T84 196Z", p.dark), rect(78, 186, 244, 16, IRON, 8),
        area("M86 180Q92 92 200 92T314 180Z", p.main),
        area("M250 100Q310 120 314 180H262Q268 130 250 100Z", p.dark),
        rect(176, 72, 48, 14, WOOD, 6), rect(192, 82, 16, 14, INK), disc(150, 140, 12, PAPER),
        line("M150 140V132", "#cf4b45", 4), disc(116, 318, 13, INK) if p.kind else "")


def _cover(p: Paint) -> str:
    return draw(area("M112 134Q120 88 200 88T288 134L318 304Q290 322 260 306Q230 322 200 308Q170 "
        "322 140 306Q110 322 82 304Z", p.main),
        area("M200 88Q280 88 288 134L318 304Q290 322 260 306Q264 180 200 88Z", p.dark),
        line("M150 130L132 290M200 120V292M250 130L268 290", p.deep, 4),
        disc(160, 262, 8, PAPER) if p.kind else rect(150, 236, 46, 18, PAPER, 4))


def _paint_can(p: Paint) -> str:
    return draw(line("M112 140C120 60 280 60 288 140", IRON, 7), rect(108, 132, 184, 186, STEEL, 8),
        rect(252, 132, 40, 186, IRON, 8), oval(200, 134, 92, 22, IRON),
        oval(200, 132, 80, 16, p.main),
        area("M118 138Q160 156 196 150V190Q196 206 184 206T172 190V178Q160 180 158 196V232Q156 "
            "246 144 246T132 232V180Q120 170 118 138Z", p.main), rect(176, 218, 98, 66, PAPER, 6),
            disc(225, 251, 20, p.main))


DRAWINGS: dict[str, Drawing] = {
    "bike": _bike, "lock": _lock, "tent": _tent, "pegs": _pegs, "sleeping_bag": _sleeping_bag,
    "flask": _flask,
    "yoga_mat": _yoga_mat, "dumbbell": _dumbbell, "football": _football, "racket": _racket,
    "drill": _drill,
    "bits": _bits, "hammer": _hammer, "mower": _mower, "hose": _hose, "nozzle": _nozzle,
    "grill": _grill,
    "cover": _cover, "paint_can": _paint_can,
}
