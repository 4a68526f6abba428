"""Drawings of kitchen appliances, cookware, linen, and what stands in the pantry."""

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


def _coffee_machine(p: Paint) -> str:
    return draw(rect(104, 78, 192, 240, p.dark, 22), rect(104, 78, 184, 62, p.main, 22),
        rect(104, 110, 60, 208, p.main), rect(104, 288, 196, 30, p.deep, 10),
                rect(176, 140, 104, 148, p.deep), rect(206, 136, 44, 20, IRON, 6),
                area("M192 190H268L258 272Q256 282 246 282H214Q204 282 202 272Z", GLASS),
                area("M196 226H264L258 272Q256 282 246 282H214Q204 282 202 272Z", "#5b3a28"),
                line("M268 204C290 204 290 246 262 248", INK, 7), disc(134, 110, 11, p.accent),
                disc(166, 110, 6, p.light))


def _filter(p: Paint) -> str:
    return draw(area("M92 118H308L236 300Q232 310 222 310H178Q168 310 164 300Z", p.dark),
        area("M92 118H308L286 170H114Z", p.light), oval(200, 118, 108, 24, p.main),
        oval(200, 118, 92, 17, "#6a4530" if p.kind else p.dark),
                line("M150 168L178 290M200 172V296M250 168L222 290", p.main, 5))


def _kettle(p: Paint) -> str:
    return draw(line("M262 126C330 120 326 256 280 264", INK, 17),
        area("M126 146L84 128L92 112L146 118Z", p.dark),
        area("M134 118H262L290 288Q292 308 270 308H124Q102 308 106 288Z", p.main),
                area("M230 118H262L290 288Q292 308 270 308H238Q250 220 230 118Z", p.dark),
                rect(94, 304, 208, 16, INK, 8), area("M142 118Q200 82 254 118Z", p.light),
                disc(198, 92, 11, INK), line("M138 200V262", p.light, 8))


def _toaster(p: Paint) -> str:
    slices = area("M126 92Q126 72 146 72H182Q204 72 202 92V150H126Z",
        "#d9a35c") + area("M134 98Q134 82 148 82H180Q196 82 194 98V150H134Z", "#f0cd93")
    return draw(slices, area("M214 100Q214 82 232 82H266Q284 82 284 100V150H214Z", "#d9a35c")
        if p.kind != 1 else "", area("M76 176Q80 136 122 136H286Q326 136 328 176L334 298H70Z",
            p.main),
                area("M286 136Q326 136 328 176L334 298H296Z", p.dark),
                rect(64, 290, 276, 22, INK, 9), rect(84, 196, 12, 62, INK, 5),
                rect(78, 204, 26, 15, p.deep, 5), disc(134, 256, 15, p.light),
                line("M134 256V246", INK, 4))


def _blender(p: Paint) -> str:
    return draw(rect(156, 66, 92, 24, INK, 8), area("M138 88H266L248 232H156Z", GLASS),
        area("M144 150H258L248 232H156Z", p.accent),
        line("M264 110C306 112 300 196 252 200", INK, 10),
                rect(148, 228, 108, 18, INK, 5),
                area("M152 244H252L270 306Q272 320 258 320H146Q132 320 134 306Z", p.main),
                disc(202, 282, 17, p.light), disc(202, 282, 7, INK))


def _vacuum(p: Paint) -> str:
    return draw(line("M240 230C330 190 300 70 220 84L118 276", INK, 11),
        rect(66, 284, 92, 32, IRON, 12),
        area("M168 260Q170 196 236 192H276Q332 196 334 262V300H168Z", p.main),
        area("M168 270H334V302H168Z", p.dark),
                disc(288, 288, 34, INK), disc(288, 288, 16, p.light), disc(190, 302, 17, INK),
                line("M206 226Q220 212 244 212", p.light, 8))


