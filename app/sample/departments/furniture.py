"""Furniture: seats, tables, beds, storage and lamps."""

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

_MAKERS = makers(
    value="Kvik & Co, Hausli", everyday="Norrby, Lindholt", premium="Atelier Fauve, Ostberg"
)
_WOOD = axis("material", "oak", Option("walnut", "walnut", 1.25), Option("pine", "pine", 0.75))
_NAMES = "Alva, Birk, Esker, Fjell, Ida, Lund, Mora, Solvik, Tove"
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_SOFA = ProductType(
    key="sofa", noun="sofa", plural="sofas", path=("Living room", "Sofas"), drawing="sofa",
    price=(480, 1350), brands=_MAKERS, lines=words(_NAMES), groups=24,
    title="{brand} {line} {seats} Sofa in {Material}, {Colour}",
    axes=(colours("grey, navy, teal, mustard, beige, green, terracotta"),
          axis("material", "linen", "boucle", Option("velvet", "velvet", 1.15),
              Option("leather", "leather", 1.7)),
          measured("seats", "{}-Seater", {2: 0.8, 3: 1.0, 4: 1.35})),
    vary=("colour", "seats"),
    says=("A deep {seats} sofa in {colour} {material} on slim wooden legs.",
          "The {line} is a couch for long evenings, covered in {colour} {material}."),
    details=("The covers come off for washing.",
        "Its frame of solid wood is guaranteed for ten years."),
    words=words("couch, settee"), siblings=("armchair",),
)
_SOFA_COVER = ProductType(
    key="sofa-cover", noun="sofa cover", plural="sofa covers", path=("Living room", "Sofa covers"),
    drawing="folded", price=(35, 95), brands=_MAKERS, lines=words("Stretch, Drape, Fresh"),
    groups=15,
    title="{brand} {line} Sofa Cover for {host} Sofa, {Colour}",
    axes=(colours("grey, beige, navy, sage, terracotta"),
        axis("material", "cotton", "linen", "jersey")),
    vary=("colour",),
    says=("A {material} cover that gives the {host} sofa a new colour, {colour}.",),
    details=("It washes at 40 degrees.", "Elastic tape keeps it in place."),
    words=words("couch cover, slipcover"), accessory_of="sofa",
)
_ARMCHAIR = ProductType(
    key="armchair", noun="armchair", plural="armchairs", path=("Living room", "Armchairs"),
    drawing="armchair", price=(190, 560), brands=_MAKERS, lines=words(_NAMES),
    title="{brand} {line} Armchair in {Material}, {Colour}",
    axes=(colours("mustard, teal, grey, rose, green, burgundy"),
          axis("material", "boucle", "linen", Option("velvet", "velvet", 1.15),
              Option("leather", "leather", 1.7))),
    vary=("colour",),
    says=("An armchair in {colour} {material} to read, nap and think in.",),
    details=("The high back supports the neck.", "Legs are of oiled beech."),
    words=words("reading chair, lounge chair"), siblings=("sofa",),
)
_COFFEE_TABLE = ProductType(
    key="coffee-table", noun="coffee table", plural="coffee tables",
    path=("Living room", "Coffee tables"),
    drawing="low_table", price=(90, 320), brands=_MAKERS, lines=words(_NAMES), groups=18,
    title="{brand} {line} {shape} Coffee Table in {Material}",
    axes=(_WOOD, axis("shape", "Round", "Rectangular")), vary=("material",),
    says=("A {shape} coffee table of {material} for books, glasses and feet.",),
    details=("The edges are rounded by hand.", "It carries up to 40 kg."),
    words=words("living room table, side table"), siblings=("dining-table",),
)
_DINING_TABLE = ProductType(
    key="dining-table", noun="dining table", plural="dining tables",
    path=("Dining room", "Dining tables"),
    drawing="table", price=(320, 980), brands=_MAKERS, lines=words(_NAMES), groups=18,
    title="{brand} {line} Dining Table in {Material}, {length_cm}",
    axes=(_WOOD, measured("length_cm", "{} cm", {140: 0.85, 180: 1.0, 220: 1.3})),
    vary=("length_cm", "material"),
    says=("A {length_cm} dining table of solid {material} around which stories are told.",),
    details=("It can be oiled again and again.", "The legs come off for moving house."),
    words=words("kitchen table, table"), siblings=("coffee-table", "desk"),
)
_DINING_CHAIR = ProductType(
    key="dining-chair", noun="dining chair", plural="dining chairs",
    path=("Dining room", "Dining chairs"),
    drawing="chair", price=(55, 190), brands=_MAKERS, lines=words(_NAMES),
    title="{brand} {line} Dining Chair in {Material}, {Colour}",
    axes=(_WOOD, colours("black, white, natural, sage, mustard, navy")), vary=("colour",),
    says=("A light dining chair of {material} with a gently bent back.",),
    details=("It weighs under 5 kg and bears 130.", "Felt glides spare the floor."),
    words=words("kitchen chair, chair"), siblings=("office-chair",),
)
_CUSHION = ProductType(
    key="chair-cushion", noun="chair cushion", plural="chair cushions",
    path=("Dining room", "Chair cushions"),
    drawing="cushion", price=(12, 34), brands=_MAKERS, lines=words("Soft, Knot, Plain, Tufted"),
    groups=15,
    title="{brand} {line} {Material} Chair Cushion, {Colour}",
    axes=(colours("grey, mustard, sage, navy, rose, terracotta"),
        axis("material", "cotton", "wool", "velvet")),
    vary=("colour",),
    says=("A {material} cushion in {colour} that makes any dining chair softer.",),
    details=("Ribbons tie it to the chair.", "The cover zips off for washing."),
    words=words("seat pad, seat cushion"), accessory_of="dining-chair",
)
_DESK = ProductType(
    key="desk", noun="desk", plural="desks", path=("Home office", "Desks"), drawing="desk",
    price=(140, 520), brands=_MAKERS, lines=words(_NAMES),
    title="{brand} {line} {kind} in {Material}, {width_cm}",
    axes=(_WOOD, axis("kind", "Desk", Option("Standing Desk", "standing desk", 1.5,
        "Two motors lift it from 65 to 125 cm.")),
          measured("width_cm", "{} cm", {100: 0.85, 120: 1.0, 160: 1.2})),
    vary=("width_cm",),
    says=("A {width_cm} {kind} with a top of {material} and a place for every cable.",),
    details=("One drawer keeps the small things.", "It is put together in half an hour."),
    words=words("writing desk, computer desk, work table"), siblings=("dining-table",),
)
_OFFICE_CHAIR = ProductType(
    key="office-chair", noun="office chair", plural="office chairs",
    path=("Home office", "Office chairs"),
    drawing="office_chair", price=(110, 420), brands=_MAKERS,
    lines=words("Posture, Swivel, Task, Axis, Poise"),
    title="{brand} {line} Ergonomic Office Chair, {Material} Back, {Colour}",
    axes=(colours("black, grey, navy, green, red"),
          axis("material", "mesh", "fabric", Option("leather", "leather", 1.4))),
    vary=("colour",),
    says=("An ergonomic office chair whose {material} back follows every move.",),
    details=("Armrests, height and lumbar support adjust.", "Castors suit hard floors and carpet."),
    words=words("desk chair, swivel chair"), siblings=("dining-chair",),
)
_BOOKCASE = ProductType(
    key="bookcase", noun="bookcase", plural="bookcases", path=("Storage", "Bookcases"),
    drawing="bookcase",
    price=(75, 340), brands=_MAKERS, lines=words(_NAMES),
    title="{brand} {line} Bookcase with {shelves}, {Material}",
    axes=(_WOOD, measured("shelves", "{} Shelves", {3: 0.7, 4: 0.85, 5: 1.0, 6: 1.2})),
    vary=("shelves",),
    says=("A bookcase of {material} with {shelves} for novels, records and plants.",),
    details=("Each shelf carries 25 kg.", "A bracket fixes it to the wall."),
    words=words("bookshelf, shelf, shelving unit"),
)
_BED = ProductType(
    key="bed-frame", noun="bed frame", plural="bed frames", path=("Bedroom", "Beds"), drawing="bed",
    price=(220, 780), brands=_MAKERS, lines=words(_NAMES), groups=18,
    title="{brand} {line} Bed Frame in {Material}, {size}",
    axes=(_WOOD, colours("white, light blue, sage, grey, terracotta"),
          axis("size", Option("90 x 200 cm", "90 x 200 cm", 0.7), "140 x 200 cm",
              Option("180 x 200 cm", "180 x 200 cm", 1.3))),
    vary=("size",),
    says=("A bed frame of solid {material} that does not creak.",),
    details=("There is room for boxes underneath.", "Slats are included, the mattress is not."),
    words=words("bed, double bed"),
)
_MATTRESS = ProductType(
    key="mattress", noun="mattress", plural="mattresses", path=("Bedroom", "Mattresses"),
    drawing="mattress",
    price=(180, 620), brands=_MAKERS, lines=words("Dream, Cloud, Balance, Still"), groups=16,
    title="{brand} {line} {Material} Mattress, {firmness}, {size}",
    axes=(axis("material", "memory foam", "pocket spring",
        Option("natural latex", "natural latex", 1.5)),
          axis("firmness", "Soft", "Medium", "Firm"),
          axis("size", Option("90 x 200 cm", "90 x 200 cm", 0.7), "140 x 200 cm",
              Option("180 x 200 cm", "180 x 200 cm", 1.3))),
    vary=("size", "firmness"),
    says=("A {firmness} {material} mattress that carries shoulders and hips alike.",),
    details=("The cover can be washed at 60 degrees.",
        "Sleep on it for 100 nights before you decide."),
    accessory_of="bed-frame",
)
_LAMP = ProductType(
    key="table-lamp", noun="table lamp", plural="table lamps", path=("Lighting", "Table lamps"),
    drawing="lamp",
    price=(28, 140), brands=_MAKERS, lines=words("Glow, Dusk, Lantern, Beacon, Halo"),
    title="{brand} {line} {Material} Table Lamp, {Colour}",
    axes=(colours("mustard, cream, teal, terracotta, black, rose"),
          axis("material", "ceramic", "oak", Option("brass", "brass", 1.3), "linen")),
    vary=("colour",),
    says=("A table lamp with a {colour} shade and a foot of {material}.",),
    details=("It dims in three steps at a touch.", "The LED bulb is included."),
    words=words("bedside lamp, desk lamp, lamp"),
)

FURNITURE = Department(
    name="Furniture", tint="#ebe4da",
    closings=(
        "Delivered to the room of your choice.",
        "Tested for low emissions.",
        "Easy to look after.",
        "Guaranteed for five years.",
    ),
    types=(_SOFA, _SOFA_COVER, _ARMCHAIR, _COFFEE_TABLE, _DINING_TABLE, _DINING_CHAIR, _CUSHION,
           _DESK, _OFFICE_CHAIR, _BOOKCASE, _BED, _MATTRESS, _LAMP),
)
