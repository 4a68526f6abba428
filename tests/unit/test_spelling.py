"""What a word that the catalogue does not have is corrected to, and what is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vocabulary.counting import CountedWords, fold
from app.vocabulary.rule_words import words_of_rules
from app.vocabulary.spelling import MAX_UNKNOWN, Change, Correction, Speller
from app.vocabulary.words import Vocabulary
from rules.parse import parse_rules
from rules.ruleset import RuleSet
from rules.tolerance import allowed_typos, distance

COUNTS = {
    "wireless": 40,
    "mouse": 30,
    "headphones": 50,
    "notebook": 20,
    "bluetooth": 25,
    "keyboard": 15,
    "laptop": 60,
    "kettle": 12,
    "lamp": 9,
    "lamb": 3,
    "ramp": 50,
    "car": 8,
    "pet": 8,
    "case": 90,
    "cover": 20,
    "chair": 10,
    "charm": 2,
    "refrigerator": 1,
    "refrigerators": 0,
    "phone": 70,
    "blue": 30,
    "usb": 50,
    "cable": 50,
    "15": 7,
    "muesli": 4,
    "musli": 5,
}


def vocabulary_of(counts: dict[str, int], spelled: dict[str, str] | None = None) -> Vocabulary:
    return Vocabulary(CountedWords({w: n for w, n in counts.items() if n}, spelled or {}))


def speller_of(counts: dict[str, int], spelled: dict[str, str] | None = None) -> Speller:
    vocabulary = vocabulary_of(counts, spelled)
    return Speller(lambda: vocabulary)


@pytest.fixture(scope="module")
def speller() -> Speller:
    return speller_of(COUNTS, {"musli": "müsli"})


def corrected(speller: Speller, text: str, keep: frozenset[str] = frozenset()) -> str | None:
    correction = speller.correct(tuple(text.split()), keep)
    return None if correction is None else correction.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # One letter more, less, changed, swapped.
        ("kettlle", "kettle"),
        ("ketle", "kettle"),
        ("kettla", "kettle"),
        ("ketlte", "kettle"),
        # Two typos from 8 letters on.
        ("headfonse", None),
        ("haedphnes", "headphones"),
        ("keyboad wireles mouse", "keyboard wireless mouse"),
        # The first letter wrong, in a longer word only.
        ("qeyboard", "keyboard"),
        ("zamp", None),
        # Equally near: the same first letter, then what more items hold.
        ("lampx", "lamp"),
        ("lamc", "lamp"),
        ("charr", "chair"),
        # Another word of the query is no reason to touch the others.
        ("red laptpo bag", "red laptop bag"),
        # Two words that are one, and one that is two.
        ("note book", "notebook"),
        ("blue tooth", "bluetooth"),
        ("head phones", "headphones"),
        ("wirelessmouse", "wireless mouse"),
        ("usbcable", "usb cable"),
        ("lap top case", "laptop case"),
        # Parts of a word with a sign in it.
        ("wireles-mouse", "wireless-mouse"),
        # In one item alone, and nothing else near.
        ("refrigeratro", "refrigerator"),
        # With the accents that the catalogue has.
        ("muskli", "müsli"),
    ],
)
def test_word_becomes_the_nearest_of_the_catalogue(
    speller: Speller, text: str, expected: str | None
) -> None:
    assert corrected(speller, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wireless mouse",
        # The same to a search: plural, singular, stem, accents.
        "kettles laptops",
        "headphone",
        "charming",
        "kéttle",
        "müsli",
        "t-case",
        # Too short, with a digit, of nothing else near.
        "lmp",
        "lamp4",
        "kettle15x",
        "zzzzzzzz",
        # A word that may be two, but is not long enough to say so.
        "carpet",
        # Words that are right everywhere.
        "case with cover over",
        "x" * 500,
        "ketle-" * 80 + "ketle",
        "www.ketle.shop.example/laptpo",
        "ab " * 170,
    ],
)
def test_text_stays_as_it_is(speller: Speller, text: str) -> None:
    assert corrected(speller, text) is None


def test_correction_tells_which_words_became_what(speller: Speller) -> None:
    correction = speller.correct(("wirelessmouse", "and", "note", "book", "ketle"))

    assert correction == Correction(
        "wireless mouse and notebook kettle",
        (
            Change("wirelessmouse", "wireless mouse"),
            Change("note book", "notebook"),
            Change("ketle", "kettle"),
        ),
    )


def test_word_that_a_rule_speaks_of_is_right(speller: Speller) -> None:
    rules = parse_rules(
        [
            {
                "id": "synonyms",
                "when": {"query": {"contains": "ketle"}},
                "then": [{"synonym": {"terms": ["leptop", "portable computer"]}}],
            }
        ]
    )
    keep = words_of_rules(RuleSet(1, rules))

    assert keep == {"ketle", "leptop", "portable", "computer"}
    assert corrected(speller, "leptop ketle", keep) is None
    assert corrected(speller, "leptop kettla", keep) == "leptop kettle"
    assert corrected(speller, "note book", frozenset(("note",))) is None


def test_text_in_another_language_is_left_alone(speller: Speller) -> None:
    unknown = ["ketle"] * (MAX_UNKNOWN + 1)

    assert corrected(speller, " ".join(unknown)) is None
    assert corrected(speller, " ".join(unknown[1:])) == " ".join(["kettle"] * MAX_UNKNOWN)


def test_correction_in_one_item_alone_needs_to_be_the_only_one() -> None:
    assert corrected(speller_of({"kettle": 1}), "ketle") == "kettle"
    assert corrected(speller_of({"kettle": 1, "kettel": 1}), "kette") is None
    assert corrected(speller_of({"kettle": 1, "kettel": 2}), "kette") == "kettel"


def test_nothing_is_corrected_before_the_catalogue_is_known() -> None:
    assert corrected(speller_of({}), "ketle") is None


def test_another_vocabulary_makes_other_corrections() -> None:
    current = vocabulary_of({"kettle": 5})
    speller = Speller(lambda: current)
    assert corrected(speller, "kettla") == "kettle"

    current = vocabulary_of({"kettla": 5})

    assert corrected(speller, "kettla") is None


letters = st.text("abcdé", min_size=1, max_size=10)
catalogues = st.dictionaries(letters, st.integers(1, 5), min_size=1, max_size=30)


@given(catalogues, st.lists(letters, min_size=1, max_size=4))
def test_known_words_never_change_and_corrections_are_known_and_near(
    counts: dict[str, int], query: list[str]
) -> None:
    folded: dict[str, int] = {}
    for word, count in counts.items():
        folded[fold(word)] = max(count, folded.get(fold(word), 0))
    vocabulary = vocabulary_of(folded)
    correction = Speller(lambda: vocabulary).correct(query)

    if correction is None:
        return
    before, after = query, correction.text
    for change in correction.changes:
        original, better = change.original.split(), change.corrected.split()
        assert any(not vocabulary.knows(word) for word in original)
        assert all(fold(word) in vocabulary.counts for word in better)
        if len(original) == len(better) == 1:
            typos = allowed_typos(original[0])
            assert distance(fold(original[0]), fold(better[0]), typos) is not None
        else:
            assert fold("".join(original)) == fold("".join(better))
    changed = " ".join(before)
    assert len(after.split()) == len(before) + sum(
        len(change.corrected.split()) - len(change.original.split())
        for change in correction.changes
    )
    assert changed != after


@given(catalogues, letters)
def test_single_known_word_is_never_changed(counts: dict[str, int], word: str) -> None:
    vocabulary = vocabulary_of({fold(known): count for known, count in counts.items()})
    if vocabulary.knows(word):
        assert Speller(lambda: vocabulary).correct((word,)) is None


def test_other_first_letter_and_another_typo_make_another_word() -> None:
    vocabulary = Vocabulary(CountedWords({"breaking": 9}, {}))

    assert Speller(lambda: vocabulary).correct(("trekking",)) is None
