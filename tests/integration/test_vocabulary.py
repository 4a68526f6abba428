"""The words of the live catalogue, as Postgres counts them, and how they follow it."""

import threading

from sqlalchemy import Engine, text

from app.items.changes import Change
from app.items.repository import apply_changes, write_items
from app.vocabulary.counting import count_words
from app.vocabulary.live_vocabulary import LiveVocabulary
from indexing.documents import Item, ItemId
from tests.factories import make_item


def write(engine: Engine, *items: Item) -> None:
    with engine.begin() as connection:
        write_items(connection, items)


def delete(engine: Engine, item_id: str) -> None:
    with engine.begin() as connection:
        apply_changes(connection, [Change(operation="delete", item_id=ItemId(item_id))])


def counted(engine: Engine, **options: int) -> dict[str, int]:
    with engine.connect() as connection:
        return count_words(connection, **options).items


def test_words_of_all_texts_count_once_for_each_item(engine: Engine) -> None:
    write(
        engine,
        make_item(
            "1",
            title="Red KETTLE, kettle!",
            brand="Acme",
            categories=("Kitchen & Home", "Kettles"),
            description="A red one; 2 l (boils fast)",
        ),
        make_item("2", title="Kettle_stand", description="No/Yes"),
    )

    assert counted(engine) == {
        "red": 1,
        "kettle": 2,
        "acme": 1,
        "kitchen": 1,
        "home": 1,
        "kettles": 1,
        "a": 1,
        "one": 1,
        "2": 1,
        "l": 1,
        "boils": 1,
        "fast": 1,
        "stand": 1,
        "no": 1,
        "yes": 1,
    }


def test_words_are_parted_in_any_script_and_spelled_as_most_items_have_them(engine: Engine) -> None:
    titles = [
        "Café “Müsli”",
        "CAFÉ…MÜSLI",
        "cafe",
        "Чайник — ÉLAN",
        "हिन्दी，किताब",
        "Straße\u00a0²",
    ]
    write(engine, *(make_item(str(n), title=title) for n, title in enumerate(titles)))

    with engine.connect() as connection:
        found = count_words(connection)

    assert found.items == {
        "cafe": 2,
        "musli": 2,
        "чаиник": 1,
        "elan": 1,
        "strasse": 1,
        "हिन्दी": 1,
        "किताब": 1,
    }
    assert found.spelled["cafe"] == "café"
    assert found.spelled["чаиник"] == "чайник"


def test_of_too_many_words_those_with_digits_go_first_and_then_the_rarest(engine: Engine) -> None:
    write(engine, *(make_item(str(n), title="Lamp xx15", brand="Lumen") for n in range(3)))
    write(engine, make_item("9", title="Chair", brand="Lumen"))

    assert counted(engine, most=2) == {"lumen": 4, "lamp": 3}


def test_vocabulary_follows_items_that_come_change_and_go(engine: Engine) -> None:
    vocabulary = LiveVocabulary(engine)
    assert vocabulary.refresh()
    assert vocabulary.current().counts == {}

    write(engine, make_item("1", title="Kettle"), make_item("2", title="Kettle"))
    assert vocabulary.refresh()
    before = vocabulary.current()
    assert before.counts == {"kettle": 2}
    assert not vocabulary.refresh()
    assert vocabulary.current() is before

    write(engine, make_item("2", title="Lamp"))
    assert vocabulary.refresh()
    assert vocabulary.current().counts == {"kettle": 1, "lamp": 1}

    delete(engine, "1")
    assert vocabulary.refresh()
    assert vocabulary.current().counts == {"lamp": 1}
    assert before.counts == {"kettle": 2}


def test_item_of_a_transaction_that_commits_late_is_not_missed(engine: Engine) -> None:
    vocabulary = LiveVocabulary(engine)
    with engine.begin() as late:
        write_items(late, [make_item("1", title="Kettle")])
        write(engine, make_item("2", title="Lamp"))
        vocabulary.refresh()
        assert vocabulary.current().counts == {"lamp": 1}

    assert vocabulary.refresh()
    assert vocabulary.current().counts == {"kettle": 1, "lamp": 1}
    assert not vocabulary.refresh()


def test_parts_of_items_that_have_not_come_yet_are_no_words(engine: Engine) -> None:
    part = Change(operation="merge", item_id=ItemId("1"), fields={"brand": "Acme"})
    with engine.begin() as connection:
        apply_changes(connection, [part])
        assert connection.execute(text("select state from items")).scalar_one() == "incomplete"

    assert counted(engine) == {}


def test_first_items_are_known_soon(engine: Engine) -> None:
    vocabulary = LiveVocabulary(engine)
    stop = threading.Event()
    thread = threading.Thread(target=vocabulary.follow, args=(stop,))
    thread.start()
    try:
        stop.wait(1.5)
        write(engine, make_item("1", title="Kettle"))
        for _ in range(100):
            if vocabulary.current().counts:
                break
            stop.wait(0.1)
    finally:
        stop.set()
        thread.join()

    assert vocabulary.current().counts == {"kettle": 1}