def _paper_bag(p: Paint) -> str:
    return draw(area("M112 108L128 90H272L288 108V318H112Z", "#e6d5b6"),
        area("M240 90H272L288 108V318H252Z", "#d5c19c"), rect(142, 124, 116, 78, p.main, 8),
        disc(200, 163, 25, INK), ring(200, 163, 25, STEEL, 5),
                line("M140 232H224M140 256H240M140 280H210", "#b9a27c", 6))


def _pan(p: Paint) -> str:
    egg = oval(168, 214, 44, 30, "#fffdf6") + disc(172, 212, 15, "#f2b93b") if p.kind else ""
    return draw(turned(-24, rect(262, 196, 120, 24, WOOD if p.kind == 2 else INK, 12)),
        oval(172, 232, 112, 78, p.deep), oval(172, 222, 112, 78, p.main),
        oval(172, 220, 92, 62, p.dark), egg)


def _pot(p: Paint) -> str:
    return draw(disc(200, 108, 13, INK), area("M102 158Q110 116 200 116T298 158Z", p.light),
        rect(96, 152, 208, 14, p.deep, 7),
        area("M104 166H296L290 290Q288 316 262 316H138Q112 316 110 290Z", p.main),
                area("M250 166H296L290 290Q288 316 262 316H236Z", p.dark),
                line("M104 196H72V220H108M296 196H328V220H292", INK, 11),
                line("M134 196V270", p.light, 8))


def _knife(p: Paint) -> str:
    return draw(turned(-38, area("M176 30Q236 110 232 214H176Z", STEEL),
        area("M176 30Q200 110 196 214H176Z", "#e3e8ed"), rect(172, 210, 64, 16, IRON, 4),
        rect(178, 224, 48, 132, p.dark, 14),
                       rect(178, 224, 40, 132, p.main, 14), *(disc(200, 252 + 34 * n, 5, STEEL)
                           for n in range(3))))


def _mug(p: Paint) -> str:
    steam = line("M170 104C160 88 180 80 170 62M206 104C196 88 216 80 206 62", "#ffffff", 7)
    band = (rect(112, 226, 168, 30, p.light), disc(196, 226, 30, p.accent),
        line("M112 196H280M112 214H280", p.light, 6))[p.kind]
    return draw(steam, line("M276 170C344 160 344 274 266 266", p.dark, 20),
        area("M112 132H280V268Q280 316 232 316H160Q112 316 112 268Z", p.main), band,
        oval(196, 132, 84, 18, p.dark), oval(196, 135, 72, 12, "#6a4530"))


def _towels(p: Paint) -> str:
    return draw(*(rect(92, 262 - 56 * n, 216, 54, (p.main, p.light, p.dark)[n],
        24) + line(f"M120 {289 - 56 * n}H284", (p.dark, p.main, p.deep)[n], 4) + disc(294,
        289 - 56 * n, 11, (p.dark, p.main, p.deep)[n]) for n in range(3)))


