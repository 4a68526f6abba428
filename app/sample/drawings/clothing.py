"""Drawings of clothes, shoes and what is worn with them."""

from app.sample.drawings.canvas import (
    INK,
    PAPER,
    STEEL,
    Drawing,
    area,
    disc,
    draw,
    line,
    oval,
    rect,
    ring,
)
from app.sample.palette import Paint

# Strokes, laid out by hand: one number a line could not be read.
# fmt: off
_TORSO = "M150 84Q200 116 250 84L306 112L336 196L292 212L284 176V314H116V176L108 212L64 196L94 112Z"
_LONG = "M152 78Q200 104 248 78L298 106L338 288L296 300L276 190V316H124V190L104 300L62 288L102 106Z"


def _dress(p: Paint) -> str:
    dots = "".join(disc(146 + 28 * (n % 5) + 8 * (n // 5 % 2), 216 + 28 * (n // 5), 5, p.light)
        for n in range(15)) if p.kind == 1 else line("M172 196L148 300M228 196L252 300M200 196V304",
        p.dark, 4)
    return draw(line("M166 104V66M234 104V66", p.dark, 9),
        area("M154 92Q200 126 246 92L252 178L302 310Q200 336 98 310L148 178Z", p.main), dots,
        rect(148, 170, 104, 16, p.deep, 5))


def _blouse(p: Paint) -> str:
    return draw(area("M152 84Q200 116 248 84L292 106Q338 170 326 246L282 252Q280 214 272 196L284 "
        "316H116L128 196Q120 214 118 252L74 246Q62 170 108 106Z", p.main),
        area("M152 84L200 140L248 84L236 78H164Z", p.light), line("M200 140V310", p.dark, 4),
        *(disc(200, 168 + 34 * n, 4, p.deep) for n in range(4)),
        area("M200 138L168 176L186 184L200 150L214 184L232 176Z", p.dark) if p.kind else "")


def _shirt(p: Paint) -> str:
    return draw(area(_LONG, p.main), area("M152 78L200 128L248 78L232 66H168Z", p.light),
        area("M168 66L146 88L176 122L200 104L224 122L254 88L232 66Q200 96 168 66Z", p.dark),
        line("M200 118V312", p.dark, 4), *(disc(200, 146 + 36 * n, 4.5, p.deep) for n in range(5)),
        rect(220, 160, 42, 46, p.dark, 4), line("M100 262L66 270M300 262L334 270", p.deep, 5))


def _tshirt(p: Paint) -> str:
    motif = ("", line("M118 196H282M118 222H282M118 248H282", p.light, 10),
        rect(220, 152, 40, 44, p.dark, 4))[p.kind]
    return draw(area(_TORSO, p.main), motif, line("M150 86Q200 128 250 86", p.dark, 9),
        line("M116 176V150M284 176V150", p.dark, 4), line("M120 302H280", p.dark, 3))


def _jumper(p: Paint) -> str:
    knit = ("".join(line(f"M128 {y}H272", p.light, 5) for y in (180, 210, 240)),
        line("M168 130V290M200 126V290M232 130V290", p.dark, 7),
        line("M130 190l20 14l20 -14l20 14l20 -14l20 14l20 -14l20 14", p.light, 6))[p.kind]
    return draw(area(_LONG, p.main), knit, line("M154 82Q200 114 246 82", p.deep, 15),
        rect(124, 296, 152, 22, p.dark, 4), line("M104 284L66 274M296 284L334 274", p.dark, 14))


def _trousers(p: Paint) -> str:
    return draw(area("M134 72H266L290 322H222L200 160L178 322H110Z", p.main),
        area("M244 72H266L290 322H262Z", p.dark), rect(134, 66, 132, 24, p.dark, 5),
        line("M200 90V150M140 100Q150 132 132 138M260 100Q250 132 268 138", p.deep, 4),
        line("M178 304H114M222 304H288", p.light, 5), disc(200, 78, 5, "#d8b45c"))


def _skirt(p: Paint) -> str:
    folds = ("M160 128L130 306M200 128V316M240 128L270 306", "M200 128V316",
        "M140 190Q200 208 260 190M126 250Q200 270 274 250")[p.kind]
    return draw(area("M146 116H254L310 300Q200 336 90 300Z", p.main),
        area("M230 116H254L310 300L270 312Z", p.dark), line(folds, p.dark, 5),
        rect(142, 94, 116, 28, p.deep, 6))


def _coat(p: Paint) -> str:
    return draw(area("M152 66Q200 90 248 66L298 92L340 270L296 282L282 200L288 326H112L118 "
        "200L104 282L60 270L102 92Z", p.main),
        area("M200 88L152 66L134 78L162 156L200 188L238 156L266 78L248 66Z", p.dark),
        line("M200 188V324", p.deep, 4), *(disc(214, 208 + 34 * n, 6, p.deep) for n in range(3)),
                rect(128, 240, 50, 12, p.deep, 5), rect(236, 240, 50, 12, p.deep, 5),
                rect(114, 190, 172, 16, p.deep, 5) if p.kind else "")


def _handbag(p: Paint) -> str:
    flap = ("M96 178H304V226Q304 246 284 246H116Q96 246 96 226Z", "M96 178H304L200 262Z",
        "M96 178H304Q300 262 200 262T96 178Z")[p.kind]
    return draw(line("M146 178C146 58 254 58 254 178", p.deep, 14),
        area("M96 178H304L320 296Q322 318 300 318H100Q78 318 80 296Z", p.main), area(flap, p.dark),
        rect(184, 232, 32, 28, "#e1c374", 6), line("M96 300H304", p.dark, 3))


def _scarf(p: Paint) -> str:
    return draw(area("M128 96Q200 60 272 96Q292 140 262 166Q200 196 138 166Q108 140 128 96Z",
        p.main), oval(200, 120, 50, 24, p.deep), area("M154 150L206 168L196 296H132Z", p.dark),
        area("M200 164L252 148L282 306H214Z", p.main),
        line("M138 240H196M208 230L264 226M212 256L270 250", p.light, 9),
        line("M138 300V318M156 300V320M176 300V320M222 310V328M244 310V328M266 308V326", p.dark, 6))


def _belt(p: Paint) -> str:
    return draw(ring(200, 206, 92, p.dark, 40), ring(200, 206, 98, p.main, 28),
        rect(110, 270, 180, 40, p.main, 6), rect(188, 258, 70, 64, "#d8b45c", 10),
        rect(202, 272, 42, 36, p.dark, 4), line("M196 290H226", STEEL, 7),
        *(disc(132 + 18 * n, 290, 4, p.deep) for n in range(3)))


def _wallet(p: Paint) -> str:
    return draw(rect(112, 104, 176, 120, "#9fc2a6", 8), rect(104, 118, 180, 100, PAPER, 8),
        rect(82, 140, 236, 172, p.dark, 22), rect(82, 146, 236, 160, p.main, 22),
        line("M96 160H304M96 292H304", p.light, 3), rect(254, 200, 72, 52, p.dark, 18),
        disc(280, 226, 9, "#e1c374"))


def _runner(p: Paint) -> str:
    return draw(
        area("M62 286Q56 250 66 210Q96 226 118 196L140 176Q176 226 244 240Q332 250 338 292Z",
            p.main), area("M66 210Q96 226 118 196L126 286H64Z", p.dark),
            line("M146 190L170 170M164 206L188 186M184 220L206 202", PAPER, 8),
            area("M150 282Q190 220 262 244L214 284Z", p.accent),
            area("M54 282H340Q350 312 322 314H84Q54 312 54 282Z", PAPER),
            area("M56 300H338Q334 314 322 314H84Q62 314 56 300Z", p.accent))


def _sneaker(p: Paint) -> str:
    return draw(area("M74 290V186Q108 198 140 174L180 168Q200 226 258 240Q326 246 330 290Z",
        p.main), area("M74 186Q108 198 140 174L148 290H74Z", p.dark),
        area("M270 242Q326 248 330 290H258Q250 262 270 242Z", PAPER),
        line("M176 190L206 184M186 208L216 202M200 226L228 218", "#ffffff" if p.kind else INK, 8),
        rect(64, 280, 276, 34, PAPER, 15), line("M78 300H326", p.dark, 4),
        disc(124, 226, 15, p.light))


def _boot(p: Paint) -> str:
    return draw(area("M112 82H206L214 190Q300 200 322 248V286H104Q98 180 112 82Z", p.main),
        area("M112 82H150L146 286H104Q98 180 112 82Z", p.dark),
        area("M262 212Q314 222 322 262V286H250Z", p.deep), rect(106, 74, 106, 24, p.deep, 10),
        line("M178 118H212M180 144H214M182 170H220M196 196L232 190", p.accent, 8),
        area("M96 284H330V308L316 320H300L290 312L272 320H250L240 312L222 320H200L190 312L172 "
            "320H108Q96 318 96 300Z", INK))


def _welly(p: Paint) -> str:
    return draw(area("M136 70H232L228 216Q314 220 318 282V296H132Z", p.main),
        area("M136 70H170L166 296H132Z", p.dark), rect(130, 66, 106, 22, p.deep, 8),
        rect(118, 292, 208, 24, p.deep, 10), line("M210 110V200", p.light, 9),
        rect(168, 112, 22, 16, p.accent, 4) if p.kind else "")


def _sandal(p: Paint) -> str:
    return draw(area("M66 282Q90 250 160 262T330 258Q348 282 330 300Q200 322 84 306Q60 304 66 282Z",
        "#a87a4e"), area("M66 286Q200 312 338 280Q346 298 324 304Q200 326 84 312Q62 308 66 286Z",
        INK), area("M222 264Q236 196 290 214Q322 232 318 262Q270 274 222 264Z", p.main),
        area("M84 268Q94 176 168 180L176 202Q116 204 110 266Z", p.main),
        area("M168 180L246 214L238 234L166 204Z", p.dark), rect(158, 176, 28, 28, "#d8b45c", 6))


def _heel(p: Paint) -> str:
    return draw(area("M84 128Q108 118 120 138Q176 240 262 256Q334 262 336 296H244Q176 280 130 "
        "206L118 318H96Z", p.main),
        area("M84 128Q92 122 100 126Q150 230 236 284L244 296Q176 280 130 206L118 318H96Z", p.dark),
        area("M232 296H340V306H236Z", p.deep),
        area("M188 228Q214 250 262 256Q250 268 222 264Q196 252 188 228Z", p.deep))


def _insole(p: Paint) -> str:
    foot = (
        "M150 92Q192 70 196 140Q198 190 188 230Q184 316 146 318Q108 314 112 240"
        "Q116 210 108 170Q106 110 150 92Z"
    )
    other = (
        "M250 92Q208 70 204 140Q202 190 212 230Q216 316 254 318Q292 314 288 240"
        "Q284 210 292 170Q294 110 250 92Z"
    )
    return draw(area(foot, p.main), area(other, p.main), oval(150, 276, 25, 30, p.light),
        oval(250, 276, 25, 30, p.light), line("M130 140H176M130 158H178M224 140H270M222 158H270",
            p.dark, 5))


def _bodysuit(p: Paint) -> str:
    motif = (line("M132 170H268M134 198H266M136 226H264", p.light, 9),
        disc(200, 196, 27, p.light) + disc(191, 190, 4, INK) + disc(209, 190, 4,
            INK) + line("M192 204Q200 212 208 204", INK, 4),
            disc(170, 180, 7, p.accent) + disc(226, 200, 7, p.accent) + disc(186, 226, 7,
                p.accent))[p.kind]
    return draw(area("M156 96Q200 126 244 96L308 124L300 186L264 180L262 250Q250 270 232 "
        "316H168Q150 270 138 250L136 180L100 186L92 124Z", p.main), motif,
        line("M158 98Q200 132 242 98", p.dark, 9),
        line("M140 256Q168 268 176 312M260 256Q232 268 224 312", p.dark, 5),
        disc(184, 304, 4, p.deep), disc(200, 304, 4, p.deep), disc(216, 304, 4, p.deep))


def _backpack(p: Paint) -> str:
    return draw(line("M170 82C170 54 230 54 230 82", INK, 10), rect(92, 130, 36, 140, p.deep, 18),
        rect(272, 130, 36, 140, p.deep, 18), rect(112, 76, 176, 244, p.main, 60),
        area("M244 78Q288 90 288 140V270Q286 310 248 320Q262 200 244 78Z", p.dark),
        rect(138, 204, 124, 92, p.light if p.kind else p.dark, 22), line("M150 222H250", p.deep, 6),
        line("M136 148H264", p.deep, 6), rect(186, 142, 28, 20, p.accent, 5))


def _helmet(p: Paint) -> str:
    return draw(line("M112 244C120 330 190 320 220 250M250 246L208 300", INK, 7),
        area("M70 240C62 130 130 88 206 88C300 88 340 160 334 236Q330 250 312 246Q200 220 88 "
            "252Q72 252 70 240Z", p.main),
            area("M70 240Q200 196 334 236Q330 250 312 246Q200 220 88 252Q72 252 70 240Z", p.deep),
            line("M132 190C136 150 150 130 172 118M186 182C188 150 196 130 212 116M242 184C246 "
                "160 250 144 258 134", p.deep, 15), disc(84, 222, 8, p.accent) if p.kind else "")


DRAWINGS: dict[str, Drawing] = {
    "dress": _dress, "blouse": _blouse, "shirt": _shirt, "tshirt": _tshirt, "jumper": _jumper,
    "trousers": _trousers,
    "skirt": _skirt, "coat": _coat, "handbag": _handbag, "scarf": _scarf, "belt": _belt,
    "wallet": _wallet,
    "runner": _runner, "sneaker": _sneaker, "boot": _boot, "welly": _welly, "sandal": _sandal,
    "heel": _heel,
    "insole": _insole, "bodysuit": _bodysuit, "backpack": _backpack, "helmet": _helmet,
}
