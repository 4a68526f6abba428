"""Events over HTTP: what is stored, what is refused and why, and how a shopper is forgotten."""

import gzip
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Row, create_engine, text

from app.admin.api_keys import Scope, create_key
from app.asgi import create_app
from app.db.postgres import EmbeddedPostgres
from app.features.counting import BehaviourCounter
from app.live import Live
from indexing.queries import SearchQuery
from tests.factories import make_item
from tests.integration.shop import Shop, open_shop

Client = TestClient[Any]
Json = dict[str, Any]
EVENTS = "/v1/events"


ITEMS = [
    make_item(
        "red",
        title="Red kettle",
        attributes={
            "ean": "4033874254060, 5028252270267",
            "gtin": 4033874254061.0,
            "mpn": "AB-1",
        },
    ),
    make_item("blue", title="Blue kettle", attributes={"colour": "red"}),
]


@pytest.fixture(scope="module")
def shop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with open_shop(postgres, tmp_path_factory.mktemp("events"), ITEMS) as shop:
        yield shop


@pytest.fixture
def live(shop: Shop) -> Live:
    """Without events."""
    shop.live.lists.flush()
    with shop.live.engine.begin() as connection:
        tables = "interaction_events, ranking_events, behaviour_counts, behaviour_progress"
        connection.execute(text(f"truncate {tables}"))
    return shop.live


@pytest.fixture
def client(live: Live, shop: Shop) -> Client:
    """Nobody in particular, as shoppers' browsers are."""
    shop.client.headers.pop("Authorization", None)
    return shop.client


def key_of(live: Live, *scopes: Scope) -> dict[str, str]:
    with live.engine.begin() as connection:
        _, secret = create_key(connection, "Someone", scopes, "a test")
    return {"Authorization": f"Bearer {secret}"}


def body(response: Response, status: int = 202) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def event(action: str = "click", item: str | None = "red", **fields: Any) -> Json:
    """A click on the red kettle by Ann, a minute ago, unless said otherwise."""
    attributes: Json = {} if item is None else {"object": {"object_id": item}}
    return {
        "action_name": action,
        "client_id": "ann",
        "timestamp": (datetime.now(UTC) - timedelta(minutes=1)).isoformat(),
        "event_attributes": attributes,
        **fields,
    }


def purchase(**detail: Any) -> Json:
    attributes = {"object": {"object_id": "red", "object_detail": detail}}
    return event("purchase", event_attributes=attributes)


def stored(live: Live) -> list[Row[Any]]:
    query = (
        "select e.*, i.id as item from interaction_events e "
        "left join items i on i.key = e.item_key order by e.key"
    )
    with live.engine.connect() as connection:
        return list(connection.execute(text(query)))


def problems(answer: Json, index: int = 0) -> list[tuple[str, str]]:
    return [(each["path"], each["rule"]) for each in answer["refused"][index]["problems"]]


def test_event_is_stored_with_its_item_and_all_that_was_sent(client: Client, live: Live) -> None:
    sent = event(
        query_id="q1",
        user_query="  Red   KETTLE ",
        session_id="s1",
        application="shop",
        event_attributes={
            "object": {"object_id": "red"},
            "position": {"ordinal": 3},
            "dwell_time": 4.5,
        },
    )

    answer = body(client.post(EVENTS, json=sent))

    assert answer == {"accepted": 1, "duplicates": 0, "refused": [], "warnings": {}}
    (row,) = stored(live)
    assert (row.item, row.action, row.source, row.position) == ("red", "click", "api", 3)
    assert (row.client_id, row.session_id, row.query_id) == ("ann", "s1", "q1")
    assert row.query == "red kettle"
    assert row.at == datetime.fromisoformat(sent["timestamp"])
    assert row.known_at > row.at
    assert row.document == sent
    assert row.list_id is None


def test_array_and_lines_are_taken_event_by_event(client: Client, live: Live) -> None:
    array = [event(item=None, event_id=f"a{n}") for n in range(3)]
    lines = "\n".join(json.dumps(event(item=None, event_id=f"b{n}")) for n in range(3))

    first = body(client.post(EVENTS, json=array))
    headers = {"Content-Type": "application/x-ndjson"}
    second = body(client.post(EVENTS, content=f"{lines}\n\n", headers=headers))
    unsaid = body(client.post(EVENTS, content=lines.replace('"b', '"c')))

    assert [first["accepted"], second["accepted"], unsaid["accepted"]] == [3, 3, 3]
    assert [row.id for row in stored(live)] == [f"{kind}{n}" for kind in "abc" for n in range(3)]


