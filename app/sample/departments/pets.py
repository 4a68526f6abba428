"""Pet supplies: food, beds, leads, litter, aquariums."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    colours,
    flag,
    makers,
    measured,
    sizes,
    words,
)

_FOOD = makers(
    value="Napfino, Happi", everyday="Wolfsbach, Fellow & Paw", premium="Terra Canis Alba, Norrpaw"
)
_GEAR = makers(value="Happi", everyday="Fellow & Paw, Tibbles", premium="Norrpaw, Hund & Hafen")
_TASTE = axis("flavour", "Chicken", "Salmon", "Lamb", "Duck")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_DOG_FOOD = ProductType(
    key="dog-food", noun="dog food", plural="dog food", path=("Dogs", "Dog food"),
    drawing="food_bag", price=(14, 55), brands=_FOOD, groups=22,
    lines=words("Adult, Puppy, Senior, Light"),
    title="{brand} {line} Dry Dog Food with {flavour}, {weight_kg} {grain_free}",
    axes=(_TASTE, measured("weight_kg", "{} kg", {2: 0.35, 6: 1.0, 12: 1.7}),
        flag("grain_free", "Grain-Free", 1.15, "Potato takes the place of grain.")),
    vary=("weight_kg",),
    says=("Complete dry food with {flavour} for {line} dogs of all breeds.",),
    details=("Made without sugar or colouring.", "The bag closes with a zip."),
    words=words("kibble, dry dog food, puppy food"), siblings=("cat-food",),
)
_CAT_FOOD = ProductType(
    key="cat-food", noun="cat food", plural="cat food", path=("Cats", "Cat food"), drawing="can",
    price=(8, 30), brands=_FOOD, groups=22,
    lines=words("Adult, Kitten, Senior, Indoor"),
    title="{brand} {line} Wet Cat Food with {flavour}, {cans}",
    axes=(_TASTE, measured("cans", "{} cans", {6: 0.6, 12: 1.0, 24: 1.8})),
    vary=("cans", "flavour"),
    says=("Wet food with {flavour} for {line} cats, in {cans}.",),
    details=("65 percent meat and broth.", "Even fussy eaters finish the bowl."),
    words=words("wet cat food, kitten food"), siblings=("dog-food",),
)
_DOG_BED = ProductType(
    key="dog-bed", noun="dog bed", plural="dog beds", path=("Dogs", "Dog beds"), drawing="pet_bed",
    price=(28, 110), brands=_GEAR,
    lines=words("Nest, Donut, Orthopaedic, Travel"),
    title="{brand} {line} Dog Bed, {Colour}, {size}",
    axes=(colours("grey, beige, navy, olive, terracotta"),
        axis("size", Option("S", "S", 0.75), "M", Option("L", "L", 1.3)),
        axis("material", "cotton", "corduroy", "plush")),
    vary=("size", "colour"),
    says=("A {material} dog bed in {colour} with a high, soft rim.",),
    details=("The cover comes off and can be washed.", "The underside does not slip."),
    words=words("dog basket, pet bed"),
)
_LEAD = ProductType(
    key="dog-lead", noun="dog lead", plural="dog leads", path=("Dogs", "Dog leads"), drawing="lead",
    price=(12, 48), brands=_GEAR, lines=words("City, Rope, Jogger, Classic"), groups=18,
    title="{brand} {line} Dog Lead in {Material}, {length_m}, {Colour}",
    axes=(colours("red, tan, navy, olive, teal"),
        axis("material", "nylon", "rope", Option("leather", "leather", 1.6)),
        measured("length_m", "{} m", {1.2: 0.9, 2: 1.0, 5: 1.3})),
    vary=("colour",),
    says=("A {length_m} dog lead of {colour} {material} with a solid brass hook.",),
    details=("The loop is padded.", "Seams reflect light at night."),
    words=words("dog leash, leash"),
)
_DOG_TOY = ProductType(
    key="dog-toy", noun="dog toy", plural="dog toys", path=("Dogs", "Dog toys"), drawing="bone",
    price=(6, 20), brands=_GEAR, lines=words("Chewy, Fetch, Tug, Puzzle"), groups=18,
    title="{brand} {line} {Material} Dog Toy, {Colour}, {size}",
    axes=(colours("red, teal, orange, light blue"), sizes("S, M, L"),
        axis("material", "natural rubber", "cotton rope", "plush")), vary=("size",),
    says=("A {material} toy for dogs that love to fetch and chew.",),
    details=("Tough enough for terriers.", "It floats."),
    words=words("chew toy, dog ball"), siblings=("cat-toy",),
)
_CAT_TREE = ProductType(
    key="cat-tree", noun="cat tree", plural="cat trees", path=("Cats", "Cat trees"),
    drawing="cat_tree", price=(45, 190), brands=_GEAR, lines=words("Tower, Lookout, Jungle, Loft"),
    groups=18,
    title="{brand} {line} Cat Tree, {height_cm}, {Colour}",
    axes=(colours("beige, grey, cream, brown"),
        measured("height_cm", "{} cm", {90: 0.7, 140: 1.0, 180: 1.4})),
        vary=("height_cm", "colour"),
    says=("A cat tree of {height_cm} with platforms, a cave and sisal posts.",),
    details=("The heavy foot keeps it upright.", "A plush ball dangles from the top."),
    words=words("scratching post, climbing tree"),
)
_CAT_TOY = ProductType(
    key="cat-toy", noun="cat toy", plural="cat toys", path=("Cats", "Cat toys"),
    drawing="toy_mouse", price=(4, 16), brands=_GEAR, lines=words("Mouse, Feather, Ball, Wand"),
    groups=18,
    title="{brand} {line} Cat Toy {catnip}, {Colour}",
    axes=(colours("grey, red, teal, mustard"),
        flag("catnip", "with Catnip", 1.15, "Catnip makes it hard to resist."),
        axis("material", "felt", "plush", "sisal")),
    says=("A {material} toy that wakes the hunter in every cat.",),
    details=("Small enough to carry away in triumph.",),
    words=words("toy mouse, cat wand"), siblings=("dog-toy",),
)
_LITTER = ProductType(
    key="cat-litter", noun="cat litter", plural="cat litter", path=("Cats", "Cat litter"),
    drawing="food_bag", price=(7, 24), brands=_FOOD, lines=words("Clump, Fresh, Nature"), groups=15,
    title="{brand} {line} {Material} Cat Litter, {volume_litre}",
    axes=(axis("material", "clay", "wood fibre", "silica"),
        measured("volume_litre", "{} l", {7: 0.6, 12: 1.0, 20: 1.5})), vary=("volume_litre",),
    says=("{Material} litter that binds smell and clumps well.",),
    details=("Little dust, little weight.",),
    words=words("kitty litter, litter sand"),
)
_AQUARIUM = ProductType(
    key="aquarium", noun="aquarium", plural="aquariums", path=("Fish", "Aquariums"),
    drawing="aquarium", price=(55, 260), brands=_GEAR, lines=words("Reef, Pebble, Lagoon"),
    groups=16,
    title="{brand} {line} Aquarium, {volume_litre}, {Colour} Base",
    axes=(measured("volume_litre", "{} l", {30: 0.6, 60: 1.0, 120: 1.7}),
        colours("black, white, silver")), vary=("volume_litre",),
    says=("An aquarium of {volume_litre} with LED light and a quiet pump.",),
    details=("Edges of the glass are polished.", "The lid keeps jumpers in."),
    words=words("fish tank"),
)
_AQUA_FILTER = ProductType(
    key="aquarium-filter", noun="aquarium filter", plural="aquarium filters",
    path=("Fish", "Aquarium filters"), drawing="aqua_filter", price=(16, 65), brands=_GEAR,
    lines=words("Clear, Stream, Bio"), groups=14,
    title="{brand} {line} Filter for Aquariums up to {max_litre}",
    axes=(measured("max_litre", "{} l", {60: 0.7, 120: 1.0, 240: 1.5}),
        axis("material", "sponge", "carbon")), vary=("max_litre",),
    says=("A {material} filter that keeps aquariums of up to {max_litre} clear.",),
    details=("It is hardly heard.",),
    words=words("fish tank filter",), accessory_of="aquarium",
)

PETS = Department(
    name="Pet Supplies", tint="#e8e6d4",
    closings=("Tested by our own dogs and cats.", "Part of the price goes to a shelter.",
        "Free returns, even if they do not like it.", "Made in Europe."),
    types=(_DOG_FOOD, _CAT_FOOD, _DOG_BED, _LEAD, _DOG_TOY, _CAT_TREE, _CAT_TOY, _LITTER, _AQUARIUM,
        _AQUA_FILTER),
)
