"""Coffee, tea and pantry: beans, leaves, chocolate, oil, honey, pasta."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    flag,
    makers,
    measured,
    words,
)

_ROASTERS = makers(
    value="Kaffino", everyday="Rosteria Lund, Drum & Bean", premium="Finca Alba, Nordrost"
)
_TEA = makers(value="Tassa", everyday="Blattwerk, Drum & Bean", premium="Kiri Gardens, Maison Aube")
_DELI = makers(value="Bonavia", everyday="Casa Olmo, Hofgut", premium="Finca Alba, Terrasole")
_ORGANIC = flag("organic", "Organic", 1.15, "From certified organic farming.")
_GRAMS = measured("weight_g", "{} g", {250: 0.35, 500: 0.6, 1000: 1.0})
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_BEANS = ProductType(
    key="coffee-beans", noun="coffee beans", plural="coffee beans", path=("Coffee", "Coffee beans"),
    drawing="pouch", price=(16, 32), brands=_ROASTERS, groups=26,
    lines=words("Mattina, Harbour Blend, Espresso Nero, Slow Morning, Yirga"),
    title="{brand} {line} {organic} Coffee Beans, {roast} Roast, {weight_g}",
    axes=(_ORGANIC, axis("roast", "Light", "Medium", "Dark"),
        axis("origin", "Ethiopia", "Colombia", "Brazil", "Guatemala"), _GRAMS), vary=("weight_g",),
    says=("{roast} roasted coffee beans from {origin} with notes of cocoa and cherry.",
          "Whole beans from {origin}, roasted slowly in a drum."),
    details=("Good for espresso and for filter.", "Roasted the week we send it."),
    words=words("coffee, whole bean coffee, espresso beans"), siblings=("ground-coffee",),
)
_GROUND = ProductType(
    key="ground-coffee", noun="ground coffee", plural="ground coffee",
    path=("Coffee", "Ground coffee"), drawing="pouch", price=(14, 28), brands=_ROASTERS, groups=18,
    lines=words("Mattina, Sunday, Decaf, Slow Morning"),
    title="{brand} {line} {organic} Ground Coffee, {roast} Roast, {weight_g}",
    axes=(_ORGANIC, axis("roast", "Light", "Medium", "Dark"), _GRAMS), vary=("weight_g",),
    says=("{roast} roasted coffee, ground for filter machines and French presses.",),
    details=("A valve lets the aroma last.",),
    words=words("filter coffee, coffee powder"), siblings=("coffee-beans",),
)
_TEA_TYPE = ProductType(
    key="tea", noun="tea", plural="teas", path=("Tea", "Loose tea"), drawing="tin", price=(6, 24),
    brands=_TEA, lines=words("Morning Mist, Garden, Evening, Highland, Lotus"), groups=24,
    title="{brand} {line} {organic} {kind} Tea, {form}, {weight_g}",
    axes=(_ORGANIC, axis("kind", "Black", "Green", "Peppermint", "Earl Grey", "Rooibos"),
        axis("form", "Loose Leaf", "Tea Bags"),
          measured("weight_g", "{} g", {50: 0.6, 100: 1.0, 250: 2.0})),
    vary=("weight_g",),
    says=("A {kind} tea for quiet afternoons, packed as {form}.",),
    details=("Steep it for three minutes.", "The tin is good for many refills."),
    words=words("loose leaf tea, tea bags"),
)
_TEAPOT = ProductType(
    key="tea-strainer", noun="tea strainer", plural="tea strainers", path=("Tea", "Tea strainers"),
    drawing="strainer", price=(5, 20), brands=_TEA, lines=words("Drop, Basket, Fine"), groups=14,
    title="{brand} {line} {Material} Tea Strainer for Mugs",
    axes=(axis("material", "steel", "silicone", "bamboo"),
        measured("diameter_cm", "{} cm", {5: 0.9, 7: 1.1})),
    says=("A {material} strainer that gives loose tea room to unfold.",),
    details=("It fits cups, mugs and pots.",),
    words=words("tea infuser, tea filter"), accessory_of="tea",
)
_CHOCOLATE = ProductType(
    key="chocolate", noun="chocolate", plural="chocolate bars", path=("Sweets", "Chocolate"),
    drawing="chocolate", price=(3, 9), brands=_DELI,
    lines=words("Sea Salt, Hazelnut, Pure, Orange, Almond"), groups=24,
    title="{brand} {line} {kind} Chocolate {organic}, {cocoa_percent}, {weight_g}",
    axes=(axis("kind", "Dark", "Milk"), _ORGANIC,
        measured("cocoa_percent", "{} %", {40: 0.9, 55: 1.0, 72: 1.1, 85: 1.2}),
        measured("weight_g", "{} g", {80: 1.0, 200: 2.2})),
    vary=("weight_g",),
    says=("{kind} chocolate with {cocoa_percent} cocoa, conched for two days.",),
    details=("The cocoa is traded directly with growers.",),
    words=words("chocolate bar, sweets"),
)
_OIL = ProductType(
    key="olive-oil", noun="olive oil", plural="olive oils", path=("Pantry", "Olive oil"),
    drawing="oil_bottle", price=(9, 28), brands=_DELI,
    lines=words("Prima, Collina, Verde, Riserva"), groups=18,
    title="{brand} {line} {organic} Extra Virgin Olive Oil, {origin}, {volume_ml}",
    axes=(_ORGANIC, axis("origin", "Greece", "Italy", "Spain"),
        measured("volume_ml", "{} ml", {250: 0.6, 500: 1.0, 1000: 1.7})), vary=("volume_ml",),
    says=("Extra virgin olive oil from {origin}, pressed cold on the day of harvest.",),
    details=("Fruity, with a peppery end.",),
    words=words("oil, cooking oil"),
)
_HONEY = ProductType(
    key="honey", noun="honey", plural="honeys", path=("Pantry", "Honey"), drawing="honey",
    price=(5, 16), brands=_DELI, lines=words("Meadow, Forest, Linden, Acacia"), groups=18,
    title="{brand} {line} {organic} Honey, {texture}, {weight_g}",
    axes=(_ORGANIC, axis("texture", "Creamy", "Liquid"),
        measured("weight_g", "{} g", {250: 0.6, 500: 1.0})), vary=("weight_g",),
    says=("{texture} {line} honey from small beekeepers.",),
    details=("Not heated, not blended.", "Good on bread, in tea and with cheese."),
    words=words("bee honey, spread"),
)
_PASTA = ProductType(
    key="pasta", noun="pasta", plural="pasta", path=("Pantry", "Pasta"), drawing="pasta",
    price=(2.2, 7), brands=_DELI, lines=words("Spaghetti, Penne, Fusilli, Orecchiette"), groups=18,
    title="{brand} {line} {organic} {grain} Pasta, {weight_g}",
    axes=(_ORGANIC, axis("grain", "Durum Wheat", Option("Spelt", "spelt", 1.3),
        Option("Lentil", "lentil", 1.6)), measured("weight_g", "{} g", {500: 1.0, 1000: 1.8})),
        vary=("weight_g",),
    says=("{line} of {grain}, drawn through bronze so that sauce clings.",),
    details=("Done in nine minutes.",),
    words=words("noodles, spaghetti"),
)

PANTRY = Department(
    name="Coffee, Tea & Pantry", tint="#efe0d0",
    closings=(
        "Sent out within a day.",
        "Packed by hand.",
        "A small present for hosts.",
        "Best shared.",
    ),
    types=(_BEANS, _GROUND, _TEA_TYPE, _TEAPOT, _CHOCOLATE, _OIL, _HONEY, _PASTA),
)
