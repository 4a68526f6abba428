"""Beauty and care: skin, hair, scent, teeth and shaving."""

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

_CARE = makers(
    value="Sanella Pure, Bonnie B", everyday="Florelle, Kruidhof", premium="Maison Aube, Serein"
)
_DEVICES = makers(value="Brizo, Pikkel", everyday="Tavolux, Glattwerk", premium="Serein, Ostberg")
_ML = measured("volume_ml", "{} ml", {30: 0.75, 50: 1.0, 100: 1.5})
_SKIN = axis("skin", "Dry", "Sensitive", "Oily", "All")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_CREAM = ProductType(
    key="face-cream", noun="face cream", plural="face creams", path=("Skin care", "Face creams"),
    drawing="jar", price=(12, 55),
    brands=_CARE, lines=words("Rosée, Calm, Hydra, Nuit, Alpine"), groups=24,
    title="{brand} {line} Face Cream for {skin} Skin, {volume_ml}",
    axes=(_SKIN, _ML, flag("vegan", "", 1.0, "The recipe is vegan and free of perfume."),
        axis("active", "aloe", "hyaluron", "squalane")),
    vary=("volume_ml",),
    says=("A light face cream with {active} that leaves {skin} skin soft for a day.",),
    details=("A little goes a long way.", "Dermatologists have tested it on sensitive skin."),
    words=words("moisturiser, day cream, moisturizer"), siblings=("sunscreen",),
)
_SUNSCREEN = ProductType(
    key="sunscreen", noun="sunscreen", plural="sunscreens", path=("Skin care", "Sunscreens"),
    drawing="tube", price=(9, 30),
    brands=_CARE, lines=words("Soleil, Beach, Daily, Kids"), groups=18,
    title="{brand} {line} Sunscreen SPF {spf}, {volume_ml} {waterproof}",
    axes=(axis("spf", "30", "50"), measured("volume_ml", "{} ml", {50: 0.8, 100: 1.0, 200: 1.5}),
          flag("waterproof", "Waterproof", 1.1, "It holds through two swims.")),
    vary=("volume_ml",),
    says=("A sunscreen with factor {spf} that sinks in without a white film.",),
    details=("Kind to reefs and to white shirts.",),
    words=words("sun cream, sun lotion, suncream"), siblings=("face-cream",),
)
_SHAMPOO = ProductType(
    key="shampoo", noun="shampoo", plural="shampoos", path=("Hair", "Shampoos"),
    drawing="pump_bottle", price=(5, 24), brands=_CARE,
    lines=words("Birch, Citrus, Oat, Rosemary, Volume"),
    title="{brand} {line} Shampoo for {hair} Hair, {volume_ml}",
    axes=(axis("hair", "Dry", "Fine", "Curly", "Coloured"),
        measured("volume_ml", "{} ml", {250: 0.8, 400: 1.0, 1000: 1.8})),
    vary=("volume_ml",),
    says=("A mild shampoo with {line} that gives {hair} hair shine and hold.",),
    details=("Free of silicone.", "The bottle is made of old bottles."),
    words=words("hair wash, hair care"),
)
_DRYER = ProductType(
    key="hair-dryer", noun="hair dryer", plural="hair dryers", path=("Hair", "Hair dryers"),
    drawing="hair_dryer", price=(28, 140),
    brands=_DEVICES, model="sku", lines=words("Breeze, Salon, Travel"), groups=18,
    title="{brand} {line} {model} Hair Dryer, {power_watt}, {Colour}",
    axes=(colours("black, rose, white, teal"),
        measured("power_watt", "{} W", {1200: 0.8, 1800: 1.0, 2200: 1.3})), vary=("colour",),
    says=("A {power_watt} hair dryer that dries fast and stays below the heat that harms.",),
    details=("An ion stream tames flyaway hair.", "A diffuser and a narrow nozzle click on."),
    words=words("hairdryer, blow dryer"),
)
_PERFUME = ProductType(
    key="perfume", noun="perfume", plural="perfumes", path=("Fragrance", "Perfumes"),
    drawing="perfume", price=(35, 130), brands=_CARE,
    lines=words("Nuage, Verveine, Sel Gris, Figuier, Ambra, Pluie"), groups=24,
    title="{brand} {line} Eau de Parfum, {notes}, {volume_ml}",
    axes=(axis("notes", "Rose & Pepper", "Fig & Cedar", "Citrus & Salt", "Amber & Vanilla"), _ML),
    vary=("volume_ml",),
    says=("{line} opens with {notes} and settles close to the skin.",),
    details=("A scent for evenings and letters.", "The flacon is made to be refilled."),
    words=words("fragrance, eau de parfum, scent"),
)
_LIPSTICK = ProductType(
    key="lipstick", noun="lipstick", plural="lipsticks", path=("Make-up", "Lipsticks"),
    drawing="lipstick", price=(8, 32), brands=_CARE,
    lines=words("Velours, Gloss, Matte Kiss, Sheer"),
    title="{brand} {line} Lipstick, {Finish}, {Colour}",
    axes=(colours("red, rose, burgundy, terracotta, pink, brown"),
        axis("finish", "matte", "satin", "glossy")), vary=("colour",),
    says=("A {finish} lipstick in {colour} that lasts through dinner.",),
    details=("Enriched with jojoba oil.", "Not tested on animals."),
    words=words("lip colour, make-up"),
)
_TOOTHBRUSH = ProductType(
    key="electric-toothbrush", noun="electric toothbrush", plural="electric toothbrushes",
    path=("Teeth", "Electric toothbrushes"),
    drawing="toothbrush", price=(28, 130), brands=_DEVICES, model="number",
    lines=words("Sonic, Clean, Pearl"), groups=18,
    title="{brand} {line} {model} Electric Toothbrush, {modes}, {Colour}",
    axes=(colours("white, black, mint, rose, navy"),
        measured("modes", "{} modes", {2: 0.8, 3: 1.0, 5: 1.3})), vary=("colour",),
    says=("An electric toothbrush with {modes} and a timer of two minutes.",),
    details=("A light warns when you press too hard.", "It runs for three weeks on one charge."),
    words=words("sonic toothbrush, toothbrush"),
)
_BRUSH_HEADS = ProductType(
    key="brush-heads", noun="toothbrush heads", plural="toothbrush heads",
    path=("Teeth", "Toothbrush heads"), drawing="brush_heads",
    price=(9, 28), brands=_DEVICES, lines=words("Soft, Whitening, Gum Care"), groups=14,
    title="{brand} {line} Brush Heads for {host} Electric Toothbrush, {pieces}",
    axes=(measured("pieces", "{} pieces", {2: 0.7, 4: 1.0, 8: 1.7}),), vary=("pieces",),
    says=("{pieces} of replacement heads for the {host}.",),
    details=("Bristles fade when it is time for a new one.",),
    words=words("replacement brush heads",), accessory_of="electric-toothbrush",
)
_RAZOR = ProductType(
    key="razor", noun="safety razor", plural="safety razors", path=("Shaving", "Razors"),
    drawing="razor", price=(15, 65), brands=_DEVICES,
    lines=words("Classic, Barber, Heritage"), groups=15,
    title="{brand} {line} Safety Razor in {Material}, {Colour}",
    axes=(colours("silver, black, gold, rose"),
        axis("material", "steel", Option("brass", "brass", 1.2))), vary=("colour",),
    says=("A {material} safety razor in {colour} for a close shave without plastic.",),
    details=("It takes every standard blade.", "The knurled handle does not slip."),
    words=words("razor, shaver, wet razor"),
)
_BLADES = ProductType(
    key="razor-blades", noun="razor blades", plural="razor blades",
    path=("Shaving", "Razor blades"), drawing="blades", price=(4, 15),
    brands=_DEVICES, lines=words("Platinum, Sensitive, Classic"), groups=14,
    title="{brand} {line} Razor Blades for Safety Razors, {pieces}",
    axes=(measured("pieces", "{} pieces", {10: 0.6, 50: 1.0, 100: 1.7}),), vary=("pieces",),
    says=("{pieces} of double-edged blades that fit every safety razor.",),
    details=("Made of Swedish steel.", "A slot in the tin takes the used ones."),
    words=words("replacement blades",), accessory_of="razor",
)

BEAUTY = Department(
    name="Beauty & Care", tint="#f4e0e6",
    closings=(
        "A nice gift for yourself.",
        "The box can be recycled.",
        "Chosen by our beauty editors.",
        "Sent out within a day.",
    ),
    types=(_CREAM, _SUNSCREEN, _SHAMPOO, _DRYER, _PERFUME, _LIPSTICK, _TOOTHBRUSH, _BRUSH_HEADS,
        _RAZOR, _BLADES),
)