def _bedding(p: Paint) -> str:
    pattern = "".join(line(f"M88 {y}H312", p.light, 7)
        for y in (236, 264, 292)) if p.kind else "".join(disc(116 + 42 * (n % 5),
            240 + 38 * (n // 5), 7, p.light) for n in range(10))
    return draw(rect(104, 92, 90, 76, "#ffffff", 28), rect(206, 92, 90, 76, "#ffffff", 28),
        rect(76, 150, 248, 168, p.dark, 26), rect(76, 150, 248, 158, p.main, 26), pattern,
        area("M76 176Q76 150 102 150H298Q324 150 324 176V206Q200 222 76 206Z", p.light))


def _pouch(p: Paint) -> str:
    bean = oval(200, 222, 27, 36, "#5b3a28") + line("M206 190C190 212 212 230 196 254", "#8a6247",
        5)
    return draw(area("M118 92H282L292 300Q292 320 272 320H128Q108 320 108 300Z", p.main),
        area("M250 92H282L292 300Q292 320 272 320H248Z", p.dark), rect(114, 78, 172, 24, p.deep, 4),
        rect(144, 162, 112, 118, PAPER, 56 if p.kind else 8), bean, disc(200, 128, 7, p.dark))


def _tin(p: Paint) -> str:
    leaf = "M200 176C244 190 240 240 200 266C160 240 156 190 200 176Z"
    return draw(rect(112, 130, 176, 188, p.main, 12), rect(252, 130, 36, 188, p.dark, 12),
        rect(104, 96, 192, 42, p.deep, 12), rect(104, 96, 150, 14, p.dark, 7),
        rect(112, 166, 176, 112, PAPER), area(leaf, p.main), line("M200 190V272", p.light, 4))


def _strainer(p: Paint) -> str:
    dots = "".join(disc(150 + 25 * (n % 5), 206 + 24 * (n // 5), 4, IRON) for n in range(15))
    return draw(oval(200, 168, 118, 20, STEEL),
        area("M112 168H288Q286 300 200 304Q114 300 112 168Z", p.light), dots,
        oval(200, 168, 88, 14, p.dark), line("M310 160C344 140 340 90 318 84", IRON, 10),
        line("M92 164L64 152", IRON, 10))


def _chocolate(p: Paint) -> str:
    squares = "".join(rect(122 + 54 * (n % 3), 84 + 42 * (n // 3), 48, 36, "#7b4b31", 5)
        for n in range(6))
    return draw(turned(-7, rect(114, 76, 172, 150, "#5b3523", 8), squares,
        area("M106 168L128 158L150 168L172 158L194 168L216 158L238 168L260 158L294 168V322H106Z",
            p.main), rect(132, 210, 136, 78, PAPER, 8),
            line("M152 236H248M166 260H234", p.dark, 7)))


def _oil_bottle(p: Paint) -> str:
    return draw(rect(182, 52, 36, 36, INK, 5), rect(184, 84, 32, 56, "#78853b"),
        area("M184 130H216Q252 152 252 186V302Q252 320 234 320H166Q148 320 148 302V186Q148 152 "
            "184 130Z", "#8d9a45"), rect(148, 196, 104, 90, PAPER),
                oval(188, 236, 15, 20, p.main if p.kind else "#78853b"),
                oval(212, 246, 13, 18, "#a9b46a"), line("M164 170V188", "#c3cc86", 6))


def _honey(p: Paint) -> str:
    return draw(rect(118, 96, 164, 44, p.main, 10),
        area("M112 146H288Q302 160 302 184V284Q302 318 268 318H132Q98 318 98 284V184Q98 160 112 "
            "146Z", "#eeb23a"), area("M112 146H288Q302 160 302 184V196H98V184Q98 160 112 146Z",
            "#f6d071"),
                area("M200 186L248 212V262L200 288L152 262V212Z", PAPER),
                line("M176 232H224M184 250H216", "#dd9a25", 7))


def _pasta(p: Paint) -> str:
    stalks = "".join(rect(146 + 14 * n, 66 + 9 * ((n * 5 + p.kind) % 3), 10, 120, "#efcf7f", 3)
        for n in range(8))
    return draw(stalks,
        area("M124 130L150 142L176 130L200 142L224 130L250 142L276 130L284 318H116Z", p.main),
        area("M250 142L276 130L284 318H248Z", p.dark), rect(136, 186, 108, 84, PAPER, 42),
        line("M160 214Q190 196 220 214M160 232Q190 214 220 232M166 250Q190 234 214 250", "#e0b650",
            6))


DRAWINGS: dict[str, Drawing] = {
    "coffee_machine": _coffee_machine, "filter": _filter, "kettle": _kettle, "toaster": _toaster,
    "blender": _blender,
    "vacuum": _vacuum, "paper_bag": _paper_bag, "pan": _pan, "pot": _pot, "knife": _knife,
    "mug": _mug,
    "towels": _towels, "bedding": _bedding, "pouch": _pouch, "tin": _tin, "strainer": _strainer,
    "chocolate": _chocolate, "oil_bottle": _oil_bottle, "honey": _honey, "pasta": _pasta,
}
