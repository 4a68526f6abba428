"""Sound, television and cameras, for the department of electronics."""

from app.sample.blueprint import (
    Option,
    ProductType,
    axis,
    colours,
    flag,
    makers,
    measured,
    words,
)

_SOUND = makers(
    value="Bopli, Zuvo", everyday="Sonderay, Velanto", premium="Halvorsen Audio, Tonmark"
)
_VISION = makers(value="Pikkel, Lumizo", everyday="Orrisk, Tavolux", premium="Kestrio, Nordlys")
_PHOTO = makers(value="Lumizo", everyday="Fennick, Orrisk", premium="Halden Optik, Aurelin")
_EXTRAS = makers(value="Snapio, Bopli", everyday="Casemoor, Tavolux", premium="Leder & Lund")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
AUDIO_VIDEO: tuple[ProductType, ...] = (
    ProductType(
        key="headphones",
        noun="headphones",
        plural="over-ear headphones",
        path=("Audio", "Headphones"),
        drawing="headphones",
        price=(70, 230),
        brands=_SOUND,
        model="sku",
        lines=words("Hush, Studio, Drift, Cocoon"),
        title="{brand} {line} {model} {connection} Over-Ear Headphones {noise_cancelling}, "
        "{Colour}",
        axes=(
            colours("black, white, silver, navy, tan, sage"),
            axis(
                "connection", Option("Wireless", "wireless", 1.2), Option("Wired", "wired", 0.8)
            ),
            flag(
                "noise_cancelling",
                "with Noise Cancelling",
                1.3,
                "Active noise cancelling hushes trains, planes and open offices.",
            ),
            measured("battery_hours", "{} hours", {30: 1.0, 40: 1.06, 60: 1.12}),
        ),
        vary=("colour",),
        says=(
            "{Connection} over-ear headphones with soft cushions and a warm, detailed sound.",
            "The {name} wraps your ears in memory foam and lets the music breathe.",
        ),
        details=("They fold flat into the case that comes with them.",
                 "Two microphones keep calls clear in the street."),
        words=words("headset, over ear headphones"),
        siblings=("earbuds",),
        groups=24,
    ),
    ProductType(
        key="earbuds",
        noun="earbuds",
        plural="earbuds",
        path=("Audio", "Earbuds"),
        drawing="earbuds",
        price=(35, 140),
        brands=_SOUND,
        model="number",
        lines=words("Pebble, Dot, Hush Mini, Drift Air"),
        title="{brand} {line} {model} Wireless Earbuds {noise_cancelling}, {Colour}",
        axes=(
            colours("white, black, mint, lilac, navy"),
            flag(
                "noise_cancelling",
                "with Noise Cancelling",
                1.3,
                "Noise cancelling adapts to the place you are in.",
            ),
            flag(
                "waterproof",
                "waterproof",
                1.1,
                "They shrug off sweat and rain, so they can come for a run.",
            ),
        ),
        vary=("colour",),
        says=(
            "Small wireless earbuds that sit lightly and charge in their pocket-sized case.",
            "The {name} earbuds bring full sound in {colour}, with touch control on both sides.",
        ),
        details=("Three sizes of ear tips are in the box.",
                 "Eight hours of music on one charge, and three more charges in the case."),
        words=words("in-ear headphones, wireless earphones"),
        siblings=("headphones",),
    ),
    ProductType(
        key="speaker",
        noun="bluetooth speaker",
        plural="bluetooth speakers",
        path=("Audio", "Speakers"),
        drawing="speaker",
        price=(40, 190),
        brands=_SOUND,
        model="number",
        lines=words("Boom, Terrace, Orb, Campfire"),
        title="{brand} {line} {model} Portable Bluetooth Speaker {waterproof}, {Colour}",
        axes=(
            colours("black, teal, red, grey, mustard, navy"),
            flag(
                "waterproof",
                "Waterproof",
                1.15,
                "It is waterproof and floats, so the pool is no enemy.",
            ),
            measured("power_watt", "{} W", {10: 0.8, 20: 1.0, 40: 1.5}),
        ),
        vary=("colour",),
        says=(
            "A {power_watt} portable speaker with more bass than its size lets on.",
            "Take the {name} to the balcony, the beach or the kitchen.",
        ),
        details=("Two of them pair for stereo.",
                 "The battery plays for 16 hours and charges over USB-C."),
        words=words("wireless speaker, portable speaker"),
    ),
    ProductType(
        key="television",
        noun="television",
        plural="televisions",
        path=("TV & Video", "Televisions"),
        drawing="screen",
        price=(380, 900),
        brands=_VISION,
        model="sku",
        lines=words("Vista, Panora, Gallery"),
        title="{brand} {line} {model} {screen_inch} {panel} 4K Smart TV",
        axes=(
            measured("screen_inch", "{} inch", {43: 0.7, 50: 0.9, 55: 1.0, 65: 1.5, 75: 2.1}),
            axis(
                "panel",
                Option("LED", "LED", 0.8),
                Option("QLED", "QLED", 1.1),
                Option(
                    "OLED", "OLED", 1.7, "Each OLED pixel lights itself, so black is black."
                ),
            ),
        ),
        vary=("screen_inch",),
        says=(
            "A {screen_inch} 4K television with an {panel} panel and a frame you hardly see.",
            "The {name} brings films, sport and games to a {screen_inch} {panel} screen.",
        ),
        details=("The smart system starts in seconds and speaks to all common streaming services.",
                 "Four HDMI ports and a low-latency mode welcome consoles."),
        words=words("tv, smart tv, telly"),
    ),
    ProductType(
        key="tv-mount",
        noun="TV wall mount",
        plural="TV wall mounts",
        path=("TV & Video", "TV mounts"),
        drawing="mount",
        price=(22, 75),
        brands=_EXTRAS,
        model="sku",
        lines=words("Flat, Tilt, Swing"),
        title="{brand} {line} {model} TV Wall Mount for Televisions up to {max_inch}",
        axes=(
            measured("max_inch", "{} inch", {43: 0.8, 55: 1.0, 75: 1.4}),
            axis(
                "movement",
                "fixed",
                Option("tilting", "tilting", 1.15),
                Option("full-motion", "full-motion", 1.5),
            ),
        ),
        says=(
            "A {movement} steel bracket that holds a television of up to {max_inch} close to the "
            "wall.",
            "Hang the TV, not the cables: this {movement} mount hides them in its arm.",
        ),
        details=("The drilling template and all screws are in the bag.",
                 "A small spirit level is built in."),
        words=words("tv bracket, television mount"),
        accessory_of="television",
        groups=15,
    ),
    ProductType(
        key="camera",
        noun="camera",
        plural="cameras",
        path=("Photo", "Cameras"),
        drawing="camera",
        price=(420, 1100),
        brands=_PHOTO,
        model="sku",
        lines=words("Iris, Reflekt, Wander"),
        title="{brand} {line} {model} Mirrorless Camera {resolution_mp} {kit}, {Colour}",
        axes=(
            colours("black, silver, brown"),
            measured("resolution_mp", "{} MP", {20: 0.85, 24: 1.0, 33: 1.3, 45: 1.7}),
            axis(
                "kit",
                "Body",
                Option("with 18-55 mm Lens", "18-55 mm lens", 1.2),
                Option("with 50 mm Lens", "50 mm lens", 1.25),
            ),
        ),
        vary=("kit",),
        says=(
            "A {resolution_mp} mirrorless camera that is light enough to take along every day.",
            "The {name} pairs a {resolution_mp} sensor with quick, quiet autofocus.",
        ),
        details=("It stabilises the sensor on five axes and films in 4K.",
                 "The screen folds out for low angles and for talking to the lens."),
        words=words("digital camera, mirrorless camera, photo camera"),
        groups=20,
    ),
    ProductType(
        key="camera-bag",
        noun="camera bag",
        plural="camera bags",
        path=("Photo", "Camera bags"),
        drawing="messenger_bag",
        price=(35, 110),
        brands=_EXTRAS,
        lines=words("Wander, Reporter, Day Trip"),
        title="{brand} {line} {Material} Camera Bag for {host}, {Colour}",
        axes=(
            colours("black, olive, tan, grey"),
            axis("material", "canvas", "nylon", Option("leather", "leather", 1.9)),
        ),
        vary=("colour",),
        says=(
            "A padded {material} shoulder bag with room for the {host}, two lenses and a charger.",
            "Carry the {host} through town in {colour} {material}, ready at the hip.",
        ),
        details=("Dividers move where you want them.",
                 "A rain cover hides in the bottom pocket."),
        words=words("photo bag, bag for camera"),
        accessory_of="camera",
        groups=16,
    ),
)
