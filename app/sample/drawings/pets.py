"""Drawings of what pets eat, sleep on and play with."""

from app.sample.drawings.canvas import (
    GLASS,
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


def _food_bag(p: Paint) -> str:
    paw = oval(200, 236, 27, 22, p.main) + "".join(oval(x, y, 10, 13, p.main) for x,
        y in ((168, 208), (189, 194), (212, 194), (232, 208)))
    return draw(area("M112 84H288L278 108Q302 200 296 300Q296 320 276 320H124Q104 320 104 300Q98 "
        "200 122 108Z", p.main),
        area("M250 84H288L278 108Q302 200 296 300Q296 320 276 320H250Q268 200 250 108Z", p.dark),
        rect(110, 76, 180, 22, p.deep, 5), disc(200, 216, 66, PAPER), paw,
        line("M160 132H240", p.light, 11))


def _can(p: Paint) -> str:
    fish = "M146 238Q186 200 226 238L254 216V262L226 240Q186 278 146 238Z"
    return draw(rect(108, 138, 184, 170, STEEL, 10), oval(200, 308, 92, 16, IRON),
        rect(108, 162, 184, 130, p.main), rect(256, 162, 36, 130, p.dark),
        oval(196, 238, 78, 42, PAPER), area(fish, p.dark if p.kind else p.accent),
        disc(170, 232, 4, INK), oval(200, 140, 92, 20, IRON), oval(200, 138, 82, 15, STEEL),
        oval(218, 136, 24, 7, IRON), oval(218, 136, 15, 4, STEEL))


def _pet_bed(p: Paint) -> str:
    return draw(oval(200, 262, 144, 62, p.deep), oval(200, 246, 144, 66, p.main),
        oval(200, 244, 98, 40, p.light),
        area("M56 246Q60 306 200 312T344 246Q340 284 200 286T56 246Z", p.dark),
        (line("M176 250H224", WOOD, 12) + disc(172, 244, 8, WOOD) + disc(172, 257, 8,
            WOOD) + disc(228, 244, 8, WOOD) + disc(228, 257, 8, WOOD)) if p.kind
            else oval(200, 244, 48, 17, PAPER))


def _lead(p: Paint) -> str:
    return draw(line("M246 120C330 150 300 230 216 222S90 240 120 286S210 310 250 296", p.dark, 15),
        line("M246 118C330 148 300 228 216 220S90 238 120 284S210 308 250 294", p.main, 10),
        ring(196, 108, 46, p.main, 17), rect(232, 104, 30, 24, "#d8b45c", 6),
        rect(244, 284, 34, 20, "#d8b45c", 6), line("M280 294H306Q326 294 326 308T306 320H294",
            "#d8b45c", 8))


def _bone(p: Paint) -> str:
    if p.kind == 2:
        return draw(disc(200, 210, 98, p.dark), disc(194, 204, 96, p.main),
            line("M112 168C170 190 220 190 278 160M122 262C180 230 220 236 266 262", p.light, 11))
    return draw(turned(-24, rect(128, 176, 146, 56, p.main), disc(124, 172, 38, p.main),
        disc(124, 236, 38, p.main), disc(276, 172, 38, p.main), disc(276, 236, 38, p.main),
        rect(128, 214, 146, 18, p.dark), line("M160 192H240", p.light, 8)))


def _cat_tree(p: Paint) -> str:
    return draw(rect(128, 120, 24, 190, "#d9c08e"), rect(246, 190, 24, 120, "#d9c08e"),
        line("M128 140h24m-24 20h24m-24 20h24m-24 20h24m-24 20h24m-24 20h24m-24 20h24m94 "
            "-60h24m-24 20h24m-24 20h24", "#b99c66", 3), rect(84, 104, 116, 24, p.main, 10),
            rect(198, 176, 122, 24, p.main, 10), rect(80, 300, 240, 20, p.dark, 8),
            rect(176, 238, 70, 64, p.main, 12), disc(211, 272, 21, INK),
            line("M300 200V236", IRON, 3), disc(300, 246, 11, p.accent),
            area("M112 104Q108 66 124 62L128 50L138 60H150L160 50L164 62Q176 90 172 104Z", INK),
            disc(138, 74, 3, "#f7e3ae"), disc(152, 74, 3, "#f7e3ae"))


def _toy_mouse(p: Paint) -> str:
    return draw(line("M300 262C356 262 340 190 366 182", p.dark, 8),
        area("M62 278Q90 170 206 168Q310 172 316 286Q314 304 296 304H84Q62 302 62 278Z", p.main),
        area("M62 280H316Q316 304 296 304H84Q62 302 62 280Z", p.dark), disc(150, 178, 38, p.main),
        disc(150, 178, 22, "#eeb7ae"), disc(206, 172, 32, p.dark), disc(114, 246, 8, INK),
        disc(64, 278, 10, INK), line("M76 270L36 256M76 284L34 292", INK, 3),
        line("M246 210V250M272 220V256", p.light, 6) if p.kind else "")


def _aquarium(p: Paint) -> str:
    def fish(x: int, y: int, fill: str) -> str:
        return area(f"M{x} {y}q24 -24 50 0l20 -14v28l-20 -14q-26 24 -50 0z", fill) + disc(x + 13,
            y - 3, 3, INK)
    return draw(rect(66, 104, 268, 200, GLASS, 10), rect(66, 134, 268, 150, "#9ccbe0"),
        area("M66 270Q130 250 200 266T334 260V304H66Z", "#dcc393"),
        line("M108 268C96 240 120 224 106 196M126 270C138 244 118 232 132 212M298 264C286 236 310 "
            "226 298 200", "#5d9265", 9), fish(150, 178, "#e5853b"), fish(220, 218, p.accent),
            disc(250, 160, 5, "#ffffff"), disc(262, 146, 4, "#ffffff"),
            rect(60, 92, 280, 22, p.main, 8), rect(60, 294, 280, 24, p.main, 8))


def _aqua_filter(p: Paint) -> str:
    return draw(line("M230 110C300 90 312 160 306 230", IRON, 13), rect(150, 84, 100, 76, INK, 18),
        rect(166, 100, 68, 12, p.main, 6), rect(142, 152, 116, 166, p.main, 18),
        *(rect(156, 174 + 26 * n, 88, 12, p.deep, 6) for n in range(5)),
        disc(300, 262, 8, "#ffffff"), disc(314, 286, 6, "#ffffff"), disc(110, 220, 7, "#ffffff"))


DRAWINGS: dict[str, Drawing] = {
    "food_bag": _food_bag,
    "can": _can,
    "pet_bed": _pet_bed,
    "lead": _lead,
    "bone": _bone,
    "cat_tree": _cat_tree,
    "toy_mouse": _toy_mouse,
    "aquarium": _aquarium,
    "aqua_filter": _aqua_filter,
}
