"""Drawings of toys and of what babies need."""

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
    oval,
    rect,
    ring,
    turned,
)
from app.sample.palette import COLOURS, Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off
_SKY = "#cfe6f2"


def _blocks(p: Paint) -> str:
    return draw(rect(80, 234, 82, 82, COLOURS["red"], 8),
        rect(160, 234, 82, 82, COLOURS["mustard"], 8), rect(240, 234, 82, 82, COLOURS["teal"], 8),
        rect(120, 150, 82, 82, COLOURS["light blue"], 8), rect(202, 150, 82, 82, p.main, 8),
        area("M160 148L202 76L244 148Z", p.accent),
                disc(121, 275, 20, PAPER), rect(183, 257, 36, 36, PAPER, 4),
                area("M281 254L303 294H259Z", PAPER), disc(243, 191, 18, p.light))


def _doll(p: Paint) -> str:
    hair = ("#6a4530", "#d39c4a", "#3a2e2b")[p.kind]
    return draw(line("M164 292V316M236 292V316", "#f0c9a8", 20),
        line("M146 206L112 246M254 206L288 246", "#f0c9a8", 18),
        area("M164 182H236L280 298H120Z", p.main), line("M140 268H260", p.light, 8),
        disc(200, 130, 66, hair), disc(140, 158, 24, hair), disc(260, 158, 24, hair),
        disc(200, 138, 52, "#f5d3b5"), area("M150 128Q200 70 250 128Q200 112 150 128Z", hair),
        disc(182, 142, 5, INK), disc(218, 142, 5, INK),
        line("M190 160Q200 170 210 160", "#b5574f", 4), disc(170, 156, 8, "#eeb0a0"),
        disc(230, 156, 8, "#eeb0a0"))


def _game_box(p: Paint) -> str:
    scene = (area("M112 236L168 160L210 210L246 174L288 236Z", p.deep) + disc(252, 140, 17,
        p.accent), area("M150 236V168L200 136L250 168V236Z", p.deep) + rect(186, 196, 28, 40,
        p.accent), ring(200, 184, 48, p.deep, 8) + area("M200 144L212 184L200 224L188 184Z",
        p.accent))[p.kind]
    return draw(rect(86, 98, 236, 206, p.deep, 10), rect(78, 92, 236, 200, p.main, 10),
        rect(98, 112, 196, 130, p.light, 6), scene, line("M126 266H266", PAPER, 12),
        rect(286, 272, 44, 44, PAPER, 10), *(disc(x, y, 4.5, INK) for x,
            y in ((298, 284), (318, 304), (308, 294))),
            area("M70 318Q66 286 84 276A14 14 0 1 1 98 276Q116 286 112 318Z", p.accent))


def _puzzle(p: Paint) -> str:
    piece = "M0 0H34A17 17 0 1 1 66 0H100V34A17 17 0 1 1 100 66V100H0Z"
    def at(x: int, y: int, fill: str, angle: int) -> str:
        return f'<g transform="translate({x} {y}) rotate({angle} 50 50)">{area(piece, fill)}</g>'
    return draw(at(96, 206, p.dark, 0), at(96, 102, p.main, 0), at(204, 206, p.light, 0),
        at(222, 86, p.accent, 14 + 6 * p.kind))


def _teddy(p: Paint) -> str:
    long_ears = p.kind == 1
    ears = oval(164, 82, 17, 46, p.main) + oval(236, 82, 17, 46, p.main) + oval(164, 84, 8, 32,
        p.light) + oval(236, 84, 8, 32, p.light) if long_ears else disc(146, 96, 28,
        p.main) + disc(254, 96, 28, p.main) + disc(146, 96, 14, p.light) + disc(254, 96, 14,
        p.light)
    return draw(ears, oval(146, 304, 38, 22, p.dark), oval(254, 304, 38, 22, p.dark),
        oval(200, 252, 76, 68, p.main), oval(200, 260, 46, 44, p.light),
        oval(128, 236, 22, 38, p.dark), oval(272, 236, 22, 38, p.dark), disc(200, 142, 70, p.main),
        oval(200, 164, 34, 26, p.light), disc(176, 132, 7, INK), disc(224, 132, 7, INK),
        oval(200, 154, 10, 7, INK), line("M200 160V170Q192 180 184 174M200 170Q208 180 216 174",
            INK, 4), area("M172 208L200 218L228 208V232L200 222L172 232Z", p.accent))


def _train(p: Paint) -> str:
    return draw(area("M110 120H132L128 92H114Z", INK), rect(80, 176, 150, 92, p.main, 22),
        rect(108, 116, 26, 66, p.dark, 4), rect(218, 108, 98, 160, p.main, 10),
        rect(206, 94, 122, 22, p.deep, 8), rect(236, 132, 62, 54, GLASS, 6),
        rect(70, 258, 256, 26, p.deep, 8), *(disc(x, 288, 30, WOOD) + disc(x, 288, 11, PAPER)
            for x in (114, 190, 276)), disc(84, 220, 14, "#f5dd8b"), disc(150, 84, 15, "#ffffff"),
            disc(182, 70, 20, "#ffffff"), area("M70 262L48 286H70Z", p.dark))


