"""A few business rules for the sample catalogue, so that the demo shows each kind at work."""

SAMPLE_RULES: list[dict[str, object]] = [
    {
        "id": "coffee-barista",
        "name": "Launch of the Barista machine",
        "priority": 10,
        "when": {"query": {"contains": ["coffee machine", "coffee maker", "coffee"]}},
        "then": [{"pin": {"item_id": "coffee-machine-010", "position": 1}}],
        "note": "Launch campaign; takes the first place for coffee.",
    },
    {
        "id": "shoes-fleetwick",
        "name": "Fleetwick season",
        "when": {"query": {"contains": ["shoes", "running shoes", "sneakers"]}},
        "then": [{"boost": {"filter": {"field": "brand", "any_of": ["Fleetwick"]}, "by": 2}}],
        "note": "Agreed with the brand until the end of the season.",
    },
    {
        "id": "sold-out-last",
        "name": "What is sold out goes down",
        "then": [{"bury": {"filter": {"field": "in_stock", "any_of": [False]}, "by": 4}}],
    },
    {
        "id": "notebooks-are-laptops",
        "name": "No paper for notebook",
        "when": {"query": {"is": ["notebook", "notebooks"]}},
        "then": [{"filter": {"not": {"field": "categories", "any_of": ["Books & Stationery"]}}}],
        "note": "Who wants paper asks for a paper notebook.",
    },
    {
        "id": "withdrawn",
        "name": "Withdrawn after a safety notice",
        "priority": 100,
        "then": [{"hide": {"item_ids": ["toaster-006"]}}],
    },
]
