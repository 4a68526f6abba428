"""Books and stationery: novels, cookbooks, picture books, notebooks, pens."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    colours,
    makers,
    measured,
    words,
)

_PRESS = makers(
    value="Taschenhaus", everyday="Lanternhouse, Quarry Press", premium="Edition Marel, Wren & Vale"
)
_PAPER = makers(
    value="Papelo, Klekso", everyday="Lindpapier, Marginalia", premium="Edition Marel, Tintenhof"
)
_BINDING = axis(
    "binding", Option("Paperback", "paperback", 0.7), Option("Hardback", "hardback", 1.2)
)
_NOVEL_TITLES = tuple(
    f"The {first} {second}"
    for first in words("Salt, Winter, Last, Quiet, Glass, Northern, Borrowed, Paper")
    for second in words("Road, Orchard, Ferry, Ledger, Harbour, Letters, Daughter, Garden")
)
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_NOVEL = ProductType(
    key="novel", noun="novel", plural="novels", path=("Books", "Novels"), drawing="book",
    price=(12, 26), brands=_PRESS, groups=32,
    lines=_NOVEL_TITLES,
    title="{line}, {genre} Novel, {binding}, {brand}",
    axes=(axis("genre", "Crime", "Historical", "Science-Fiction", "Romance", "Literary"), _BINDING,
        axis("language", "English", "German", "French")),
    vary=("binding",),
    says=("“{line}” is a {genre} novel about a secret that three generations kept.",
          "A {genre} novel of leaving and coming home, told with wit and a slow burn."),
    details=("Published by {brand} as a {binding}, in {language}.",
        "Readers' circles will find questions at the back."),
    words=words("book, fiction, story"), siblings=("cookbook", "picture-book"),
)
_COOKBOOK = ProductType(
    key="cookbook", noun="cookbook", plural="cookbooks", path=("Books", "Cookbooks"),
    drawing="book", price=(18, 42), brands=_PRESS,
    lines=words("The Slow Kitchen, Bread Days, One Pot Suppers, Green Plates, Sundays with Nonna, "
        "Fermented, Coffee & Cake"),
    title="{line}: {cuisine} Cookbook, {binding}, {brand}",
    axes=(axis("cuisine", "Vegetarian", "Italian", "Baking", "Family", "Nordic"), _BINDING,
        measured("recipes", "{} recipes", {60: 0.9, 80: 1.0, 120: 1.15})),
    says=("A {cuisine} cookbook with {recipes}, each photographed.",),
    details=("“{line}” lies flat on the worktop.",
        "Each recipe says what to do with the leftovers."),
    words=words("recipe book, cookery book"), siblings=("novel",),
)
_PICTURE_BOOK = ProductType(
    key="picture-book", noun="picture book", plural="picture books",
    path=("Books", "Children's books"), drawing="book", price=(9, 19), brands=_PRESS,
    lines=words("The Bear Who Lost His Hat, Good Night Tractor, Ten Ducks, Where Is Moon?, Little "
        "Mole Digs, The Giant's Garden"),
    title="{line}, Picture Book, {age_from}, {brand}",
    axes=(measured("age_from", "from {} years", {1: 1.0, 2: 1.0, 3: 1.0, 5: 1.1}),
        axis("binding", "board book", "hardback")),
    says=("A picture book to read aloud, {age_from}, with much to find on each page.",),
    details=("“{line}” is printed as a {binding} with rounded corners.",
        "A story for toddlers and for whoever reads to them."),
    words=words("children's book, kids book, bedtime story"), siblings=("novel",),
)
_NOTEBOOK = ProductType(
    key="notebook", noun="notebook", plural="notebooks", path=("Stationery", "Notebooks"),
    drawing="notebook", price=(7, 24), brands=_PAPER,
    lines=words("Field, Studio, Thread, Journal, Atlas"), groups=22,
    title="{brand} {line} Notebook {format}, {ruling}, {Colour}",
    axes=(colours("black, navy, mustard, sage, terracotta, rose"),
        axis("format", Option("A6", "A6", 0.7), "A5", Option("A4", "A4", 1.3)),
          axis("ruling", "Dotted", "Lined", "Plain")),
    vary=("colour", "format"),
    says=("A paper notebook in {format} with 192 {ruling} pages and a {colour} cover.",),
    details=("The paper takes fountain pens without bleeding.",
        "A ribbon and an elastic band keep the place."),
    words=words("journal, paper notebook, exercise book"), siblings=("planner",),
)
_PLANNER = ProductType(
    key="planner", noun="desk planner", plural="desk planners", path=("Stationery", "Planners"),
    drawing="planner", price=(9, 28), brands=_PAPER,
    lines=words("Week, Year, Focus, Family"), groups=15,
    title="{brand} {line} Planner 2027, {format}, {Colour}",
    axes=(colours("navy, rose, sage, mustard"), axis("format", "A5", Option("A4", "A4", 1.2))),
    vary=("colour",),
    says=("A planner for 2027 in {format} with a clear view of each week.",),
    details=("Monthly pages have room for goals.",),
    words=words("calendar, diary, agenda"), siblings=("notebook",),
)
_PEN = ProductType(
    key="fountain-pen", noun="fountain pen", plural="fountain pens",
    path=("Stationery", "Fountain pens"), drawing="pen", price=(18, 95), brands=_PAPER,
    lines=words("Scholar, Swan, Minister, Aero"), groups=20,
    title="{brand} {line} Fountain Pen, {nib} Nib, {Colour}",
    axes=(colours("black, burgundy, teal, navy, silver, mustard"),
        axis("nib", "Fine", "Medium", Option("Gold", "gold", 2.2))), vary=("colour", "nib"),
    says=("A {colour} fountain pen with a {nib} nib that starts at the first stroke.",),
    details=("It takes cartridges and a converter.", "In a box, ready to be given."),
    words=words("pen, ink pen"), siblings=("pencils",),
)
_INK_BOTTLE = ProductType(
    key="fountain-pen-ink", noun="fountain pen ink", plural="fountain pen inks",
    path=("Stationery", "Inks"), drawing="ink_bottle", price=(6, 20), brands=_PAPER,
    lines=words("Dusk, Harbour, Classic"), groups=15,
    title="{brand} {line} Ink for Fountain Pens, {volume_ml}, {Colour}",
    axes=(colours("blue, black, green, burgundy, purple, teal"),
        measured("volume_ml", "{} ml", {30: 0.7, 50: 1.0})), vary=("colour",),
    says=("A {volume_ml} bottle of {colour} ink for fountain pens.",),
    details=("It flows evenly and washes out of cuffs.",),
    words=words("pen ink, ink bottle"), accessory_of="fountain-pen",
)
_PENCILS = ProductType(
    key="pencils", noun="coloured pencils", plural="coloured pencils",
    path=("Stationery", "Pencils"), drawing="pencils", price=(8, 45), brands=_PAPER,
    lines=words("Rainbow, Artist, Jumbo, Aquarelle"), groups=16,
    title="{brand} {line} Coloured Pencils, {pieces}",
    axes=(measured("pieces", "{} pieces", {12: 0.6, 24: 1.0, 48: 1.9}),
        axis("material", "cedar", "limewood")), vary=("pieces",),
    says=("{pieces} of coloured pencils in {material} with soft, bright leads.",),
    details=("They sharpen without breaking.",),
    words=words("crayons, colouring pencils, pencil set"), siblings=("fountain-pen",),
)

BOOKS = Department(
    name="Books & Stationery", tint="#e9e1d3",
    closings=(
        "Loved by readers and writers.",
        "A quiet gift that lasts.",
        "Sent without plastic wrap.",
        "Chosen by our booksellers.",
    ),
    types=(_NOVEL, _COOKBOOK, _PICTURE_BOOK, _NOTEBOOK, _PLANNER, _PEN, _INK_BOTTLE, _PENCILS),
)