def _track(p: Paint) -> str:
    sleepers = "".join(turned(-36 + 18 * n, rect(186, 70, 28, 118, WOOD, 6)) for n in range(5))
    return draw('<g transform="translate(0 60)">', sleepers,
        line("M92 142A150 150 0 0 1 308 142", p.main, 13),
        line("M130 184A100 100 0 0 1 270 184", p.main, 13), "</g>",
        rect(100, 284, 200, 28, WOOD, 8), line("M108 290H292M108 306H292", p.dark, 4))


def _toy_car(p: Paint) -> str:
    antenna = line("M280 172V96", INK, 5) + disc(280, 92, 8, p.accent) if p.kind else ""
    return draw(antenna, area("M120 196Q132 132 176 130H232Q268 132 288 196Z", p.light),
        area("M138 192Q148 148 180 146H196V192ZM208 146H230Q252 148 266 192H208Z", _SKY),
        area("M58 252Q58 200 104 194H306Q346 200 346 256Q346 276 328 276H76Q58 274 58 252Z",
            p.main), rect(58, 252, 288, 26, p.dark, 12),
            *(disc(x, 278, 36, INK) + disc(x, 278, 17, STEEL) for x in (124, 282)),
            disc(334, 226, 10, "#f7e3ae"), rect(176, 206, 48, 34, PAPER, 17))


def _stroller(p: Paint) -> str:
    return draw(line("M288 184L330 108L300 96M128 204L236 284M276 204L170 284", INK, 10),
        area("M92 196H300Q296 262 226 262H166Q100 262 92 196Z", p.main),
        area("M92 196Q92 92 196 92V196Z", p.dark), area("M92 196Q112 110 196 92V196Z", p.light),
        rect(88, 188, 218, 18, p.deep, 9), *(disc(x, 292, 30, INK) + disc(x, 292, 15, STEEL)
            for x in (148, 258)), disc(236, 158, 8, p.accent) if p.kind else "")


def _car_seat(p: Paint) -> str:
    return draw(area("M116 116Q120 66 200 66T284 116L296 234Q330 244 322 288Q316 318 280 "
        "318H120Q84 318 78 288Q70 244 104 234Z", p.dark), rect(140, 84, 120, 158, p.main, 42),
        rect(124, 230, 152, 72, p.main, 30), rect(164, 92, 72, 44, p.light, 20),
        line("M174 136L192 230M226 136L208 230M200 244V282", INK, 10),
        rect(186, 226, 28, 30, COLOURS["red"], 7), rect(74, 216, 36, 62, p.deep, 17),
        rect(290, 216, 36, 62, p.deep, 17))


def _baby_monitor(p: Paint) -> str:
    face = disc(192, 178, 42, SCREEN) + disc(192, 178, 20, "#5c7aa8") if p.kind else rect(148,
        142, 88, 70, SCREEN, 10) + line("M160 190L176 168L190 186L206 160L224 190", "#8be0b4",
        5)
    return draw(line("M258 130V70", IRON, 9), disc(258, 66, 9, p.accent),
        rect(124, 112, 142, 206, p.dark, 50), rect(120, 112, 140, 206, p.main, 50), face,
        *(disc(166 + 26 * (n % 3), 250 + 20 * (n // 3), 5, p.deep) for n in range(6)))


def _baby_bottle(p: Paint) -> str:
    return draw(area("M186 96Q184 60 200 58Q216 60 214 96Q240 104 242 124H158Q160 104 186 96Z",
        "#efc9a6"), rect(146, 118, 108, 34, p.main, 10),
        area("M150 152H250L258 290Q258 320 228 320H172Q142 320 142 290Z", GLASS),
        area("M146 208H254L258 290Q258 320 228 320H172Q142 320 142 290Z", PAPER),
        line("M216 184H240M222 208H241M216 232H242M222 256H244M216 280H246", p.dark, 5),
        disc(176, 262, 15, p.main))


def _warmer(p: Paint) -> str:
    return draw(area("M188 74Q200 52 212 74L220 96H180Z", "#efc9a6"),
        rect(162, 94, 76, 22, p.accent, 6), rect(164, 114, 72, 90, PAPER, 8),
        area("M112 178H288L300 290Q302 318 274 318H126Q98 318 100 290Z", p.main),
        area("M252 178H288L300 290Q302 318 274 318H244Z", p.dark), oval(200, 180, 88, 14, p.deep),
        rect(164, 120, 72, 62, PAPER), disc(190, 260, 25, p.light), line("M190 260V244", INK, 6),
        line("M60 150C50 130 70 124 60 104M336 150C326 130 346 124 336 104", "#ffffff", 7))


def _nappies(p: Paint) -> str:
    return draw(area("M92 124Q200 84 308 124L318 306Q200 330 82 306Z", p.main),
        area("M264 110L308 124L318 306L276 314Z", p.dark),
        area("M130 178H270L258 246Q232 252 224 282H176Q168 252 142 246Z", PAPER),
        rect(130, 178, 36, 22, p.accent, 6), rect(234, 178, 36, 22, p.accent, 6),
        line("M124 140H240", p.light, 12), line("M176 110C176 70 224 70 224 110", p.deep, 9))


DRAWINGS: dict[str, Drawing] = {
    "blocks": _blocks, "doll": _doll, "game_box": _game_box, "puzzle": _puzzle, "teddy": _teddy,
    "train": _train,
    "track": _track, "toy_car": _toy_car, "stroller": _stroller, "car_seat": _car_seat,
    "baby_monitor": _baby_monitor,
    "baby_bottle": _baby_bottle, "warmer": _warmer, "nappies": _nappies,
}
