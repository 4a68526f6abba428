"""What lists and events count: bit by bit the same as all at once."""

from hypothesis import given
from hypothesis import strategies as st

from ranking.examination import ExaminationCurve
from ranking.tallies import (
    Depth,
    Done,
    DoneToItem,
    ShownList,
    Tally,
    add_list,
    add_to_list,
    counts_once,
    depth_of,
)

CURVE = ExaminationCurve((1_000_000, 600_000, 400_000), "a test")
ACTIONS = (
    "impression",
    "click",
    "view",
    "add_to_cart",
    "remove_from_cart",
    "purchase",
    "dismiss",
    "wave",
)

lists = st.builds(
    lambda items, first: ShownList("q", "kettle", first, tuple(items), 7, CURVE),
    st.lists(st.integers(1, 8), max_size=6, unique=True),
    st.sampled_from([0, 0, 6]),
)
events = st.lists(
    st.builds(
        Done,
        key=st.just(1),
        action=st.sampled_from(ACTIONS),
        item_key=st.none() | st.integers(1, 10),
        position=st.none() | st.integers(1, 14),
        revenue=st.integers(-5, 10**9),
        query=st.just(""),
        hour=st.just(9),
    ),
    max_size=12,
)


def of(tally: Tally) -> Tally:
    return {key: counts for key, counts in tally.items() if any(counts)}


@given(lists, st.lists(events, max_size=4))
def test_adding_to_a_list_gives_what_all_of_it_gives(
    shown: ShownList, portions: list[list[Done]]
) -> None:
    everything = [event for portion in portions for event in portion]
    expected: Tally = {}
    add_list(expected, shown, everything)

    tally: Tally = {}
    add_list(tally, shown, ())
    depth = Depth()
    known: set[DoneToItem] = set()
    for portion in portions:
        depth = add_to_list(tally, shown, depth, known, portion)
        known |= {what for event in portion if (what := counts_once(event))}

    assert of(tally) == of(expected)
    assert depth == depth_of(shown, everything)


@given(lists, events)
def test_taking_a_list_back_leaves_nothing(shown: ShownList, done: list[Done]) -> None:
    tally: Tally = {}
    add_list(tally, shown, done)
    add_list(tally, shown, done, -1)

    assert of(tally) == {}
