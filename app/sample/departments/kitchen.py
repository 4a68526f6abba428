"""Home and kitchen: coffee machines, cookware, small appliances, linen."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    colours,
    flag,
    makers,
    measured,
    words,
)

_APPLIANCES = makers(
    value="Hausli, Brizo", everyday="Marlotte, Tavolux", premium="Caffero, Ostberg"
)
_COOK = makers(
    value="Panino, Brizo", everyday="Marlotte, Kupferhof", premium="Ostberg, Maison Virel"
)
_LINEN = makers(value="Hausli", everyday="Lindweave, Marlotte", premium="Maison Virel, Noor & Lin")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_COFFEE_MACHINE = ProductType(
    key="coffee-machine", noun="coffee machine", plural="coffee machines",
    path=("Coffee makers", "Coffee machines"), drawing="coffee_machine", price=(60, 420),
    brands=_APPLIANCES, model="sku", lines=words("Mattina, Crema, Barista"), groups=26,
    title="{brand} {line} {model} {kind} Coffee Machine, {Colour}",
    axes=(
        colours("black, silver, red, cream, white"),
        axis("kind", Option("Filter", "filter", 0.6), Option("Espresso", "espresso", 1.2),
             Option("Bean-to-Cup", "bean-to-cup", 1.8, "A built-in grinder handles fresh beans.")),
        measured("volume_litre", "{} l", {1.2: 1.0, 1.5: 1.05, 1.8: 1.1}),
    ),
    vary=("colour",),
    says=("A {kind} coffee machine with a {volume_litre} tank, for a good start to the day.",
          "The {name} makes coffee the way you like it, from mild to strong."),
    details=("The timer has the first cup ready when the alarm rings.",
             "All removable parts go in the dishwasher."),
    words=words("coffee maker, espresso machine"),
)
_COFFEE_FILTER = ProductType(
    key="coffee-filter", noun="coffee filter", plural="coffee filters",
    path=("Coffee makers", "Coffee filters"), drawing="filter", price=(3, 11), brands=_COOK,
    lines=words("Pure, Aroma, Daily"), groups=18,
    title="{brand} {line} {Material} Coffee Filters, Size {size}, {pieces}",
    axes=(axis("material", "paper", "bamboo", Option("steel", "steel", 2.4)),
          axis("size", "2", "4", "6"),
          measured("pieces", "{} pieces", {40: 0.7, 100: 1.0, 200: 1.7})),
    vary=("pieces",),
    says=("{Material} filters of size {size} for filter coffee machines and hand drippers.",),
    details=("The seams hold, and nothing but coffee reaches the cup.",
             "They go on the compost with the grounds."),
    words=words("filter paper, coffee paper"), accessory_of="coffee-machine",
)
_KETTLE = ProductType(
    key="kettle", noun="kettle", plural="kettles", path=("Small appliances", "Kettles"),
    drawing="kettle", price=(28, 85), brands=_APPLIANCES,
    lines=words("Whistle, Nebel, Rondo, Alba"),
    title="{brand} {line} {volume_litre} Electric Kettle {temperature_control}, {Colour}",
    axes=(colours("silver, black, cream, sage, red, copper"),
          measured("volume_litre", "{} l", {1: 0.9, 1.5: 1.0, 1.7: 1.1}),
          flag("temperature_control", "with Temperature Control", 1.3,
               "Set 70 degrees for green tea or 100 for black.")),
    vary=("colour",),
    says=("A {volume_litre} kettle in {colour} that boils quickly and pours without a drip.",),
    details=("It switches itself off and stays cool outside.",
        "The limescale filter rinses clean."),
    words=words("electric kettle, water boiler"),
)
_TOASTER = ProductType(
    key="toaster", noun="toaster", plural="toasters", path=("Small appliances", "Toasters"),
    drawing="toaster", price=(25, 80), brands=_APPLIANCES,
    lines=words("Rondo, Crust, Alba, Sunday"),
    title="{brand} {line} {slots} Toaster, {Colour}",
    axes=(colours("silver, black, cream, sage, red, light blue"),
          measured("slots", "{}-slice", {2: 1.0, 4: 1.5})),
    vary=("colour", "slots"), groups=18,
    says=("A {slots} toaster in {colour} with six levels from blond to crisp.",),
    details=("Wide slots take thick country bread.", "The crumb tray slides out at the back."),
)
_BLENDER = ProductType(
    key="blender", noun="blender", plural="blenders", path=("Small appliances", "Blenders"),
    drawing="blender", price=(40, 160), brands=_APPLIANCES, model="sku",
    lines=words("Vortex, Smoothie, Pulse Mix"), groups=18,
    title="{brand} {line} {model} Blender, {power_watt}, {Colour}",
    axes=(colours("black, white, red, mint"),
          measured("power_watt", "{} W", {600: 0.8, 1000: 1.0, 1500: 1.4})),
    vary=("colour",),
    says=("A {power_watt} blender for smoothies, soups and crushed ice.",),
    details=("The glass jug holds 1.5 litres.", "It cleans itself with water and a drop of soap."),
    words=words("mixer, smoothie maker"),
)
_VACUUM = ProductType(
    key="vacuum-cleaner", noun="vacuum cleaner", plural="vacuum cleaners",
    path=("Cleaning", "Vacuum cleaners"), drawing="vacuum", price=(90, 330), brands=_APPLIANCES,
    model="sku", lines=words("Sweep, Tempest, Whisper"),
    title="{brand} {line} {model} {kind} Vacuum Cleaner, {Colour}",
    axes=(colours("red, blue, graphite, white"),
          axis("kind", "Bagged", Option("Bagless", "bagless", 1.1),
              Option("Cordless", "cordless", 1.4))),
    vary=("colour",),
    says=("A {kind} vacuum cleaner that is strong on carpet and gentle on wood.",),
    details=("The filter keeps back fine dust and pollen.", "It hums at no more than 70 decibels."),
    words=words("hoover, vacuum"),
)
_VACUUM_BAGS = ProductType(
    key="vacuum-bags", noun="vacuum cleaner bags", plural="vacuum cleaner bags",
    path=("Cleaning", "Vacuum cleaner bags"), drawing="paper_bag", price=(8, 19),
    brands=_APPLIANCES, lines=words("Fresh, Original, Double Layer"), groups=14,
    title="{brand} {line} Vacuum Cleaner Bags for {host}, {pieces}",
    axes=(measured("pieces", "{} pieces", {5: 0.8, 10: 1.3}), axis("material", "fleece", "paper")),
    vary=("pieces",),
    says=("{Material} dust bags that fit the {host} exactly.",),
    details=("They close by themselves when taken out.", "Allergens stay inside."),
    words=words("dust bags, hoover bags"), accessory_of="vacuum-cleaner",
)
_PAN = ProductType(
    key="frying-pan", noun="frying pan", plural="frying pans", path=("Cookware", "Frying pans"),
    drawing="pan", price=(24, 85), brands=_COOK, lines=words("Classic, Forge, Primo, Atelier"),
    title="{brand} {line} {Material} Frying Pan, {diameter_cm}",
    axes=(axis("material", "cast iron", "aluminium",
        Option("stainless steel", "stainless steel", 1.3),
               Option("copper", "copper", 2.0)),
          measured("diameter_cm", "{} cm", {20: 0.8, 24: 0.9, 28: 1.0, 32: 1.2})),
    vary=("diameter_cm",),
    says=("A {diameter_cm} {material} pan for golden potatoes, pancakes and steak.",),
    details=("It suits all hobs, induction too.", "The handle stays cool and is riveted for life."),
    words=words("skillet, pan"), siblings=("saucepan",),
)
_SAUCEPAN = ProductType(
    key="saucepan", noun="saucepan", plural="saucepans", path=("Cookware", "Saucepans"),
    drawing="pot", price=(28, 95), brands=_COOK, lines=words("Classic, Primo, Atelier, Sunday"),
    title="{brand} {line} {Material} Saucepan with Lid, {volume_litre}",
    axes=(axis("material", "enamel", "aluminium",
        Option("stainless steel", "stainless steel", 1.2)),
          colours("cream, red, navy, sage, silver"),
          measured("volume_litre", "{} l", {1.5: 0.8, 2.5: 1.0, 4: 1.25})),
    vary=("volume_litre",), groups=18,
    says=("A {volume_litre} {material} saucepan for sauces, soup and pasta.",),
    details=("The lid has a vent and stands on its rim.", "A scale is marked on the inside."),
    words=words("cooking pot, pot"), siblings=("frying-pan",),
)
_KNIFE = ProductType(
    key="chefs-knife", noun="chef's knife", plural="chef's knives",
    path=("Cookware", "Kitchen knives"),
    drawing="knife", price=(25, 120), brands=_COOK, lines=words("Edge, Kiri, Forge, Primo"),
    title="{brand} {line} Chef's Knife, {blade_cm}, {Handle} Handle",
    axes=(axis("handle", "walnut", "oak", "black", Option("steel", "steel", 1.15)),
          measured("blade_cm", "{} cm", {16: 0.85, 18: 0.95, 20: 1.0, 23: 1.15})),
    vary=("blade_cm",), groups=18,
    says=("A forged {blade_cm} chef's knife that slices tomatoes under its own weight.",),
    details=("The handle of {handle} rests well in the hand.", "It likes to be washed by hand."),
    words=words("kitchen knife, cook's knife"),
)
_MUG = ProductType(
    key="mug", noun="mug", plural="mugs", path=("Tableware", "Mugs"), drawing="mug", price=(7, 22),
    brands=_COOK, lines=words("Morning, Terra, Speckle, Fjord, Studio"),
    title="{brand} {line} {Material} Mug, {volume_ml}, {Colour}",
    axes=(colours("white, teal, mustard, terracotta, navy, sage, rose"),
          axis("material", "stoneware", "porcelain", "enamel"),
          measured("volume_ml", "{} ml", {250: 0.9, 350: 1.0, 450: 1.15})),
    vary=("colour",),
    says=("A {volume_ml} {material} mug in {colour} for coffee, tea and cocoa.",),
    details=("Glazed by hand, so no two are quite alike.", "Safe in dishwasher and microwave."),
    words=words("cup, coffee mug, coffee cup"),
)
_TOWEL = ProductType(
    key="towel", noun="bath towel", plural="bath towels", path=("Linen", "Towels"),
    drawing="towels",
    price=(12, 38), brands=_LINEN, lines=words("Waffle, Cloud, Spa, Harbour"), groups=18,
    title="{brand} {line} {Material} Bath Towel, {size}, {Colour}",
    axes=(colours("white, sage, navy, grey, rose, mustard"),
          axis("material", "cotton", Option("organic cotton", "organic cotton", 1.25), "linen"),
          axis("size", Option("50 x 100 cm", "50 x 100 cm", 0.7), "70 x 140 cm")),
    vary=("colour", "size"),
    says=("A soft {material} towel in {colour} that drinks up water and dries fast.",),
    details=("Woven at 500 grams to the square metre.", "It keeps its colour at 60 degrees."),
    words=words("towel, bathroom towel"),
)
_BEDDING = ProductType(
    key="duvet-cover", noun="duvet cover", plural="duvet covers", path=("Linen", "Bed linen"),
    drawing="bedding", price=(35, 110), brands=_LINEN, lines=words("Dune, Harbour, Cloud, Meadow"),
    title="{brand} {line} {Material} Duvet Cover Set, {size}, {Colour}",
    axes=(colours("white, light blue, sage, grey, terracotta, lilac"),
          axis("material", "cotton", Option("linen", "linen", 1.6), Option("satin", "satin", 1.3)),
          axis("size", Option("135 x 200 cm", "135 x 200 cm", 0.85),
              Option("200 x 220 cm", "200 x 220 cm", 1.3))),
    vary=("size", "colour"), groups=18,
    says=("A {material} set of duvet cover and pillowcase in {colour}.",),
    details=("Hidden buttons close it at the foot.", "It gets softer with every wash."),
    words=words("bed linen, bedding, bed sheets"),
)

KITCHEN = Department(
    name="Home & Kitchen", tint="#f1e7d8",
    closings=(
        "Chosen by our kitchen team.",
        "A good present for a first home.",
        "Free returns within 30 days.",
        "Packed without plastic.",
    ),
    types=(_COFFEE_MACHINE, _COFFEE_FILTER, _KETTLE, _TOASTER, _BLENDER, _VACUUM, _VACUUM_BAGS,
           _PAN, _SAUCEPAN, _KNIFE, _MUG, _TOWEL, _BEDDING),
)
