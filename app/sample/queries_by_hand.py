"""Queries that no template makes: uses, gifts, budgets, units, typos, words of two meanings."""

from app.sample.query import SampleQuery

_GIFTS = ("building-blocks", "soft-toy", "toy-train", "picture-book")
_CAMPING = ("tent", "sleeping-bag", "tent-pegs")
_COFFEE = ("coffee-beans", "ground-coffee")

HAND_WRITTEN: tuple[SampleQuery, ...] = (
    # Words of two meanings: both readings are right.
    SampleQuery("notebook", ("laptop", "notebook")),
    SampleQuery("mouse", ("mouse", "cat-toy")),
    SampleQuery("coffee", _COFFEE, beside=("coffee-machine", "coffee-filter", "mug")),
    SampleQuery("jeans", ("womens-jeans", "mens-jeans")),
    SampleQuery("jumper", ("womens-jumper", "mens-jumper")),
    SampleQuery("sweater", ("womens-jumper", "mens-jumper")),
    SampleQuery("ink", ("ink-cartridge", "fountain-pen-ink")),
    SampleQuery(
        "shoes",
        ("running-shoes", "sneakers", "hiking-boots", "sandals", "heels", "rain-boots"),
    ),
    # The thing itself, not what goes with it.
    SampleQuery("phone", ("smartphone",)),
    SampleQuery("camera", ("camera",)),
    SampleQuery("bicycle", ("bike",)),
    SampleQuery("couch", ("sofa",)),
    SampleQuery("coffee maker", ("coffee-machine",)),
    SampleQuery("toothbrush", ("electric-toothbrush",)),
    # Units and numbers.
    SampleQuery("2 tb ssd", ("external-ssd",), wants=(("capacity_tb", 2),)),
    SampleQuery("1tb external ssd", ("external-ssd",), wants=(("capacity_tb", 1),)),
    SampleQuery("15.6 inch laptop", ("laptop",), wants=(("screen_inch", 15.6),)),
    SampleQuery("laptop 16 gb ram", ("laptop",), wants=(("memory_gb", 16),)),
    SampleQuery("55 inch oled tv", ("television",), wants=(("screen_inch", 55), ("panel", "OLED"))),
    SampleQuery("28 cm frying pan", ("frying-pan",), wants=(("diameter_cm", 28),)),
    SampleQuery("1000 piece puzzle", ("puzzle",), wants=(("pieces", 1000),)),
    SampleQuery("8 tb hard drive", ("hard-drive",), wants=(("capacity_tb", 8),)),
    # Several wishes at once.
    SampleQuery("running shoes waterproof", ("running-shoes",), wants=(("waterproof", True),)),
    SampleQuery(
        "waterproof trail running shoes",
        ("running-shoes",),
        wants=(("waterproof", True), ("terrain", "trail")),
    ),
    SampleQuery(
        "noise cancelling headphones", ("headphones",), wants=(("noise_cancelling", True),)
    ),
    SampleQuery("red summer dress", ("dress",), wants=(("colour", "red"), ("season", "summer"))),
    SampleQuery(
        "black leather belt", ("belt",), wants=(("colour", "black"), ("material", "leather"))
    ),
    SampleQuery("velvet sofa", ("sofa",), wants=(("material", "velvet"),)),
    SampleQuery("oak desk", ("desk",), wants=(("material", "oak"),)),
    SampleQuery("standing desk", ("desk",), wants=(("kind", "standing desk"),)),
    SampleQuery("electric bike", ("bike",), wants=(("kind", "electric"),)),
    SampleQuery("4 person tent", ("tent",), wants=(("persons", 4),)),
    SampleQuery("organic green tea", ("tea",), wants=(("organic", True), ("kind", "green"))),
    SampleQuery("dark chocolate", ("chocolate",), wants=(("kind", "dark"),)),
    SampleQuery("bean to cup", ("coffee-machine",), wants=(("kind", "bean-to-cup"),)),
    SampleQuery("mechanical keyboard", ("keyboard",), wants=(("switches", "mechanical"),)),
    SampleQuery("grain free dog food", ("dog-food",), wants=(("grain_free", True),)),
    SampleQuery("crime novel", ("novel",), wants=(("genre", "crime"),)),
    # Budgets.
    SampleQuery("smartphone under 300", ("smartphone",), max_price=300),
    SampleQuery("laptop under 600 euro", ("laptop",), max_price=600),
    SampleQuery("cheap headphones", ("headphones",), max_price=90),
    SampleQuery("office chair under 200", ("office-chair",), max_price=200),
    # Uses and occasions.
    SampleQuery("gift for toddler", _GIFTS),
    SampleQuery("camping", _CAMPING),
    SampleQuery("something to make coffee", ("coffee-machine",)),
    SampleQuery("bedtime story", ("picture-book",)),
    SampleQuery("accessories for bike", ("bike-lock", "bike-helmet")),
    SampleQuery("case for my phone", ("phone-case",)),
    SampleQuery("bag for laptop", ("laptop-bag",)),
    SampleQuery("shoes for hiking in the rain", ("hiking-boots",), wants=(("waterproof", True),)),
    SampleQuery("keep drinks cold", ("water-bottle",), beside=("mug",)),
    SampleQuery("work from home", ("desk", "office-chair", "monitor")),
    SampleQuery("yoga at home", ("yoga-mat",)),
    SampleQuery("new puppy", ("dog-food", "dog-bed", "dog-lead", "dog-toy")),
    SampleQuery("game for family evening", ("board-game",)),
    # Typos and words run together or apart.
    SampleQuery("labtop", ("laptop",)),
    SampleQuery("headphnes", ("headphones",)),
    SampleQuery("smart phone", ("smartphone",)),
    SampleQuery("runing shoes", ("running-shoes",)),
    SampleQuery("cofee machine", ("coffee-machine",)),
    SampleQuery("matress", ("mattress",)),
    SampleQuery("back pack", ("backpack",)),
    SampleQuery("bluetoth speaker", ("speaker",)),
    SampleQuery("perfum", ("perfume",)),
    SampleQuery("tooth brush electric", ("electric-toothbrush",)),
    # Other people's words for it.
    SampleQuery("settee", ("sofa",)),
    SampleQuery("hoover", ("vacuum-cleaner",)),
    SampleQuery("diapers", ("nappies",)),
    SampleQuery("pushchair", ("stroller",)),
    SampleQuery("rucksack", ("backpack",)),
    SampleQuery("trainers", ("sneakers", "running-shoes")),
    SampleQuery("soccer ball", ("football",)),
    SampleQuery("bbq", ("barbecue",)),
)
