"""Baby: strollers, seats, cots, bottles, nappies, first clothes."""

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

_MAKERS = makers(
    value="Trolli Tots, Bubbo", everyday="Kleinlund, Mimo", premium="Waldkind, Nordlys Baby"
)
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_STROLLER = ProductType(
    key="stroller", noun="stroller", plural="strollers", path=("On the go", "Strollers"),
    drawing="stroller", price=(190, 620), brands=_MAKERS, model="number",
    lines=words("Stroll, City Loop, Trek"), groups=18,
    title="{brand} {line} {model} {kind} Stroller, {Colour}",
    axes=(colours("grey, navy, olive, mustard, black, rose"),
        axis("kind", "Compact", Option("All-Terrain", "all-terrain", 1.3),
            Option("Twin", "twin", 1.6))), vary=("colour",),
    says=("A {kind} stroller in {colour} that folds with one hand.",),
    details=("The seat faces you or the world.", "Below is a basket for the weekly shop."),
    words=words("pushchair, pram, buggy"), siblings=("car-seat",),
)
_RAIN_COVER = ProductType(
    key="rain-cover", noun="stroller rain cover", plural="stroller rain covers",
    path=("On the go", "Stroller covers"), drawing="cover", price=(14, 38), brands=_MAKERS,
    lines=words("Shower, Storm, Shade"), groups=14,
    title="{brand} {line} Rain Cover for {host} Stroller",
    axes=(axis("material", "recycled polyester", "clear film"), colours("grey, navy, white")),
    says=("A {material} rain cover that fits the {host} and most strollers.",),
    details=("Side vents let air in.",),
    words=words("pram cover, pushchair cover"), accessory_of="stroller",
)
_CAR_SEAT = ProductType(
    key="car-seat", noun="child car seat", plural="child car seats",
    path=("On the go", "Car seats"), drawing="car_seat", price=(90, 340), brands=_MAKERS,
    lines=words("Safe Trip, Voyager, Cosy"), groups=16,
    title="{brand} {line} Child Car Seat, {age_from}, {Colour}",
    axes=(colours("black, grey, navy, burgundy"),
        measured("age_from", "from {} years", {0: 1.0, 1: 1.1, 4: 0.8})), vary=("colour",),
    says=("A child car seat {age_from} with a firm, soft-lined shell.",),
    details=("A green light shows that it is clicked in.", "The cover can be washed."),
    words=words("baby car seat, baby seat"), siblings=("stroller",),
)
_COT = ProductType(
    key="cot", noun="cot", plural="cots", path=("Nursery", "Cots"), drawing="cot", price=(120, 380),
    brands=_MAKERS, lines=words("Little Moon, Birk, Dreamer"), groups=14,
    title="{brand} {line} Cot in {Material}, {size}",
    axes=(axis("material", "beech", Option("walnut", "walnut", 1.3), "pine"),
        axis("size", "60 x 120 cm", Option("70 x 140 cm", "70 x 140 cm", 1.15))),
        vary=("size", "material"),
    says=("A cot of solid {material} that grows into a bed for toddlers.",),
    details=("The base has three heights.", "Three bars come out."),
    words=words("crib, baby bed"),
)
_MONITOR = ProductType(
    key="baby-monitor", noun="baby monitor", plural="baby monitors",
    path=("Nursery", "Baby monitors"), drawing="baby_monitor", price=(40, 160), brands=_MAKERS,
    model="sku", lines=words("Lullaby, Watch, Nightlight"), groups=15,
    title="{brand} {line} {model} Baby Monitor {video}, {Colour}",
    axes=(colours("white, mint, rose"), flag("video", "with Camera", 1.6,
        "The camera sees in the dark.")),
    says=("A baby monitor that hears every breath over 300 metres.",),
    details=("It plays five lullabies.", "No Wi-Fi is needed."),
    words=words("baby phone, babyphone"),
)
_BOTTLE = ProductType(
    key="baby-bottle", noun="baby bottle", plural="baby bottles", path=("Feeding", "Baby bottles"),
    drawing="baby_bottle", price=(7, 20), brands=_MAKERS,
    lines=words("First Sip, Natural, Anti-Colic"), groups=18,
    title="{brand} {line} {Material} Baby Bottle, {volume_ml}, {Colour}",
    axes=(colours("mint, rose, light blue, beige"), axis("material", "glass", "plastic"),
        measured("volume_ml", "{} ml", {150: 0.85, 240: 1.0, 330: 1.1})),
        vary=("volume_ml", "colour"),
    says=("A {volume_ml} {material} baby bottle with a soft, slow teat.",),
    details=("It fits in small hands.", "All parts can be boiled."),
    words=words("feeding bottle, milk bottle"),
)
_WARMER = ProductType(
    key="bottle-warmer", noun="bottle warmer", plural="bottle warmers",
    path=("Feeding", "Bottle warmers"), drawing="warmer", price=(22, 60), brands=_MAKERS,
    model="sku", lines=words("Cosy, Quick"), groups=12,
    title="{brand} {line} {model} Bottle Warmer for Baby Bottles, {Colour}",
    axes=(colours("white, mint, grey"), flag("car_adapter", "with Car Adapter", 1.15,
        "It works in the car, too.")),
    says=("A bottle warmer that brings baby bottles to body warmth in four minutes.",),
    details=("It switches itself off.",),
    words=words("baby food warmer",), accessory_of="baby-bottle",
)
_NAPPIES = ProductType(
    key="nappies", noun="nappies", plural="nappies", path=("Care", "Nappies"), drawing="nappies",
    price=(12, 36), brands=_MAKERS, lines=words("Cloud, Night, Eco"), groups=16,
    title="{brand} {line} Nappies, Size {size}, {pieces}",
    axes=(sizes("2, 3, 4, 5"), measured("pieces", "{} pieces", {30: 0.6, 60: 1.0, 120: 1.7})),
    vary=("size", "pieces"),
    says=("Soft nappies of size {size} that stay dry for up to twelve hours.",),
    details=("Free of perfume and chlorine.",),
    words=words("diapers, baby diapers"),
)
_BODYSUIT = ProductType(
    key="bodysuit", noun="baby bodysuit", plural="baby bodysuits", path=("Clothes", "Bodysuits"),
    drawing="bodysuit", price=(8, 26), brands=_MAKERS,
    lines=words("Stripe, Little Fox, Rib, Cloud"), groups=20,
    title="{brand} {line} Baby Bodysuit in {Material}, {Colour}, {size}",
    axes=(colours("cream, sage, rose, mustard, light blue"), sizes("56, 62, 68, 74, 80"),
        axis("material", "cotton", Option("organic cotton", "organic cotton", 1.2),
            Option("merino wool", "merino wool", 1.8))), vary=("size", "colour"),
    says=("A {material} bodysuit in {colour} that opens wide for easy dressing.",),
    details=("Snaps are free of nickel.", "It may be washed at 60 degrees."),
    words=words("onesie, romper, baby clothes"),
)

BABY = Department(
    name="Baby", tint="#e2ecec",
    closings=(
        "Tested for harmful substances.",
        "A gift for new parents.",
        "Free returns within 30 days.",
        "Recommended by midwives.",
    ),
    types=(_STROLLER, _RAIN_COVER, _CAR_SEAT, _COT, _MONITOR, _BOTTLE, _WARMER, _NAPPIES,
        _BODYSUIT),
)
