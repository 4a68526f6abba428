"""What synonym rules make of a query."""

import pytest

from indexing.queries import Variant
from rules.model import Synonym
from rules.synonyms import MAX_VARIANTS, variants_of


def said(text: str, *synonyms: Synonym) -> dict[str, float]:
    """The other ways to say it, with their weights."""
    return {variant.text: variant.weight for variant in variants_of(text, synonyms)}


LAPTOP = Synonym(("laptop", "notebook", "portable computer"))


@pytest.mark.parametrize(
    ("query", "others"),
    [
        ("laptop", ["notebook", "portable computer"]),
        ("notebook", ["laptop", "portable computer"]),
        ("portable computer", ["laptop", "notebook"]),
        ("Red  LAPTOP, 15 inch", ["red notebook 15 inch", "red portable computer 15 inch"]),
        ("laptops", []),
        ("portable red computer", []),
        ("computer", []),
        ("", []),
    ],
)
def test_query_with_one_term_finds_the_others(query: str, others: list[str]) -> None:
    assert list(said(query, LAPTOP)) == others


def test_one_way_synonym_goes_from_the_first_term_only() -> None:
    synonym = Synonym(("phone", "iphone", "galaxy"), one_way=True)

    assert list(said("red phone", synonym)) == ["red iphone", "red galaxy"]
    assert said("iphone", synonym) == {}


def test_variant_has_the_weight_of_its_synonym_and_of_two_the_larger() -> None:
    weak = Synonym(("tv", "television"), 0.25)
    strong = Synonym(("tv", "television", "telly"), 0.5)

    assert said("tv", weak) == {"television": 0.25}
    assert said("tv", weak, strong) == said("tv", strong, weak) == {"television": 0.5, "telly": 0.5}


def test_heaviest_variants_come_first_and_of_equal_ones_the_strongest_rules() -> None:
    found = variants_of(
        "tv", [Synonym(("tv", "a"), 0.5), Synonym(("tv", "b"), 0.9), Synonym(("tv", "c"), 0.5)]
    )

    assert found == (Variant("b", 0.9), Variant("a", 0.5), Variant("c", 0.5))


def test_term_that_occurs_twice_is_exchanged_in_both_places() -> None:
    assert list(said("tv stand tv", Synonym(("tv", "telly")))) == ["telly stand telly"]
    assert list(said("tv tv", Synonym(("tv", "telly")))) == ["telly telly"]


def test_two_terms_of_one_synonym_are_exchanged_one_at_a_time() -> None:
    assert list(said("tv telly", Synonym(("tv", "telly")))) == ["telly telly", "tv tv"]


def test_term_inside_another_is_not_exchanged_again() -> None:
    assert list(said("tv", Synonym(("tv", "tv set")))) == ["tv set"]
    assert list(said("tv set", Synonym(("tv", "tv set")))) == ["tv set set", "tv"]


def test_variants_are_not_expanded_by_other_synonyms() -> None:
    found = said("tv", Synonym(("tv", "telly")), Synonym(("telly", "goggle box")))

    assert list(found) == ["telly"]


def test_there_are_only_so_many_variants_and_they_are_the_heaviest() -> None:
    light = Synonym(("tv", *(f"light{n}" for n in range(MAX_VARIANTS))), 0.1)
    heavy = Synonym(("tv", *(f"heavy{n}" for n in range(MAX_VARIANTS - 1))), 0.9)

    found = variants_of("tv", [light, heavy])

    assert len(found) == MAX_VARIANTS
    assert [variant.text for variant in found] == [
        *(f"heavy{n}" for n in range(MAX_VARIANTS - 1)),
        "light0",
    ]


def test_query_that_says_a_term_already_has_no_variant_of_itself() -> None:
    assert said("tv", Synonym(("tv", "TV".lower()))) == {}
