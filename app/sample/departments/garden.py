"""Garden and DIY: tools, watering, plants, barbecue, paint."""

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

_TOOLS = makers(
    value="Werko, Fixano", everyday="Hammerlin, Bosko Tools", premium="Stahlmann, Ridgeworth"
)
_GARDEN = makers(
    value="Fixano, Gartl", everyday="Greenholm, Hammerlin", premium="Ridgeworth, Terrasole"
)
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_DRILL = ProductType(
    key="drill", noun="cordless drill", plural="cordless drills",
    path=("Power tools", "Cordless drills"), drawing="drill",
    price=(60, 190), brands=_TOOLS, model="sku", lines=words("Torque, Compact, Site"), groups=22,
    title="{brand} {line} {model} Cordless Drill, {voltage}, {kit}",
    axes=(measured("voltage", "{} V", {12: 0.75, 18: 1.0, 20: 1.2}),
        colours("teal, red, yellow, green"),
          axis("kit", "Bare Tool", Option("with 2 Batteries", "2 batteries", 1.4,
              "Two batteries take turns, so work goes on."), Option("with Case", "case", 1.15))),
    vary=("kit",),
    says=("A {voltage} cordless drill for shelves, decks and flat-pack evenings.",),
    details=("A lamp lights the dark corner.", "Twenty torque steps spare the screw."),
    words=words("drill driver, screwdriver, power drill"),
)
_BITS = ProductType(
    key="drill-bits", noun="drill bits", plural="drill bits", path=("Power tools", "Drill bits"),
    drawing="bits", price=(9, 38),
    brands=_TOOLS, lines=words("Pro, Multi, Starter"), groups=16,
    title="{brand} {line} Drill Bit Set for {surface}, {pieces}",
    axes=(axis("surface", "Wood", "Metal", "Masonry"),
        measured("pieces", "{} pieces", {8: 0.6, 19: 1.0, 50: 1.8})), vary=("pieces",),
    says=("A drill bit set of {pieces} for {surface} that fits all common drills.",),
    details=("They stay sharp thanks to a titanium coat.",
        "The case shows every size at a glance."),
    words=words("drill set, bits for drill"), accessory_of="drill",
)
_HAMMER = ProductType(
    key="hammer", noun="hammer", plural="hammers", path=("Hand tools", "Hammers"), drawing="hammer",
    price=(11, 42), brands=_TOOLS,
    lines=words("Claw, Joiner, Roofer, Club"), groups=16,
    title="{brand} {line} Hammer, {weight_g}, {Handle} Handle",
    axes=(axis("handle", "oak", "ash", Option("steel", "steel", 1.2)),
        measured("weight_g", "{} g", {300: 0.85, 500: 1.0, 800: 1.2})), vary=("weight_g",),
    says=("A {weight_g} {line} hammer with a forged head.",),
    details=("The handle of {handle} damps the blow.",),
    words=words("claw hammer, mallet"),
)
_MOWER = ProductType(
    key="lawnmower", noun="lawnmower", plural="lawnmowers", path=("Lawn", "Lawnmowers"),
    drawing="mower", price=(140, 480), brands=_GARDEN,
    model="sku", lines=words("Meadow, Stripe, Parc"), groups=18,
    title="{brand} {line} {model} {kind} Lawnmower, {cut_cm}, {Colour}",
    axes=(colours("green, red, orange, yellow"),
        axis("kind", "Electric", Option("Cordless", "cordless", 1.3), Option("Robot", "robot", 2.0),
            Option("Push", "push", 0.5)),
          measured("cut_cm", "{} cm", {32: 0.85, 38: 1.0, 46: 1.3})),
    says=("A {kind} lawnmower with a cut of {cut_cm} for gardens small and large.",),
    details=("Six heights, from carpet to meadow.", "The handle folds for the shed."),
    words=words("mower, lawn mower, grass cutter"),
)
_HOSE = ProductType(
    key="garden-hose", noun="garden hose", plural="garden hoses", path=("Watering", "Garden hoses"),
    drawing="hose", price=(18, 65), brands=_GARDEN,
    lines=words("Flex, Classic, Kink-Free"), groups=18,
    title="{brand} {line} Garden Hose, {length_m}, {Colour}",
    axes=(colours("green, yellow, orange, grey"),
        measured("length_m", "{} m", {15: 0.7, 25: 1.0, 50: 1.7})), vary=("length_m",),
    says=("A {length_m} garden hose that does not kink and stays soft in the cold.",),
    details=("Fittings for both ends are included.", "Free of harmful plasticisers."),
    words=words("water hose, hosepipe"),
)
_NOZZLE = ProductType(
    key="hose-nozzle", noun="hose nozzle", plural="hose nozzles", path=("Watering", "Hose nozzles"),
    drawing="nozzle", price=(7, 28), brands=_GARDEN,
    lines=words("Rain, Jet, Multi"), groups=14,
    title="{brand} {line} Nozzle for Garden Hoses, {patterns}, {Colour}",
    axes=(colours("orange, green, black"), measured("patterns", "{} spray patterns",
        {1: 0.7, 5: 1.0, 8: 1.3})),
    says=("A hose nozzle with {patterns}, from mist to jet.",),
    details=("It clicks on to all common couplings.",),
    words=words("spray gun, garden sprayer"), accessory_of="garden-hose",
)
_POT = ProductType(
    key="plant-pot", noun="plant pot", plural="plant pots", path=("Plants", "Plant pots"),
    drawing="plant", price=(8, 48), brands=_GARDEN,
    lines=words("Terra, Ribbed, Globe, Balcony, Nordic"), groups=24,
    title="{brand} {line} {Material} Plant Pot, {diameter_cm}, {Colour}",
    axes=(colours("terracotta, white, grey, sage, mustard, navy"),
        axis("material", "clay", "ceramic", "recycled plastic"),
          measured("diameter_cm", "{} cm", {12: 0.6, 18: 1.0, 28: 1.7})),
    vary=("colour", "diameter_cm"),
    says=("A {material} plant pot of {diameter_cm} in {colour} for sill and balcony.",),
    details=("A hole and a saucer take care of too much water.", "It stands frost."),
    words=words("flower pot, planter, flowerpot"),
)
_GRILL = ProductType(
    key="barbecue", noun="barbecue", plural="barbecues", path=("Barbecue", "Barbecues"),
    drawing="grill", price=(70, 420), brands=_GARDEN,
    lines=words("Ember, Kettle, Terrace, Pitmaster"), groups=18,
    title="{brand} {line} {fuel} Barbecue, {diameter_cm}, {Colour}",
    axes=(colours("black, red, green, graphite"),
        axis("fuel", "Charcoal", Option("Gas", "gas", 1.6), Option("Electric", "electric", 1.2)),
          measured("diameter_cm", "{} cm", {37: 0.7, 47: 1.0, 57: 1.4})),
    vary=("diameter_cm",),
    says=("A {fuel} barbecue of {diameter_cm} for sausages, corn and friends.",),
    details=("The lid has a thermometer.", "Ash falls into a pan that is easy to empty."),
    words=words("bbq, grill, charcoal grill"),
)
_GRILL_COVER = ProductType(
    key="barbecue-cover", noun="barbecue cover", plural="barbecue covers",
    path=("Barbecue", "Barbecue covers"), drawing="cover", price=(14, 45),
    brands=_GARDEN, lines=words("Storm, Light, All-Year"), groups=14,
    title="{brand} {line} Cover for {host} Barbecue, {Colour}",
    axes=(colours("black, grey, olive"), axis("material", "polyester", "recycled polyester")),
    says=("A waterproof {material} cover that keeps the {host} dry through winter.",),
    details=("A cord ties it down in wind.",),
    words=words("grill cover, bbq cover"), accessory_of="barbecue",
)
_PAINT = ProductType(
    key="wall-paint", noun="wall paint", plural="wall paints", path=("Paint", "Wall paints"),
    drawing="paint_can", price=(18, 60), brands=_TOOLS,
    lines=words("Matt, Chalk, Silk, Kids' Room"), groups=20,
    title="{brand} {line} Wall Paint, {Colour}, {volume_litre}",
    axes=(colours("white, sage, terracotta, light blue, mustard, grey, rose"),
        measured("volume_litre", "{} l", {1: 0.4, 2.5: 1.0, 5: 1.7})),
        vary=("colour", "volume_litre"),
    says=("A {line} wall paint in {colour} that is easy to roll and does not drip.",
          "Washable wall paint in {colour} that covers in one coat."),
    details=("Almost without smell.", "Free of solvents and preservatives."),
    words=words("emulsion, interior paint"),
)

GARDEN = Department(
    name="Garden & DIY", tint="#dfead6",
    closings=(
        "Sturdy and plain.",
        "Free returns within 30 days.",
        "Good for beginners and old hands.",
        "Tested in our own garden and workshop.",
    ),
    types=(_DRILL, _BITS, _HAMMER, _MOWER, _HOSE, _NOZZLE, _POT, _GRILL, _GRILL_COVER, _PAINT),
)
