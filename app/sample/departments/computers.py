"""Computers: laptops, tablets, monitors, storage, printing, and what goes with them."""

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

_MACHINES = makers(value="Pikkel, Bitwell", everyday="Orrisk, Mentara", premium="Kestrio, Aurelin")
_PARTS = makers(value="Bitwell, Zuvo", everyday="Keyforge, Datavia", premium="Solidon, Arkwell")
_BAGS = makers(value="Snapio", everyday="Casemoor, Tramwell", premium="Leder & Lund")
# A table, kept by hand: one field a line would make it five times as long.
# fmt: off
_LAPTOP = ProductType(
    key="laptop", noun="laptop", plural="laptops", path=("Laptops", "Notebooks"),
    drawing="laptop", price=(520, 1150), brands=_MACHINES, model="sku", groups=28,
    lines=words("Slate, Lumen, Meridian, Swift Desk"),
    title="{brand} {line} {model} Laptop, {screen_inch}, {memory_gb} RAM, {storage_gb} SSD, "
        "{Colour}",
    axes=(
        colours("silver, graphite, navy, black"),
        measured("screen_inch", "{} inch", {13.3: 1.0, 14: 1.0, 15.6: 1.05, 17.3: 1.2}),
        measured("memory_gb", "{} GB", {8: 0.85, 16: 1.0, 32: 1.3}),
        axis("storage_gb", Option("256 GB", 256, 0.9), Option("512 GB", 512),
             Option("1 TB", 1024, 1.2)),
    ),
    vary=("memory_gb", "storage_gb"),
    says=("A {screen_inch} notebook with {memory_gb} of memory, for study, office and travel.",
          "The {name} is a quiet {colour} laptop with a sharp {screen_inch} display."),
    details=("Its {storage_gb} SSD starts the system in seconds.",
             "The keyboard is lit, and the battery lasts a working day."),
    words=words("notebook, notebook computer, portable computer"), siblings=("tablet",),
)
_LAPTOP_BAG = ProductType(
    key="laptop-bag", noun="laptop bag", plural="laptop bags", path=("Laptops", "Laptop bags"),
    drawing="messenger_bag", price=(28, 85), brands=_BAGS,
    lines=words("Commuter, Metro, Briefing, Campus, Slim, Avenue"),
    title="{brand} {line} {Material} Laptop Bag, fits up to {fits_inch}, {Colour}",
    axes=(
        colours("black, grey, navy, tan, olive"),
        axis("material", "canvas", "nylon", Option("leather", "leather", 2.2)),
        measured("fits_inch", "{} inch", {13.3: 0.9, 15.6: 1.0, 17.3: 1.1}),
    ),
    vary=("colour", "fits_inch"),
    says=("A {material} bag with a padded sleeve for a laptop of up to {fits_inch}.",
          "Carry notebook, charger and papers to work in {colour} {material}."),
    details=("A strap at the back slides over the handle of a suitcase.",
             "The front pocket keeps pens, cards and cables apart."),
    words=words("notebook bag, laptop case, bag for laptop"), accessory_of="laptop",
)
_TABLET = ProductType(
    key="tablet", noun="tablet", plural="tablets", path=("Tablets", "Tablet computers"),
    drawing="tablet", price=(220, 560), brands=_MACHINES, model="number",
    lines=words("Pane, Sketch, Leaf Tab"),
    title="{brand} {line} {model} Tablet, {screen_inch}, {storage_gb}, {Colour}",
    axes=(
        colours("silver, graphite, rose, mint"),
        measured("screen_inch", "{} inch", {8.7: 0.7, 10.9: 1.0, 12.4: 1.4}),
        measured("storage_gb", "{} GB", {64: 0.85, 128: 1.0, 256: 1.2}),
    ),
    vary=("storage_gb", "colour"),
    says=("A {screen_inch} tablet for films, drawing and lessons.",
          "The {name} is light in the hand and has {storage_gb} for apps and series."),
    details=("It works with a pen and a keyboard, sold separately.",
             "Four speakers make a cinema of the kitchen table."),
    words=words("tablet computer, tablet pc"), siblings=("laptop", "ereader"),
)
_TABLET_CASE = ProductType(
    key="tablet-case", noun="tablet case", plural="tablet cases", path=("Tablets", "Tablet cases"),
    drawing="tablet_case", price=(16, 42), brands=_BAGS, groups=15,
    lines=words("Stand, Folio, Kids Bumper"),
    title="{brand} {line} Tablet Case for {host}, {Colour}",
    axes=(colours("black, navy, red, mint, pink"),
        axis("material", "silicone", "felt", "vegan leather")),
    vary=("colour",),
    says=("A {material} case that props the {host} up for films and typing.",),
    details=("The lid wakes the tablet when it opens.", "Corners are padded against falls."),
    words=words("tablet cover, tablet sleeve"), accessory_of="tablet",
)
_MONITOR = ProductType(
    key="monitor", noun="monitor", plural="monitors", path=("Monitors", "Desktop monitors"),
    drawing="monitor", price=(150, 420), brands=_MACHINES, model="sku",
    lines=words("Vista, Plane, Focus"),
    title="{brand} {line} {model} {screen_inch} {resolution} Monitor {curved}",
    axes=(
        measured("screen_inch", "{} inch", {24: 0.75, 27: 1.0, 32: 1.3, 34: 1.6}),
        axis("resolution", Option("Full HD", "Full HD", 0.8), "QHD", Option("4K", "4K", 1.35)),
        flag("curved", "Curved", 1.1, "The gentle curve brings both edges into view."),
    ),
    vary=("screen_inch",),
    says=("A {screen_inch} {resolution} monitor for clear type and true colours.",
          "The {name} gives work and play room on {screen_inch}."),
    details=("Height, tilt and rotation adjust without tools.",
             "One USB-C cable carries picture, data and 65 W of power."),
    words=words("computer screen, display, pc monitor"),
)
_MONITOR_ARM = ProductType(
    key="monitor-arm", noun="monitor arm", plural="monitor arms", path=("Monitors", "Monitor arms"),
    drawing="mount", price=(35, 120), brands=_PARTS, model="sku", groups=14,
    lines=words("Reach, Balance, Duo"),
    title="{brand} {line} {model} Monitor Arm for Screens up to {max_inch}, {Colour}",
    axes=(colours("black, silver, white"),
          measured("max_inch", "{} inch", {27: 0.9, 32: 1.0, 34: 1.2})),
    vary=("colour",),
    says=("A gas-spring arm that floats a monitor of up to {max_inch} above the desk.",),
    details=("It clamps to desks of up to 8 cm.", "Cables run inside the arm."),
    words=words("monitor mount, monitor stand"), accessory_of="monitor",
)
_KEYBOARD = ProductType(
    key="keyboard", noun="keyboard", plural="keyboards", path=("Input devices", "Keyboards"),
    drawing="keyboard", price=(35, 130), brands=_PARTS, model="sku",
    lines=words("Clack, Feather, Office, Tactile"),
    title="{brand} {line} {model} {connection} {switches} Keyboard, {layout}, {Colour}",
    axes=(
        colours("black, white, grey, sage, lilac"),
        axis("connection", Option("Wireless", "wireless", 1.2), Option("Wired", "wired", 0.9)),
        axis("switches", Option("Mechanical", "mechanical", 1.4,
            "Each key has its own mechanical switch."),
             Option("Low-Profile", "low-profile")),
        axis("layout", "QWERTY", "QWERTZ", "AZERTY"),
    ),
    vary=("layout", "colour"),
    says=("A {connection} keyboard in {colour} that is a pleasure to write on.",),
    details=("Two feet set the angle.", "Media keys and a volume wheel sit at the top right."),
    words=words("computer keyboard, mechanical keyboard"),
)
_MOUSE = ProductType(
    key="mouse", noun="computer mouse", plural="computer mice", path=("Input devices", "Mice"),
    drawing="mouse", price=(18, 75), brands=_PARTS, model="sku",
    lines=words("Glide, Vertical, Office, Swoop"),
    title="{brand} {line} {model} {connection} Mouse, {Colour}",
    axes=(
        colours("black, white, grey, navy, rose"),
        axis("connection", Option("Wireless", "wireless", 1.2), Option("Wired", "wired", 0.8)),
        measured("resolution_dpi", "{} dpi", {1600: 0.9, 4000: 1.0, 16000: 1.4}),
    ),
    vary=("colour",),
    says=("A {connection} mouse of {resolution_dpi} that fits the hand for a whole day.",),
    details=("The clicks are silent enough for a library.", "Its wheel runs smooth or in steps."),
    words=words("pc mouse, mouse, wireless mouse"),
)
_MOUSE_PAD = ProductType(
    key="mouse-pad", noun="mouse pad", plural="mouse pads", path=("Input devices", "Mouse pads"),
    drawing="mat", price=(9, 28), brands=_BAGS, groups=14,
    lines=words("Plain, Wide, Wrist, Desk"),
    title="{brand} {line} {Material} Mouse Pad, {size}, {Colour}",
    axes=(colours("black, grey, tan, navy, sage"),
          axis("material", "felt", "rubber", Option("leather", "leather", 1.8)),
          axis("size", Option("30 x 25 cm", "30 x 25 cm", 0.8),
              Option("80 x 30 cm", "80 x 30 cm", 1.2))),
    vary=("size", "colour"),
    says=("A {material} mouse pad on which the mouse glides evenly.",),
    details=("The underside does not slip.", "It wipes clean with a damp cloth."),
    words=words("mouse mat, desk mat"), accessory_of="mouse",
)
_SSD = ProductType(
    key="external-ssd", noun="external SSD", plural="external SSDs",
    path=("Storage", "External SSDs"),
    drawing="drive", price=(85, 150), brands=_PARTS, model="number",
    lines=words("Vault, Nugget, Pocket"),
    title="{brand} {line} {model} External SSD, {capacity_tb}, {Colour}",
    axes=(
        colours("graphite, red, teal, silver"),
        axis("capacity_tb", Option("500 GB", 0.5, 0.7), Option("1 TB", 1), Option("2 TB", 2, 1.7),
             Option("4 TB", 4, 3.0)),
        flag("waterproof", "waterproof", 1.1, "Dust and rain stay outside its rubber coat."),
    ),
    vary=("capacity_tb",),
    says=("A pocket-sized SSD that moves {capacity_tb} of photos and films at 1,000 MB a second.",),
    details=("It survives a fall of two metres.", "Files can be locked with a password."),
    words=words("ssd, portable ssd, solid state drive"), siblings=("hard-drive",),
)
_HARD_DRIVE = ProductType(
    key="hard-drive", noun="hard drive", plural="hard drives", path=("Storage", "Hard drives"),
    drawing="drive", price=(60, 120), brands=_PARTS, model="sku", groups=15,
    lines=words("Archive, Depot, Backup"),
    title="{brand} {line} {model} External Hard Drive, {capacity_tb}, {Colour}",
    axes=(colours("black, silver, navy"),
          measured("capacity_tb", "{} TB", {1: 0.8, 2: 1.0, 4: 1.4, 8: 2.3})),
    vary=("capacity_tb",),
    says=("An external hard drive that keeps {capacity_tb} of backups safe on the shelf.",),
    details=("Backup software is included.", "It draws its power from the USB port."),
    words=words("hdd, external hard disk"), siblings=("external-ssd",),
)
_PRINTER = ProductType(
    key="printer", noun="printer", plural="printers", path=("Printing", "Printers"),
    drawing="printer", price=(80, 320), brands=_MACHINES, model="sku",
    lines=words("Quill, Press, Copyist"),
    title="{brand} {line} {model} {technology} Printer {wifi}, {Colour}",
    axes=(colours("white, black"),
          axis("technology", "Inkjet", Option("Laser", "Laser", 1.5)),
          flag("wifi", "with Wi-Fi", 1.1, "It prints from phones over Wi-Fi.")),
    says=("An {technology} printer that also scans and copies.",
          "The {name} prints letters, homework and labels at 22 pages a minute."),
    details=("Two-sided printing saves paper.", "The tray takes 250 sheets."),
    words=words("all-in-one printer, inkjet, laser printer"),
)
_INK = ProductType(
    key="ink-cartridge", noun="ink cartridge", plural="ink cartridges",
    path=("Printing", "Ink cartridges"), drawing="cartridge", price=(12, 34), brands=_PARTS,
    lines=words("Refill, Saver, XL"), groups=18,
    title="{brand} {line} Ink Cartridge for {host}, {Ink}",
    axes=(axis("ink", "black", "cyan", "magenta", "yellow"),
          measured("pages", "{} pages", {220: 0.8, 500: 1.1, 1000: 1.6})),
    vary=("ink",),
    says=("An ink cartridge that fits the {host} and prints about {pages}.",),
    details=("It is refilled from a returned cartridge.", "A chip shows how much ink is left."),
    words=words("printer ink, printer cartridge, toner"), accessory_of="printer",
)

COMPUTERS = Department(
    name="Computers", tint="#dfe3ee",
    closings=("Comes with a two-year guarantee.", "Help by phone is included for a year.",
              "Made with at least 40 % recycled material.", "Ready to use out of the box."),
    types=(_LAPTOP, _LAPTOP_BAG, _TABLET, _TABLET_CASE, _MONITOR, _MONITOR_ARM, _KEYBOARD,
           _MOUSE, _MOUSE_PAD, _SSD, _HARD_DRIVE, _PRINTER, _INK),
)
