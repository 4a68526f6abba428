"""Toys and games: building, dolls, board games, trains, cuddly animals."""

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

_TOYS = makers(
    value="Pimpo, Trolli Tots", everyday="Bauklotz & Co, Wimmel", premium="Waldkind, Ludo Nord"
)
_GAMES = makers(value="Pimpo", everyday="Ludo Nord, Wimmel", premium="Hexmoor Games, Fabelwerk")
_AGE = measured("age_from", "from {} years", {1: 1.0, 3: 1.0, 6: 1.1, 8: 1.2})
_TODDLER = measured("age_from", "from {} years", {1: 1.0, 2: 1.0, 3: 1.05})
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_BLOCKS = ProductType(
    key="building-blocks", noun="building blocks", plural="building blocks",
    path=("Building", "Building blocks"),
    drawing="blocks", price=(18, 60), brands=_TOYS,
    lines=words("Castle, Rainbow, City, Farm, Starter"),
    title="{brand} {line} {Material} Building Blocks, {pieces}, {age_from}",
    axes=(axis("material", Option("wooden", "wood", 1.2), "magnetic", "plant-based plastic"),
          measured("pieces", "{} pieces", {30: 0.7, 50: 1.0, 100: 1.6}), _TODDLER),
    vary=("pieces",),
    says=("{Material} building blocks for towers that may fall, for toddlers {age_from}.",),
    details=("Colours are made from water and plants.", "All parts go back into the cotton bag."),
    words=words("toy bricks, wooden blocks, construction toys"),
)
_DOLL = ProductType(
    key="doll", noun="doll", plural="dolls", path=("Dolls", "Dolls"), drawing="doll",
    price=(20, 75), brands=_TOYS,
    lines=words("Mila, Juno, Pepe, Lotte, Finn"), groups=18,
    title="{brand} {line} Doll, {height_cm}, {Colour} Outfit, {age_from}",
    axes=(colours("rose, mustard, teal, red, lilac"),
        measured("height_cm", "{} cm", {28: 0.9, 35: 1.0, 42: 1.25}), _AGE),
    vary=("colour",),
    says=("{line} is a soft doll of {height_cm} with a {colour} outfit and a friendly face.",),
    details=("Arms and legs move.", "The hair can be combed and braided."),
    words=words("baby doll, rag doll"),
)
_DOLL_CLOTHES = ProductType(
    key="doll-clothes", noun="doll clothes", plural="doll clothes", path=("Dolls", "Doll clothes"),
    drawing="dress",
    price=(9, 26), brands=_TOYS, lines=words("Party, Rainy Day, Pyjama, Winter"), groups=14,
    title="{brand} {line} Doll Clothes for {host}, {Colour}",
    axes=(colours("rose, mustard, light blue, mint, red"), axis("material", "cotton", "jersey")),
    vary=("colour",),
    says=("A {colour} {material} set that fits {host} and most dolls of 30 to 43 cm.",),
    details=("It closes with hook and loop, easy for small hands.",),
    words=words("doll outfit, dolls dress"), accessory_of="doll",
)
_BOARD_GAME = ProductType(
    key="board-game", noun="board game", plural="board games", path=("Games", "Board games"),
    drawing="game_box",
    price=(18, 55), brands=_GAMES, groups=26,
    lines=words("Harbour of Spices, Foxes in the Fog, The Clockmaker, Mushroom Kingdom, Night "
        "Market, Salt & Sail, Owl Post, Seven Bridges, "
                "Caravan Trail, Lantern Isle, The Heist at Noon, Beekeepers, Polar Station, Word "
                "Thief, Dragon Bakery"),
    title="{brand} {line}: {kind} Board Game for {players}, {age_from}",
    axes=(axis("kind", "Strategy", "Family", "Cooperative", Option("Quiz", "quiz", 0.8)),
          measured("players", "{} players", {2: 0.9, 4: 1.0, 6: 1.1}), _AGE),
    says=("In {line}, up to {players} trade, bluff and laugh for about an hour.",
          "{line} is a {kind} board game that is explained in five minutes."),
    details=("No two rounds are alike.", "The box holds wooden pieces and an illustrated board."),
    words=words("family game, strategy game, parlour game"), siblings=("puzzle",),
)
_PUZZLE = ProductType(
    key="puzzle", noun="jigsaw puzzle", plural="jigsaw puzzles", path=("Games", "Puzzles"),
    drawing="puzzle",
    price=(9, 28), brands=_GAMES,
    lines=words("Alpine Lake, Old Harbour, World Map, Jungle, Starry Sky, Cats"),
    title="{brand} {line} Jigsaw Puzzle, {pieces}, {age_from}",
    axes=(measured("pieces", "{} pieces", {100: 0.7, 500: 0.9, 1000: 1.0, 2000: 1.5}), _AGE),
    vary=("pieces",),
    says=("A jigsaw puzzle of {pieces} that shows “{line}”.",),
    details=("The pieces click and can be lifted as one.",
        "A poster of the picture is in the box."),
    words=words("puzzle, jigsaw"), siblings=("board-game",),
)
_PLUSH = ProductType(
    key="soft-toy", noun="soft toy", plural="soft toys", path=("Cuddly toys", "Soft toys"),
    drawing="teddy", price=(12, 40),
    brands=_TOYS, lines=words("Bruno, Hanni, Momo, Pip, Olga"),
    title="{brand} {line} the {animal}, Soft Toy, {height_cm}, {Colour}",
    axes=(colours("brown, beige, grey, cream, rose"),
        axis("animal", "Bear", "Bunny", "Fox", "Mouse"),
          measured("height_cm", "{} cm", {20: 0.8, 30: 1.0, 45: 1.5}), _TODDLER),
    vary=("height_cm", "colour"),
    says=("{line} the {animal} is {height_cm} of soft plush and listens to every secret, "
        "{age_from}.",),
    details=("The eyes are embroidered, so it is safe from birth.",
        "It may go in the washing machine."),
    words=words("teddy bear, plush toy, stuffed animal, cuddly toy"),
)
_TRAIN = ProductType(
    key="toy-train", noun="toy train", plural="toy trains", path=("Vehicles", "Toy trains"),
    drawing="train", price=(22, 85),
    brands=_TOYS, lines=words("Express, Freight, Forest, Night"), groups=18,
    title="{brand} {line} Wooden Toy Train, {pieces}, {Colour}, {age_from}",
    axes=(colours("red, blue, green, yellow"),
        measured("pieces", "{} pieces", {5: 0.7, 25: 1.0, 50: 1.6}), _TODDLER),
    says=("A wooden toy train with {pieces} whose {colour} engine pulls with magnets, {age_from}.",
        ),
    details=("It fits all common wooden tracks.", "Made of beech from managed forests."),
    words=words("wooden train, train set"), siblings=("toy-car",),
)
_TRACKS = ProductType(
    key="train-tracks", noun="train tracks", plural="train tracks",
    path=("Vehicles", "Train tracks"), drawing="track",
    price=(10, 34), brands=_TOYS, lines=words("Curve, Straight, Bridge, Switch"), groups=14,
    title="{brand} {line} Tracks for Wooden Toy Trains, {pieces}",
    axes=(measured("pieces", "{} pieces", {6: 0.7, 12: 1.0, 24: 1.7}),
        axis("material", "beech", "maple")), vary=("pieces",),
    says=("{pieces} of {material} track that make the railway longer.",),
    details=("They join with all common wooden systems.",),
    words=words("railway tracks, rails"), accessory_of="toy-train",
)
_CAR = ProductType(
    key="toy-car", noun="toy car", plural="toy cars", path=("Vehicles", "Toy cars"),
    drawing="toy_car", price=(14, 70),
    brands=_TOYS, lines=words("Racer, Rally, Classic, Truck"), groups=18,
    title="{brand} {line} {kind} Toy Car, {Colour}, {age_from}",
    axes=(colours("red, blue, green, orange, yellow"),
        axis("kind", Option("Remote-Controlled", "remote-controlled", 1.8), "Pull-Back", "Wooden"),
        _AGE),
    vary=("colour",),
    says=("A {kind} toy car in {colour} for races along the corridor.",),
    details=("Rubber tyres are kind to skirting boards.", "It survives the stairs."),
    words=words("rc car, model car"), siblings=("toy-train",),
)

TOYS = Department(
    name="Toys & Games", tint="#f6e6c9",
    closings=("Tested for safety to EN 71.", "A lovely gift for a birthday.",
        "Spare parts are sent for free.",
              "Packed ready to be given."),
    types=(_BLOCKS, _DOLL, _DOLL_CLOTHES, _BOARD_GAME, _PUZZLE, _PLUSH, _TRAIN, _TRACKS, _CAR),
)
