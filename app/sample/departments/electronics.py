"""Electronics: phones and wearables; sound and pictures stand in `audio_video`."""

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
from app.sample.departments.audio_video import AUDIO_VIDEO

_PHONES = makers(value="Zuvo, Pikkel", everyday="Velanto, Orrisk", premium="Kestrio, Aurelin")
_EXTRAS = makers(value="Snapio, Bopli", everyday="Casemoor, Tavolux", premium="Leder & Lund")
_DEVICE_COLOURS = "black, white, silver, graphite, navy, mint, lilac, gold"
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_PHONE_TYPES: tuple[ProductType, ...] = (
    ProductType(
        key="smartphone",
        noun="smartphone",
        plural="smartphones",
        path=("Phones", "Smartphones"),
        drawing="phone",
        price=(280, 720),
        brands=_PHONES,
        model="number",
        lines=words("Pulse, Arc, Vela, Mono, Lyra"),
        title="{brand} {line} {model} Smartphone, {storage_gb}, {Colour}",
        axes=(
            colours(_DEVICE_COLOURS),
            measured("storage_gb", "{} GB", {128: 1.0, 256: 1.12, 512: 1.3}),
            measured("screen_inch", "{} inch", {6.1: 1.0, 6.4: 1.05, 6.7: 1.15}),
            flag(
                "waterproof",
                "waterproof",
                1.1,
                "Its sealed body survives rain and a fall into the pool.",
            ),
        ),
        vary=("colour", "storage_gb"),
        says=(
            "The {name} is a {screen_inch} smartphone with a bright OLED screen and a camera that "
            "copes with dusk.",
            "A slim {colour} phone with a {screen_inch} display, made to last more than a day on "
            "one charge.",
        ),
        details=(
            "{storage_gb} of storage keep years of photos and maps at hand.",
            "Face and fingerprint unlock, 5G and two SIM slots are on board.",
        ),
        words=words("mobile phone, cell phone, phone, mobile"),
        groups=24,
    ),
    ProductType(
        key="phone-case",
        noun="phone case",
        plural="phone cases",
        path=("Phones", "Phone cases"),
        drawing="phone_case",
        price=(12, 32),
        brands=_EXTRAS,
        lines=words("Slim, Shell, Guard, Folio, Clear Edge"),
        title="{brand} {line} {Material} Phone Case for {host}, {Colour}",
        axes=(
            colours("black, navy, green, rose, tan, red"),
            axis("material", "silicone", Option("leather", "leather", 1.7), "recycled plastic"),
        ),
        vary=("colour",),
        says=(
            "A close-fitting {material} case that protects the {host} from knocks and scratches.",
            "This {colour} {material} case keeps your {host} slim and safe.",
        ),
        details=(
            "A raised edge guards screen and camera when the phone lies face down.",
            "All buttons and ports stay in reach, and wireless charging works through the case.",
        ),
        words=words("phone cover, mobile phone case"),
        accessory_of="smartphone",
        groups=26,
    ),
    ProductType(
        key="charger",
        noun="USB-C charger",
        plural="USB-C chargers",
        path=("Phones", "Chargers"),
        drawing="charger",
        price=(15, 45),
        brands=_EXTRAS,
        model="sku",
        lines=words("Volt, Dash, Nano Plug"),
        title="{brand} {line} {power_watt} USB-C Charger {model}, {Colour}",
        axes=(
            colours("white, black"),
            measured("power_watt", "{} W", {20: 0.8, 45: 1.1, 65: 1.4, 100: 1.9}),
            measured("ports", "{} ports", {2: 1.1, 3: 1.25}),
        ),
        says=(
            "A compact {power_watt} wall charger for phones, tablets and small laptops.",
            "The {name} shares {power_watt} over {ports} and stays cool while it does.",
        ),
        details=(
            "It talks to each device and gives just as much current as the battery wants.",
            "The folding plug makes it easy to slip into a pocket.",
        ),
        words=words("phone charger, usb charger"),
        accessory_of="smartphone",
        groups=16,
    ),
)
_WEARABLES: tuple[ProductType, ...] = (
    ProductType(
        key="smartwatch",
        noun="smartwatch",
        plural="smartwatches",
        path=("Wearables", "Smartwatches"),
        drawing="watch",
        price=(110, 320),
        brands=_PHONES,
        model="number",
        lines=words("Tempo, Stride, Orbit"),
        title="{brand} {line} {model} Smartwatch, {case_mm}, {Colour}",
        axes=(
            colours("black, silver, gold, navy, rose"),
            measured("case_mm", "{} mm", {41: 1.0, 45: 1.08}),
            flag("gps", "GPS", 1.15, "Built-in GPS tracks a run without the phone."),
        ),
        vary=("colour", "case_mm"),
        says=(
            "A {case_mm} smartwatch that counts steps, heartbeats and hours of sleep.",
            "The {name} shows messages and routes at a turn of the wrist.",
        ),
        details=(
            "It is good for swimming down to 50 metres.",
            "One charge lasts for up to six days.",
        ),
        words=words("smart watch, fitness watch, watch"),
    ),
    ProductType(
        key="watch-strap",
        noun="watch strap",
        plural="watch straps",
        path=("Wearables", "Watch straps"),
        drawing="strap",
        price=(14, 38),
        brands=_EXTRAS,
        lines=words("Loop, Classic, Sport Band"),
        title="{brand} {line} {Material} Watch Strap for {host}, {Colour}",
        axes=(
            colours("black, tan, navy, red, white, green"),
            axis(
                "material",
                "silicone",
                "nylon",
                Option("leather", "leather", 1.6),
                Option("steel", "steel", 1.8),
            ),
        ),
        vary=("colour",),
        says=(
            "A {material} strap that changes the look of the {host} in seconds.",
            "This {colour} {material} band fits the {host} and most wrists.",
        ),
        details=("No tools are needed to swap it.", "The clasp is free of nickel."),
        words=words("watch band, smartwatch strap"),
        accessory_of="smartwatch",
        groups=15,
    ),
    ProductType(
        key="ereader",
        noun="e-reader",
        plural="e-readers",
        path=("Wearables & Readers", "E-readers"),
        drawing="tablet",
        price=(95, 210),
        brands=_PHONES,
        model="number",
        lines=words("Folio, Leaf, Margin"),
        title="{brand} {line} {model} E-Reader, {screen_inch}, {storage_gb}, {Colour}",
        axes=(
            colours("black, white, sage"),
            measured("screen_inch", "{} inch", {6: 0.85, 7: 1.0, 10.3: 1.6}),
            measured("storage_gb", "{} GB", {16: 1.0, 32: 1.1}),
        ),
        vary=("storage_gb", "colour"),
        says=(
            "A {screen_inch} e-reader with paper-like ink that is kind to the eyes.",
            "Thousands of books fit in the {name}, and the battery lasts for weeks.",
        ),
        details=(
            "The front light turns warmer in the evening.",
            "It can be read in the bath without worry.",
        ),
        words=words("ebook reader, e-book reader"),
        siblings=("tablet",),
        groups=14,
    ),
)

ELECTRONICS = Department(
    name="Electronics",
    tint="#dbe6f2",
    closings=(
        "Comes with a two-year guarantee.",
        "Packed in plastic-free cardboard.",
        "Free returns within 30 days.",
        "Help is only a phone call away.",
    ),
    types=(*_PHONE_TYPES, *AUDIO_VIDEO, *_WEARABLES),
)
