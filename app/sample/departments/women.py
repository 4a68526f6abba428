"""Women's fashion: dresses, tops, trousers, coats, bags."""

from app.sample.blueprint import (
    Department,
    Option,
    ProductType,
    axis,
    colours,
    makers,
    sizes,
    words,
)

_LABELS = makers(
    value="Moda Brisa, Lilou", everyday="Linden & Rue, Solveig", premium="Maison Virel, Ottilie"
)
_SIZES = sizes("XS, S, M, L, XL")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_DRESS = ProductType(
    key="dress", noun="dress", plural="dresses", path=("Dresses",), drawing="dress",
    price=(45, 160),
    brands=_LABELS, lines=words("Wrap Midi, Shirt, Slip, Tiered Maxi, A-Line, Tea"), groups=26,
    title="{brand} {line} Dress in {Material}, {Colour}, {size}",
    axes=(colours("red, navy, black, sage, mustard, lilac, terracotta, white"), _SIZES,
          axis("material", "viscose", "cotton", Option("linen", "linen", 1.15),
              Option("silk", "silk", 1.9)),
          axis("season", "summer", "autumn", "all-year")),
    vary=("colour", "size"),
    says=("A {line} dress in {colour} {material} that moves when you do.",
          "Made for {season} days: a {material} dress in {colour}, dressed up or down."),
    details=("It has pockets.", "Cut in Lisbon by a family workshop."),
    words=words("gown, frock, summer dress"), siblings=("skirt",),
)
_BLOUSE = ProductType(
    key="blouse", noun="blouse", plural="blouses", path=("Tops", "Blouses"), drawing="blouse",
    price=(32, 95), brands=_LABELS, lines=words("Pleated, Bow, Relaxed, Stand-Collar, Puff-Sleeve"),
    title="{brand} {line} Blouse in {Material}, {Colour}, {size}",
    axes=(colours("white, cream, light blue, rose, black, sage"), _SIZES,
          axis("material", "cotton", "viscose", Option("silk", "silk", 1.9))),
    vary=("size", "colour"),
    says=("A {line} blouse of {colour} {material} for office and weekend.",),
    details=("Mother-of-pearl buttons close it.", "It creases little and irons fast."),
    words=words("top, ladies' shirt"), siblings=("womens-jumper",),
)
_JUMPER = ProductType(
    key="womens-jumper", noun="women's jumper", plural="women's jumpers", path=("Tops", "Jumpers"),
    drawing="jumper", price=(42, 140), brands=_LABELS,
    lines=words("Cable-Knit, Roll-Neck, Boyfriend, Ribbed, Fisherman"),
    title="{brand} {line} Jumper in {Material}, {Colour}, {size}",
    axes=(colours("cream, mustard, grey, burgundy, teal, rose"), _SIZES,
          axis("material", "cotton", Option("merino wool", "merino wool", 1.3),
              Option("cashmere", "cashmere", 2.2))),
    vary=("size", "colour"),
    says=("A {line} jumper in {colour} {material}, warm without weight.",),
    details=("Knitted without side seams.", "Wash it cool and dry it flat."),
    words=words("sweater, pullover, knitwear"), siblings=("blouse",),
)
_JEANS = ProductType(
    key="womens-jeans", noun="women's jeans", plural="women's jeans", path=("Trousers", "Jeans"),
    drawing="trousers", price=(45, 120), brands=_LABELS,
    lines=words("Straight, Mom, Skinny, Wide-Leg, Bootcut"),
    title="{brand} {line} Jeans for Women, {Colour}, {size}",
    axes=(colours("blue, light blue, black, navy, cream"), sizes("W26, W28, W30, W32"),
          axis("material", "denim", "organic denim")),
    vary=("size", "colour"),
    says=("{line} jeans for women in {colour} {material} with a high waist.",),
    details=("A little stretch lets them sit comfortably.", "Dyed with half the usual water."),
    words=words("denim trousers, ladies' jeans"),
)
_SKIRT = ProductType(
    key="skirt", noun="skirt", plural="skirts", path=("Skirts",), drawing="skirt", price=(32, 95),
    brands=_LABELS, lines=words("Pleated Midi, Denim Mini, Wrap, Pencil, Tiered"), groups=18,
    title="{brand} {line} Skirt in {Material}, {Colour}, {size}",
    axes=(colours("black, olive, mustard, navy, rose, red"), _SIZES,
          axis("material", "cotton", "viscose", "corduroy")),
    vary=("size", "colour"),
    says=("A {line} skirt of {colour} {material} with a comfortable waistband.",),
    details=("It is lined and does not cling.", "A hidden zip closes it at the side."),
    siblings=("dress",),
)
_COAT = ProductType(
    key="womens-coat", noun="women's coat", plural="women's coats",
    path=("Coats & jackets", "Coats"),
    drawing="coat", price=(95, 320), brands=_LABELS,
    lines=words("Duster, Wrap, Trench, Quilted, Cocoon"),
    title="{brand} {line} Coat for Women in {Material}, {Colour}, {size}",
    axes=(colours("tan, grey, navy, olive, burgundy, black"), _SIZES,
          axis("material", Option("wool", "wool", 1.2), "cotton",
              Option("recycled polyester", "recycled polyester", 0.85,
                  "The filling is made of recycled bottles and keeps out rain."))),
    vary=("size", "colour"),
    says=("A {line} coat for women in {colour} {material}, for winter mornings.",),
    details=("The pockets are deep and lined with fleece.",
        "The collar turns up against the wind."),
    words=words("winter coat, ladies' coat"),
)
_HANDBAG = ProductType(
    key="handbag", noun="handbag", plural="handbags", path=("Bags", "Handbags"), drawing="handbag",
    price=(55, 240), brands=_LABELS, lines=words("Mira, Celeste, Bucket, Saddle, Tote, Noor"),
    title="{brand} {line} Handbag in {Material}, {Colour}",
    axes=(colours("tan, black, burgundy, sage, cream, mustard"),
          axis("material", Option("leather", "leather", 1.4), "vegan leather",
              Option("canvas", "canvas", 0.7))),
    vary=("colour",),
    says=("A {material} handbag in {colour} with room for the day.",),
    details=("The inner pocket keeps keys and phone apart.", "A longer strap comes with it."),
    words=words("purse, shoulder bag"),
)
_SCARF = ProductType(
    key="scarf", noun="scarf", plural="scarves", path=("Accessories", "Scarves"), drawing="scarf",
    price=(18, 75), brands=_LABELS, lines=words("Fringe, Blanket, Check, Rib, Breeze"), groups=18,
    title="{brand} {line} Scarf in {Material}, {Colour}",
    axes=(colours("grey, red, mustard, teal, beige, lilac"),
          axis("material", "cotton", Option("merino wool", "merino wool", 1.3),
              Option("silk", "silk", 1.8))),
    vary=("colour",),
    says=("A {material} scarf in {colour}, long enough to wrap twice.",),
    details=("Woven on old looms.", "It comes in a small box."),
    words=words("shawl, wool scarf"),
)

WOMEN = Department(
    name="Women's Fashion", tint="#f3dfe0",
    closings=(
        "A favourite of our customers.",
        "Free returns within 30 days.",
        "Sewn under fair conditions.",
        "A piece to keep for many seasons.",
    ),
    types=(_DRESS, _BLOUSE, _JUMPER, _JEANS, _SKIRT, _COAT, _HANDBAG, _SCARF),
)
