"""Sports and outdoors: bicycles, camping, training and ball games."""

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

_CYCLE = makers(
    value="Rollo, Tramwell", everyday="Velomar, Pedalin", premium="Corsaro, Halden Cycles"
)
_CAMP = makers(value="Campito, Baxo", everyday="Fernhike, Northgate", premium="Altafoot, Isbre")
_TRAIN = makers(value="Baxo, Fitlo", everyday="Runa, Kettlewerk", premium="Aerion, Isbre")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_BIKE = ProductType(
    key="bike", noun="bike", plural="bikes", path=("Cycling", "Bikes"), drawing="bike",
    price=(380, 1250),
    brands=_CYCLE, model="number", lines=words("Metro, Linea, Tramont, Harbour"), groups=24,
    title="{brand} {line} {model} {kind} Bike, {Frame} Frame, {Colour}",
    axes=(colours("green, black, red, teal, mustard, white"),
          axis("kind", "City", Option("Gravel", "gravel", 1.2), Option("Mountain", "mountain", 1.2),
               Option("Electric", "electric", 2.4, "The electric motor helps for up to 90 km.")),
          axis("frame", "S", "M", "L")),
    vary=("frame", "colour"),
    says=("A {kind} bike with an aluminium frame in {colour} that rolls lightly.",
          "The {name} takes you to work on Monday and to the lake on Sunday."),
    details=("Disc brakes stop it in any weather.", "Lights and mudguards are fitted."),
    words=words("bicycle, cycle, e-bike"),
)
_LOCK = ProductType(
    key="bike-lock", noun="bike lock", plural="bike locks", path=("Cycling", "Bike locks"),
    drawing="lock",
    price=(18, 75), brands=_CYCLE, lines=words("Guard, Fort, Keep"), model="sku", groups=18,
    title="{brand} {line} {model} {kind} Bike Lock, {length_cm}, {Colour}",
    axes=(colours("black, orange, grey, teal"),
          axis("kind", Option("U", "U-lock", 1.2), Option("Chain", "chain", 1.1),
              Option("Folding", "folding", 1.4), Option("Cable", "cable", 0.6)),
          measured("length_cm", "{} cm", {23: 0.9, 85: 1.0, 110: 1.1})),
    says=("A {kind} bike lock of hardened steel, {length_cm} long.",),
    details=("Two keys are in the box.", "The coat does not scratch the frame."),
    words=words("bicycle lock, cycle lock"), accessory_of="bike",
)
_HELMET = ProductType(
    key="bike-helmet", noun="bike helmet", plural="bike helmets", path=("Cycling", "Bike helmets"),
    drawing="helmet",
    price=(35, 120), brands=_CYCLE, lines=words("Urban, Aero, Kids, Trail"), groups=18,
    title="{brand} {line} Bike Helmet {light}, {Colour}, {size}",
    axes=(colours("white, black, red, mint, mustard, navy"), sizes("S, M, L"),
          flag("light", "with Rear Light", 1.15, "The rear light shines for eight hours.")),
    vary=("size", "colour"),
    says=("A light bike helmet in {colour} with twelve vents.",),
    details=("A dial at the back fits it to the head.", "The chin strap closes with a magnet."),
    words=words("cycling helmet, bicycle helmet"), accessory_of="bike",
)
_TENT = ProductType(
    key="tent", noun="tent", plural="tents", path=("Camping", "Tents"), drawing="tent",
    price=(90, 420),
    brands=_CAMP, lines=words("Fjell, Dune, Nomad, Lakeside"), groups=20,
    title="{brand} {line} {persons} {kind} Tent, {Colour}",
    axes=(colours("green, orange, navy, mustard, red"),
        axis("kind", "Dome", Option("Tunnel", "tunnel", 1.25), Option("Pop-Up", "pop-up", 0.7)),
          measured("persons", "{}-Person", {1: 0.7, 2: 0.85, 3: 1.0, 4: 1.2, 6: 1.6})),
    vary=("persons",),
    says=("A {persons} {kind} tent that stands in ten minutes and keeps the rain out.",),
    details=("The waterproof floor reaches up the walls.",
        "Two doors save climbing over each other."),
    words=words("camping tent, family tent"),
)
_PEGS = ProductType(
    key="tent-pegs", noun="tent pegs", plural="tent pegs", path=("Camping", "Tent pegs"),
    drawing="pegs", price=(7, 22),
    brands=_CAMP, lines=words("Sand, Rock, Allround"), groups=14,
    title="{brand} {line} Tent Pegs, {Material}, {pieces}",
    axes=(axis("material", "aluminium", "steel", Option("titanium", "titanium", 2.0)),
        measured("pieces", "{} pieces", {6: 0.7, 10: 1.0, 20: 1.7})),
    says=("{Material} pegs that hold a tent in wind.",),
    details=("Cords make them easy to pull.", "A pouch keeps them together."),
    words=words("tent stakes",), accessory_of="tent",
)
_SLEEPING_BAG = ProductType(
    key="sleeping-bag", noun="sleeping bag", plural="sleeping bags",
    path=("Camping", "Sleeping bags"), drawing="sleeping_bag",
    price=(50, 210), brands=_CAMP, lines=words("Aurora, Cocoon, Lakeside, Polar"), groups=18,
    title="{brand} {line} Sleeping Bag, {Filling}, Comfort {comfort_c}, {Colour}",
    axes=(colours("teal, red, navy, olive, mustard"),
        axis("filling", "synthetic", Option("down", "down", 1.7)),
          measured("comfort_c", "{} °C", {-5: 1.3, 0: 1.15, 5: 1.0, 12: 0.75})),
    vary=("comfort_c", "colour"),
    says=("A {filling} sleeping bag that stays comfortable down to {comfort_c}.",),
    details=("The zip opens from both ends.", "It packs to the size of a loaf."),
    words=words("camping quilt",), siblings=("tent",),
)
_BACKPACK = ProductType(
    key="backpack", noun="backpack", plural="backpacks", path=("Outdoor", "Backpacks"),
    drawing="backpack", price=(40, 160),
    brands=_CAMP, lines=words("Traverse, Daypack, Fell, Rolltop, Basecamp"),
    title="{brand} {line} {volume_litre} Backpack {waterproof}, {Colour}",
    axes=(colours("olive, navy, orange, black, mustard, teal"),
        measured("volume_litre", "{} l", {18: 0.8, 25: 1.0, 40: 1.3, 60: 1.6}),
          flag("waterproof", "Waterproof", 1.15, "Welded seams make it waterproof.")),
    vary=("colour", "volume_litre"),
    says=("A {volume_litre} backpack in {colour} for hikes, school and flights.",),
    details=("A sleeve holds a laptop or a water bladder.", "The hip belt takes the weight."),
    words=words("rucksack, daypack, hiking backpack"),
)
_BOTTLE = ProductType(
    key="water-bottle", noun="water bottle", plural="water bottles",
    path=("Outdoor", "Water bottles"), drawing="flask", price=(12, 38),
    brands=_CAMP, lines=words("Spring, Thermo, Trail, Sip"),
    title="{brand} {line} {Material} Water Bottle, {volume_ml}, {Colour}",
    axes=(colours("teal, white, black, orange, sage, lilac"),
        axis("material", Option("stainless steel", "stainless steel", 1.2), "tritan", "glass"),
          measured("volume_ml", "{} ml", {500: 0.9, 750: 1.0, 1000: 1.15})),
    vary=("colour", "volume_ml"),
    says=("A {volume_ml} {material} water bottle in {colour} that does not leak.",),
    details=("The lid opens with one hand.", "Cold for a day, warm for half of one."),
    words=words("drinking bottle, flask, thermos"),
)
_YOGA = ProductType(
    key="yoga-mat", noun="yoga mat", plural="yoga mats", path=("Fitness", "Yoga mats"),
    drawing="yoga_mat", price=(18, 75),
    brands=_TRAIN, lines=words("Flow, Balance, Lotus, Grip"), groups=18,
    title="{brand} {line} {Material} Yoga Mat, {thickness_mm}, {Colour}",
    axes=(colours("lilac, sage, teal, rose, grey, navy"),
        axis("material", "foam", Option("cork", "cork", 1.5),
            Option("natural rubber", "natural rubber", 1.4)),
          measured("thickness_mm", "{} mm", {3: 0.85, 5: 1.0, 8: 1.15})),
    vary=("colour",),
    says=("A {thickness_mm} {material} yoga mat that grips even when palms get damp.",),
    details=("Lines help with alignment.", "A strap to carry it is included."),
    words=words("exercise mat, gym mat, pilates mat"),
)
_DUMBBELLS = ProductType(
    key="dumbbells", noun="dumbbells", plural="dumbbells", path=("Fitness", "Dumbbells"),
    drawing="dumbbell", price=(18, 60),
    brands=_TRAIN, lines=words("Hex, Neo, Round, Studio"), groups=18,
    title="{brand} {line} Dumbbells, Pair, {weight_kg} each, {Colour}",
    axes=(colours("black, teal, rose, grey"),
        measured("weight_kg", "{} kg", {2: 0.5, 4: 0.8, 6: 1.1, 10: 1.7})),
    vary=("weight_kg",),
    says=("A pair of dumbbells of {weight_kg} each for strength at home.",),
    details=("The coat spares floors and knuckles.", "They do not roll away."),
    words=words("weights, hand weights, hantel"),
)
_BALL = ProductType(
    key="football", noun="football", plural="footballs", path=("Ball games", "Footballs"),
    drawing="football", price=(14, 60),
    brands=_TRAIN, lines=words("Match, Street, Training, Junior"), groups=16,
    title="{brand} {line} Football, Size {size}, {Colour}",
    axes=(colours("white, orange, yellow, light blue"), axis("size", "3", "4", "5")),
    vary=("size",),
    says=("A football of size {size} that flies true and keeps its air.",),
    details=("32 panels are sewn by hand.", "Good for grass, gravel and gym."),
    words=words("soccer ball, ball"),
)
_RACKET = ProductType(
    key="tennis-racket", noun="tennis racket", plural="tennis rackets",
    path=("Ball games", "Tennis rackets"), drawing="racket",
    price=(45, 190), brands=_TRAIN, model="number", lines=words("Ace, Baseline, Spin"), groups=16,
    title="{brand} {line} {model} Tennis Racket, {weight_g}, {Colour}",
    axes=(colours("red, navy, yellow, black, teal"),
        measured("weight_g", "{} g", {255: 0.8, 285: 1.0, 305: 1.2})),
    vary=("weight_g",),
    says=("A {weight_g} tennis racket that forgives and still has punch.",),
    details=("It comes strung.", "The graphite frame damps the shock."),
    words=words("racquet, tennis racquet"),
)

SPORTS = Department(
    name="Sports & Outdoors", tint="#dcebe3",
    closings=("Tested by our own colleagues on a rainy weekend.",
        "Comes with a three-year guarantee.",
              "Free returns within 30 days.", "Repairs are done in our own workshop."),
    types=(_BIKE, _LOCK, _HELMET, _TENT, _PEGS, _SLEEPING_BAG, _BACKPACK, _BOTTLE, _YOGA,
        _DUMBBELLS, _BALL, _RACKET),
)
