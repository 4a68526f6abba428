"""Shoes for running, town, mountains and rain, and what keeps them going."""

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

_SPORT = makers(value="Baxo, Trotta", everyday="Fleetwick, Runa", premium="Aerion, Altafoot")
_TOWN = makers(value="Lilou, Trotta", everyday="Solveig, Pasello", premium="Corvino, Ottilie")
_CARE = makers(value="Trotta", everyday="Wachsmann, Pasello", premium="Corvino")
_SIZES = measured("size_eu", "EU {}", {37: 1.0, 39: 1.0, 41: 1.0, 43: 1.0, 45: 1.0})
_WATERPROOF = flag(
    "waterproof", "Waterproof", 1.15, "A waterproof membrane keeps feet dry in rain and puddles."
)
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_RUNNING = ProductType(
    key="running-shoes", noun="running shoes", plural="running shoes",
    path=("Sports shoes", "Running shoes"),
    drawing="runner", price=(70, 160), brands=_SPORT, model="number", groups=28,
    lines=words("Swift, Glide, Tempo, Cloudstep, Ridge"),
    title="{brand} {line} {model} {waterproof} {terrain} Running Shoes, {Colour}, {size_eu}",
    axes=(colours("black, white, teal, orange, navy, lilac, red"), _SIZES, _WATERPROOF,
          axis("terrain", "Road", Option("Trail", "trail", 1.08,
              "Deep lugs hold on mud and roots."))),
    vary=("colour", "size_eu"),
    says=("{Terrain} running shoes in {colour} with a springy midsole.",
          "The {name} weighs 260 grams and rolls smoothly from heel to toe."),
    details=("The mesh lets heat out.", "Reflective threads show in headlights."),
    words=words("running trainers, joggers, jogging shoes"), siblings=("sneakers",),
)
_SNEAKERS = ProductType(
    key="sneakers", noun="sneakers", plural="sneakers", path=("Everyday shoes", "Sneakers"),
    drawing="sneaker",
    price=(45, 130), brands=_SPORT, lines=words("Court, Retro, Canvas, Low Top, Street"), groups=24,
    title="{brand} {line} Sneakers in {Material}, {Colour}, {size_eu}",
    axes=(colours("white, black, navy, green, beige, red"), _SIZES,
          axis("material", "canvas", "suede", Option("leather", "leather", 1.3))),
    vary=("colour", "size_eu"),
    says=("{Colour} {material} sneakers that go with nearly everything.",),
    details=("The sole is stitched, not only glued.", "The insole comes out for airing."),
    words=words("trainers, tennis shoes, gym shoes"), siblings=("running-shoes",),
)
_BOOTS = ProductType(
    key="hiking-boots", noun="hiking boots", plural="hiking boots",
    path=("Sports shoes", "Hiking boots"),
    drawing="boot", price=(85, 220), brands=_SPORT, lines=words("Summit, Ridge, Fell, Traverse"),
    title="{brand} {line} {waterproof} Hiking Boots in {Material}, {Colour}, {size_eu}",
    axes=(colours("brown, olive, grey, navy, tan"), _SIZES, _WATERPROOF,
          axis("material", Option("leather", "leather", 1.2), "nubuck", "recycled mesh")),
    vary=("size_eu", "colour"),
    says=("Sturdy {material} hiking boots for hut tours and long weekends.",),
    details=("The ankle is padded and held firmly.", "They can be soled anew."),
    words=words("walking boots, mountain boots, hiking shoes"), siblings=("running-shoes",),
)
_WELLIES = ProductType(
    key="rain-boots", noun="wellington boots", plural="wellington boots",
    path=("Everyday shoes", "Wellington boots"),
    drawing="welly", price=(24, 75), brands=_TOWN, lines=words("Puddle, Garden, Tall, Harbour"),
    groups=16,
    title="{brand} {line} Wellington Boots, {Colour}, {size_eu}",
    axes=(colours("green, mustard, navy, red, black"), _SIZES,
        axis("material", "natural rubber", "vulcanised rubber")),
    vary=("size_eu", "colour"),
    says=("Waterproof wellington boots of {material} in {colour}.",),
    details=("A soft cotton lining keeps them warm.", "The sole grips wet grass."),
    words=words("wellies, rubber boots, rain boots"),
)
_SANDALS = ProductType(
    key="sandals", noun="sandals", plural="sandals", path=("Everyday shoes", "Sandals"),
    drawing="sandal",
    price=(28, 95), brands=_TOWN, lines=words("Riva, Cross, Cork, Slide"), groups=18,
    title="{brand} {line} Sandals in {Material}, {Colour}, {size_eu}",
    axes=(colours("tan, black, white, gold, navy"), _SIZES,
        axis("material", Option("leather", "leather", 1.3), "vegan leather", "cork")),
    vary=("colour", "size_eu"),
    says=("Light {material} sandals in {colour} for hot pavements and holidays.",),
    details=("The footbed shapes itself to you.", "Buckles adjust at two points."),
    words=words("summer shoes, slides"),
)
_HEELS = ProductType(
    key="heels", noun="high heels", plural="high heels", path=("Dress shoes", "High heels"),
    drawing="heel",
    price=(50, 180), brands=_TOWN, lines=words("Vera, Stella, Gala, Nina"), groups=18,
    title="{brand} {line} High Heels in {Material}, {heel_cm}, {Colour}, {size_eu}",
    axes=(colours("black, red, rose, navy, gold"), _SIZES,
        axis("material", "suede", "satin", Option("leather", "leather", 1.2)),
          measured("heel_cm", "{} cm Heel", {5: 0.95, 7: 1.0, 9: 1.05})),
    vary=("size_eu", "colour"),
    says=("{Colour} {material} high heels for weddings, dances and dinners.",),
    details=("A padded ball makes long evenings possible.", "The sole does not slip on parquet."),
    words=words("pumps, stilettos, court shoes"),
)
_CARE_KIT = ProductType(
    key="shoe-care", noun="shoe care kit", plural="shoe care kits", path=("Shoe care", "Care kits"),
    drawing="tin",
    price=(12, 38), brands=_CARE, lines=words("Starter, Travel, Complete, Cobbler"), groups=14,
    title="{brand} {line} Shoe Care Kit for {surface} Shoes, {pieces}",
    axes=(axis("surface", "Leather", "Suede", "Sports"),
        measured("pieces", "{} pieces", {3: 0.8, 5: 1.0, 8: 1.4})),
    says=("A kit of {pieces} that cleans, feeds and protects {surface} shoes.",),
    details=("With brush, cloth and wax.", "The wax is made without solvents."),
    words=words("shoe polish, shoe cleaner"), accessory_of="sneakers",
)
_INSOLES = ProductType(
    key="insoles", noun="insoles", plural="insoles", path=("Shoe care", "Insoles"),
    drawing="insole",
    price=(8, 32), brands=_CARE, lines=words("Cushion, Gel, Arch, Thermo"), groups=14,
    title="{brand} {line} Insoles for {surface} Shoes, {Material}, {size_eu}",
    axes=(axis("surface", "Running", "Hiking", "Everyday"),
        axis("material", "foam", "wool felt", "cork"), _SIZES),
    vary=("size_eu",),
    says=("{Material} insoles that give {surface} shoes a second life.",),
    details=("They can be cut to size.", "The heel cup softens each step."),
    words=words("shoe inserts, inner soles"), accessory_of="running-shoes",
)

SHOES = Department(
    name="Shoes", tint="#e3e8d9",
    closings=(
        "Free returns within 30 days.",
        "Designed in Porto.",
        "Sent in a box of recycled card.",
        "Made from at least one third recycled material.",
    ),
    types=(_RUNNING, _SNEAKERS, _BOOTS, _WELLIES, _SANDALS, _HEELS, _CARE_KIT, _INSOLES),
)