def test_packed_body_is_unpacked(client: Client) -> None:
    packed = gzip.compress(json.dumps([event(), event("view")]).encode())

    answer = body(client.post(EVENTS, content=packed, headers={"Content-Encoding": "gzip"}))

    assert answer["accepted"] == 2


def test_good_events_are_stored_and_the_others_refused_with_every_reason(
    client: Client, live: Live
) -> None:
    bad = event(client_id=7, event_id="bad", event_attributes={"position": {"ordinal": -1}})

    answer = body(client.post(EVENTS, json=[event(), bad, {"timestamp": 1}, event("view")]))

    assert answer["accepted"] == 2
    assert [(refused["index"], refused["event_id"]) for refused in answer["refused"]] == [
        (1, "bad"),
        (2, None),
    ]
    assert problems(answer) == [
        ("$.client_id", "type"),
        ("$.event_attributes.position.ordinal", "range"),
    ]
    assert problems(answer, 1) == [("$.action_name", "required")]
    assert len(stored(live)) == 2


def test_call_of_which_nothing_can_be_stored_is_a_problem(client: Client) -> None:
    answer = body(client.post(EVENTS, json={"action_name": ""}), 422)

    assert answer["title"] == "The events break the contract"
    assert answer["accepted"] == 0
    assert problems(answer) == [("$.action_name", "length")]


def test_same_event_again_changes_nothing(client: Client, live: Live) -> None:
    given, derived = event(event_id="e1"), event("view")
    turned = dict(reversed(list(derived.items())))

    first = body(client.post(EVENTS, json=[given, derived, given]))
    second = body(client.post(EVENTS, json=[turned, given | {"action_name": "purchase"}]))

    assert (first["accepted"], first["duplicates"]) == (2, 1)
    assert (second["accepted"], second["duplicates"]) == (0, 2)
    assert sorted(row.action for row in stored(live)) == ["click", "view"]


def test_any_action_is_stored_and_one_of_a_search_says_its_query(
    client: Client, live: Live
) -> None:
    sent = event("on_search", item=None, message_type="QUERY", message="Red  kettle")

    body(client.post(EVENTS, json=sent))

    (row,) = stored(live)
    assert (row.action, row.query) == ("on_search", "red kettle")


@pytest.mark.parametrize(
    ("field", "object_id"),
    [
        ("ean", "4033874254060"),
        ("primary_ean", "4033874254060"),
        ("attributes.ean", "5028252270267"),
        ("gtin", 4033874254061),
        ("mpn", "ab-1"),
        ("_id", "red"),
        ("sku_of_nobody", "red"),
    ],
)
def test_item_is_found_by_the_field_that_the_event_names(
    client: Client, live: Live, field: str, object_id: str | int
) -> None:
    named = {"object_id": object_id, "object_id_field": field}

    answer = body(client.post(EVENTS, json=event(event_attributes={"object": named})))

    assert answer["warnings"] == {}
    assert [row.item for row in stored(live)] == ["red"]


def test_item_is_found_by_its_internal_id_where_its_other_name_is_unknown(
    client: Client, live: Live
) -> None:
    named = {"object_id": "404", "object_id_field": "ean", "internal_id": "red"}

    body(client.post(EVENTS, json=event(event_attributes={"object": named})))

    assert [(row.item, row.object_id) for row in stored(live)] == [("red", "404")]


def test_event_about_an_item_that_nobody_knows_is_stored_with_a_warning(
    client: Client, live: Live
) -> None:
    answer = body(client.post(EVENTS, json=event(item="ghost")))

    assert answer["warnings"] == {"unknown-item": 1}
    assert [(row.item_key, row.object_id) for row in stored(live)] == [(None, "ghost")]


def test_purchase_is_worth_its_price_times_its_quantity_in_millionths(
    client: Client, live: Live
) -> None:
    body(client.post(EVENTS, json=purchase(price=19.99, quantity=3)))
    body(client.post(EVENTS, json=event("add_to_cart")))

    bought, put_in_cart = stored(live)
    assert (bought.revenue, bought.quantity) == (59_970_000, 3)
    assert (put_in_cart.revenue, put_in_cart.quantity) == (0, 1)


