"""Men's fashion: shirts, knitwear, trousers, jackets, belts and wallets."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    colours,
    flag,
    makers,
    sizes,
    words,
)

_LABELS = makers(
    value="Strand & Sons, Baxo", everyday="Northgate, Solveig", premium="Harlow Finch, Corvino"
)
_SIZES = sizes("S, M, L, XL, XXL")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_SHIRT = ProductType(
    key="mens-shirt", noun="men's shirt", plural="men's shirts", path=("Shirts",), drawing="shirt",
    price=(35, 95), brands=_LABELS, lines=words("Oxford, Poplin, Flannel, Band-Collar, Weekend"),
    groups=24,
    title="{brand} {line} Shirt for Men, {fit} Fit, {Colour}, {size}",
    axes=(colours("white, light blue, navy, rose, olive, grey"), _SIZES,
          axis("fit", "Slim", "Regular", "Relaxed"), axis("material", "cotton", "linen")),
    vary=("colour", "size"),
    says=("A {line} shirt for men in {colour} {material} with a {fit} cut.",),
    details=("It stays neat under a jacket.", "Spare buttons are sewn into the hem."),
    words=words("dress shirt, button-down shirt"), siblings=("t-shirt",),
)
_TSHIRT = ProductType(
    key="t-shirt", noun="t-shirt", plural="t-shirts", path=("T-shirts",), drawing="tshirt",
    price=(12, 38),
    brands=_LABELS, lines=words("Crew, Pocket, Heavy, V-Neck, Breton"), groups=24,
    title="{brand} {line} T-Shirt for Men in {Material}, {Colour}, {size}",
    axes=(colours("white, black, navy, olive, grey, red, mustard"), _SIZES,
          axis("material", "cotton", Option("organic cotton", "organic cotton", 1.2),
              Option("merino wool", "merino wool", 1.9))),
    vary=("colour", "size"),
    says=("A {line} T-shirt of {material} in {colour} that keeps its shape.",),
    details=("The neckband is doubled.", "Knitted at 180 grams to the square metre."),
    words=words("tee, tee shirt"), siblings=("mens-shirt",),
)
_MENS_JUMPER = ProductType(
    key="mens-jumper", noun="men's jumper", plural="men's jumpers", path=("Knitwear",),
    drawing="jumper",
    price=(45, 130), brands=_LABELS, lines=words("Crew-Neck, Half-Zip, Shawl, Aran, Roll-Neck"),
    title="{brand} {line} Jumper for Men in {Material}, {Colour}, {size}",
    axes=(colours("navy, grey, green, burgundy, beige"), _SIZES,
          axis("material", "cotton", Option("lambswool", "lambswool", 1.15),
              Option("cashmere", "cashmere", 2.2))),
    vary=("size", "colour"),
    says=("A {line} jumper for men, knitted from {colour} {material}.",),
    details=("Elbows are reinforced.", "It fits under a coat and over a shirt."),
    words=words("sweater, pullover"),
)
_CHINOS = ProductType(
    key="chinos", noun="chinos", plural="chinos", path=("Trousers", "Chinos"), drawing="trousers",
    price=(40, 95), brands=_LABELS, lines=words("Slim, Straight, Tapered, Pleated"), groups=18,
    title="{brand} {line} Chinos for Men, {Colour}, {size}",
    axes=(colours("beige, navy, olive, grey, brown"), sizes("W30, W32, W34, W36"),
          axis("material", "cotton twill", "stretch cotton")),
    vary=("size", "colour"),
    says=("{line} chinos of {colour} {material} for office, bar and bicycle.",),
    details=("A hidden pocket keeps the train ticket.", "Garment-dyed for a soft hand."),
    words=words("trousers, cotton trousers"), siblings=("mens-jeans",),
)
_MENS_JEANS = ProductType(
    key="mens-jeans", noun="men's jeans", plural="men's jeans", path=("Trousers", "Jeans"),
    drawing="trousers", price=(48, 130), brands=_LABELS,
    lines=words("Straight, Slim, Loose, Tapered"), groups=18,
    title="{brand} {line} Jeans for Men, {Colour}, {size}",
    axes=(colours("blue, navy, black, grey"), sizes("W30, W32, W34, W36"),
        axis("material", "denim", "organic denim")),
    vary=("size", "colour"),
    says=("{line} jeans for men in {colour} {material} that age well.",),
    details=("Five pockets and copper rivets.", "Repaired free of charge for two years."),
    words=words("denim trousers",), siblings=("chinos",),
)
_JACKET = ProductType(
    key="mens-jacket", noun="men's jacket", plural="men's jackets", path=("Jackets",),
    drawing="coat",
    price=(75, 280), brands=_LABELS, lines=words("Harbour, Field, Bomber, Parka, Rain"),
    title="{brand} {line} Jacket for Men {waterproof}, {Colour}, {size}",
    axes=(colours("navy, olive, black, mustard, grey"), _SIZES,
        axis("material", "cotton", "nylon", "wool"),
          flag("waterproof", "Waterproof", 1.25, "Taped seams keep it waterproof in a downpour.")),
    vary=("colour", "size"),
    says=("A {line} jacket for men in {colour} {material}, for town and coast.",),
    details=("Four pockets outside, two inside.", "The hood comes off."),
    words=words("rain jacket, men's coat"),
)
_BELT = ProductType(
    key="belt", noun="belt", plural="belts", path=("Accessories", "Belts"), drawing="belt",
    price=(18, 65),
    brands=_LABELS, lines=words("Classic, Braided, Work, Reversible"), groups=16,
    title="{brand} {line} Belt in {Material}, {Colour}, {size}",
    axes=(colours("brown, black, tan, navy"), sizes("85 cm, 95 cm, 105 cm"),
          axis("material", Option("leather", "leather", 1.2), "canvas", "vegan leather")),
    vary=("size", "colour"),
    says=("A {colour} {material} belt with a brushed buckle.",),
    details=("It can be shortened with a pair of scissors.", "3.5 cm wide, for jeans and chinos."),
    words=words("leather belt",), accessory_of="chinos",
)
_WALLET = ProductType(
    key="wallet", noun="wallet", plural="wallets", path=("Accessories", "Wallets"),
    drawing="wallet",
    price=(20, 80), brands=_LABELS, lines=words("Slim, Bifold, Zip, Traveller"), groups=16,
    title="{brand} {line} Wallet in {Material}, {Colour}",
    axes=(colours("tan, black, brown, navy, green"),
          axis("material", Option("leather", "leather", 1.3), "vegan leather", "recycled nylon")),
    vary=("colour",),
    says=("A {material} wallet in {colour} for eight cards, notes and coins.",),
    details=("It shields cards from being read by radio.", "Thin enough for a front pocket."),
    words=words("purse for men, card holder"),
)

MEN = Department(
    name="Men's Fashion", tint="#dfe5dd",
    closings=(
        "A favourite of our customers.",
        "Free returns within 30 days.",
        "Sewn under fair conditions.",
        "A piece to keep for many seasons.",
    ),
    types=(_SHIRT, _TSHIRT, _MENS_JUMPER, _CHINOS, _MENS_JEANS, _JACKET, _BELT, _WALLET),
)