@pytest.mark.parametrize(
    ("detail", "path", "rule"),
    [
        ({"price": "19.99"}, "price", "type"),
        ({"price": -1}, "price", "range"),
        ({"price": 1e8, "quantity": 100}, "price", "range"),
        ({"quantity": 0}, "quantity", "range"),
        ({"quantity": 10**30}, "quantity", "range"),
    ],
)
def test_price_and_quantity_that_cannot_be_are_refused(
    client: Client, detail: Json, path: str, rule: str
) -> None:
    answer = body(client.post(EVENTS, json=purchase(**detail)), 422)

    assert problems(answer) == [(f"$.event_attributes.object.object_detail.{path}", rule)]


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def test_late_event_is_stored_when_it_happened_and_one_a_little_ahead_now(
    client: Client, live: Live
) -> None:
    now = datetime.now(UTC)
    times = [
        "1970-01-01T00:00:00Z",
        milliseconds(now - timedelta(days=400)),
        milliseconds(now + timedelta(minutes=4)),
    ]
    sent = [event(event_id=str(n), timestamp=at) for n, at in enumerate(times)]

    body(client.post(EVENTS, json=sent))

    first, late, ahead = sorted(stored(live), key=lambda row: int(row.id))
    assert first.at.year == 1970
    assert abs(late.at - (now - timedelta(days=400))) < timedelta(milliseconds=1)
    assert now <= ahead.at <= ahead.known_at


@pytest.mark.parametrize(
    ("timestamp", "rule"),
    [
        ((datetime.now(UTC) + timedelta(hours=1)).isoformat(), "future"),
        ("2100-01-01T00:00:00Z", "future"),
        (4_102_444_800_000, "future"),
        (1_717_527_761, "date"),
        (-5, "date"),
        (1e300, "date"),
        ("yesterday", "date"),
        ("1969-12-31T23:59:59Z", "date"),
        ("0001-01-01T00:00:00+01:00", "date"),
        (["2026"], "type"),
    ],
)
def test_time_that_cannot_be_is_refused(client: Client, timestamp: object, rule: str) -> None:
    answer = body(client.post(EVENTS, json=event(timestamp=timestamp)), 422)

    assert problems(answer) == [("$.timestamp", rule)]


def test_event_without_a_time_happened_when_it_arrived(client: Client, live: Live) -> None:
    sent = {"action_name": "click", "client_id": "ann"}

    body(client.post(EVENTS, json=sent))
    again = body(client.post(EVENTS, json=sent))

    assert again["accepted"] == 1
    assert all(row.known_at - row.at < timedelta(seconds=5) for row in stored(live))


DEEP = '{"a":' * 5_000 + "1" + "}" * 5_000
BROKEN: list[tuple[str, bytes, str, str]] = [
    ("UTF-8", b'{"action_name": "cl\xffick"}', "$", "characters"),
    ("half a pair", b'{"action_name": "\\ud800 and more"}', "$", "unreadable"),
    ("NUL", b'{"action_name": "click\\u0000"}', "$", "characters"),
    ("NUL deep inside", b'{"action_name": "click", "a": {"b": ["\\u0000"]}}', "$", "characters"),
    ("NaN", b'{"action_name": "click", "a": NaN}', "$", "unreadable"),
    ("number", b'{"action_name": "click", "a": 1e999}', "$", "finite"),
    ("digits", b'{"action_name": "click", "a": ' + b"1" * 5_000 + b"}", "$", "finite"),
    ("depth", b'{"action_name": "click", "a": ' + DEEP.encode() + b"}", "$", "unreadable"),
    ("no object", b'"click"', "$", "type"),
    ("cut off", b'{"action_name": "click"', "$", "unreadable"),
    ("no end", b'{"action_name": "click", "a": "' + b"x" * 70_000 + b'"}', "$", "length"),
]


@pytest.mark.parametrize(
    ("raw", "path", "rule"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
@pytest.mark.parametrize("together", ["alone", "in an array", "on a line"])
def test_broken_event_is_refused_and_its_neighbours_are_not(
    client: Client, live: Live, raw: bytes, path: str, rule: str, together: str
) -> None:
    good = json.dumps(event()).encode(), json.dumps(event("view")).encode()
    content, content_type, accepted = {
        "alone": (raw, "application/json", 0),
        "in an array": (b"[" + b",".join([good[0], raw, good[1]]) + b"]", "application/json", 2),
        "on a line": (b"\n".join([good[0], raw, good[1]]), "application/x-ndjson", 2),
    }[together]

    response = client.post(EVENTS, content=content, headers={"Content-Type": content_type})

    answer = body(response, 202 if accepted else 422)
    if together == "in an array" and raw in (BROKEN[7][1], BROKEN[9][1]):
        # Where nobody can say where it ends, what stands behind it is lost with it.
        accepted = 1
    assert answer["accepted"] == accepted
    assert len(stored(live)) == accepted
    assert [refused["index"] for refused in answer["refused"]] == [min(accepted, 1)]
    assert problems(answer)[0] == (path, rule)


def test_event_with_ten_thousand_attributes_is_kept_where_it_is_not_too_long(
    client: Client, live: Live
) -> None:
    few = {f"a{n}": n for n in range(4_000)}
    many = {f"attribute-{n}": n for n in range(10_000)}

    answer = body(
        client.post(EVENTS, json=[event(event_attributes=few), event(event_attributes=many)])
    )

    assert answer["accepted"] == 1
    assert problems(answer) == [("$", "length")]
    assert len(stored(live)[0].document["event_attributes"]) == 4_000


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"", {}, 400),
        (b" \n ", {}, 400),
        (gzip.compress(b'{"action_name": "click"}' * 100)[:-12], {"Content-Encoding": "gzip"}, 400),
        (b"no gzip at all", {"Content-Encoding": "gzip"}, 400),
        (b'{"action_name": "click"}', {"Content-Encoding": "br"}, 415),
        (gzip.compress(b" " * 20_000_000), {"Content-Encoding": "gzip"}, 413),
        (b"[" + b"{}," * 99_999 + b"{}]", {}, 413),
        (b"x" * 5_000_000, {}, 413),
    ],
    ids=[
        "empty",
        "blank",
        "cut off",
        "no gzip",
        "brotli",
        "bomb",
        "a hundred thousand",
        "too large",
    ],
)
def test_body_that_is_none_is_a_problem(
    client: Client, content: bytes, headers: dict[str, str], status: int
) -> None:
    response = client.post(EVENTS, content=content, headers=headers)

    assert response.headers["content-type"] == "application/problem+json"
    assert body(response, status)["detail"]


def test_array_without_events_is_none_refused(client: Client) -> None:
    assert body(client.post(EVENTS, json=[]))["accepted"] == 0


def test_many_events_in_one_call(client: Client, live: Live) -> None:
    sent = [event(event_id=str(n)) for n in range(10_000)]

    answer = body(client.post(EVENTS, json=sent))

    assert answer["accepted"] == 10_000


def test_calls_at_once_with_the_same_events_store_each_once(client: Client, live: Live) -> None:
    sent = [event(event_id=str(n)) for n in range(200)]
    answers: list[Json] = []

    def send(events: list[Json]) -> None:
        answers.append(body(client.post(EVENTS, json=events)))

    threads = [
        threading.Thread(target=send, args=(sent if n % 2 else sent[::-1],)) for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(answer["accepted"] for answer in answers) == 200
    assert sum(answer["duplicates"] for answer in answers) == 7 * 200
    assert len(stored(live)) == 200


def test_document_that_postgres_will_not_have_is_refused_alone(client: Client, live: Live) -> None:
    # A number that JSON can write, and that Postgres cannot: it is no float at any point.
    sent = [event(event_id="good"), event(event_id="bad", a=0)]
    content = json.dumps(sent).replace('"a": 0', '"a": 1e-20000').encode()

    answer = body(client.post(EVENTS, content=content))

    assert answer["accepted"] == 1
    assert [row.id for row in stored(live)] == ["good"]
    assert answer["refused"][0]["event_id"] == "bad"


def test_event_that_comes_before_its_list_is_written_has_it_written_first(
    client: Client, live: Live
) -> None:
    found = live.search.search(SearchQuery(text="kettle", client_id="ann"))
    assert live.lists.recorded.waiting == 1

    body(client.post(EVENTS, json=event(query_id=found.query_id)))

    assert live.lists.recorded.waiting == 0
    with live.engine.connect() as connection:
        query = text("select query_id, known_at from ranking_events")
        (shown,) = connection.execute(query).all()
    assert shown.query_id == found.query_id
    assert shown.known_at <= stored(live)[0].known_at


@pytest.mark.parametrize(
    ("public", "scopes", "status"),
    [
        (True, None, 202),
        (False, None, 401),
        (False, ("search",), 403),
        (False, ("events",), 202),
    ],
)
def test_events_need_a_key_unless_the_search_is_public(
    live: Live, public: bool, scopes: tuple[Scope, ...] | None, status: int
) -> None:
    live.settings = msgspec.structs.replace(live.settings, public_search=public)
    headers = {} if scopes is None else key_of(live, *scopes)

    with TestClient(create_app(live)) as client:
        response = client.post(EVENTS, json=event(), headers=headers)

    body(response, status)


def test_shopper_is_forgotten_everywhere(client: Client, live: Live) -> None:
    shoppers = ["ann/42", "bob"]
    for shopper in shoppers:
        found = live.search.search(SearchQuery(text="kettle", client_id=shopper))
        body(client.post(EVENTS, json=event(client_id=shopper, query_id=found.query_id)))
    live.search.search(SearchQuery(text="red", client_id="ann/42"))
    admin = key_of(live, "admin")

    first = body(client.delete("/v1/clients/ann%2F42", headers=admin), 200)
    again = body(client.delete("/v1/clients/ann%2F42", headers=admin), 200)
    live.lists.flush()

    assert (first, again) == ({"events": 1, "lists": 2}, {"events": 0, "lists": 0})
    with live.engine.connect() as connection:
        left = connection.execute(text("select client_id from ranking_events")).scalars().all()
        entries = connection.execute(text("select object, after::text from audit_log"))
        audit = [tuple(row) for row in entries]
    assert left == ["bob"]
    assert [row.client_id for row in stored(live)] == ["bob"]
    assert "ann" not in str(audit)
    assert [row for row in audit if row[0].startswith("client/")]


def test_only_an_admin_may_forget_a_shopper(client: Client, live: Live) -> None:
    headers = key_of(live, "events", "search")

    body(client.delete("/v1/clients/ann", headers=headers), 403)
    body(client.delete("/v1/clients/ann"), 401)


def test_nobody_cannot_be_forgotten(client: Client, live: Live) -> None:
    body(client.delete("/v1/clients/", headers=key_of(live, "admin")), 404)


def test_call_while_postgres_is_away_is_told_to_come_again(
    client: Client, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = create_engine(live.engine.url.set(host="127.0.0.1", port=1, query={}))
    sent = event(event_id="e1")

    with monkeypatch.context() as patched:
        patched.setattr(live.events, "_engine", away)
        refused = client.post(EVENTS, json=sent)

    assert body(refused, 503)["title"] == "The database does not answer"
    assert body(client.post(EVENTS, json=sent))["accepted"] == 1


def test_forgotten_shopper_no_longer_counts(client: Client, live: Live) -> None:
    found = live.search.search(SearchQuery(text="kettle", client_id="ann"))
    body(client.post(EVENTS, json=event(query_id=found.query_id)))
    BehaviourCounter(live.engine).run()
    counting = text("select sum(clicks) as clicks, sum(impressions) as seen from behaviour_counts")
    with live.engine.connect() as connection:
        before = connection.execute(counting).one()

    body(client.delete("/v1/clients/ann", headers=key_of(live, "admin")), 200)

    with live.engine.connect() as connection:
        after = connection.execute(counting).one()
    assert before.clicks == 1
    assert before.seen == len(found.hits)
    assert not after.clicks
    assert not after.seen


def test_events_are_taken_in_while_all_searching_threads_are_at_work(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = threading.Event()
    with ThreadPoolExecutor(1) as searching, monkeypatch.context() as patched:
        patched.setattr("litestar.concurrency._State.EXECUTOR", searching)
        # Let go in the end, so that a request that waits for it is told from one that does not.
        at_work = searching.submit(answered.wait, 20)
        body(client.post(EVENTS, json=event()))
        still_at_work = not at_work.done()
        answered.set()

    assert still_at_work
