"""Webhooks that are told when tasks end: real PostgreSQL, a real receiver, the library's own
verification of what it gets."""

import json
import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import monotonic
from typing import Any

import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from standardwebhooks import Webhook

from app.admin.api_keys import create_key
from app.asgi import create_app
from app.live import Live
from app.tasks import hook_post
from app.tasks.hook_deliveries import claim_due, forget_deliveries, note_delivered, note_failed
from app.tasks.hook_sender import HookSender
from app.tasks.hooks import DEFAULT_KINDS, MAX_HOOKS, create_hook, delete_hook, list_hooks
from app.tasks.repository import (
    Kind,
    Step,
    add_to_task,
    cancel_task,
    close_task,
    create_task,
    end_abandoned,
    finish_task,
    note_indexed,
    settle_task,
)
from tests.receiver import Receiver, Say, receiving

Client = TestClient[Any]
HOOKS = "/v1/admin/webhooks"
NEVER = threading.Event()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with live.engine.begin() as connection:
        _, secret = create_key(connection, "Catalogue", ["items:write"], "a test")
    with TestClient(create_app(live)) as client:
        client.headers["Authorization"] = f"Bearer {secret}"
        yield client


@pytest.fixture
def sender(engine: Engine) -> HookSender:
    return HookSender(engine)


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def hook_for(engine: Engine, url: str, *kinds: str) -> tuple[int, str]:
    """Its id and secret."""
    with engine.begin() as connection:
        hook, secret = create_hook(connection, url, kinds or DEFAULT_KINDS, "a test")
    return hook.id, secret


def ended_task(engine: Engine, kind: Kind = "reindex", status: Any = "succeeded") -> int:
    with engine.begin() as connection:
        task_id = create_task(connection, kind, "a test")
        finish_task(connection, task_id, status)
    return task_id


def queued(engine: Engine) -> list[tuple[int, int]]:
    """Hook and task of all deliveries, in whatever state."""
    with engine.connect() as connection:
        rows = connection.execute(text("select hook_id, task_id from hook_deliveries order by id"))
        return [(row.hook_id, row.task_id) for row in rows]


def let_pauses_end(engine: Engine) -> None:
    with engine.begin() as connection:  # as if the time had gone by
        connection.execute(
            text("update hook_deliveries set next_at = now() where next_at is not null")
        )


def pause(engine: Engine) -> float | None:
    """Seconds until the only delivery is tried again."""
    query = "select extract(epoch from next_at - clock_timestamp())::float from hook_deliveries"
    with engine.connect() as connection:
        seconds: float | None = connection.execute(text(query)).scalar_one()
    return seconds


@contextmanager
def following(sender: HookSender) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=sender.follow, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


# From a task's end to the receiver


def test_batch_that_ends_is_told_to_the_receiver_and_verified_by_it(
    client: Client, live: Live, receiver: Receiver
) -> None:
    made = body(client.post(HOOKS, json={"url": receiver.url}), 201)
    live.start_following()
    live.start_working()

    rows = b'{"id": "a", "title": "Red kettle"}\n{"id": "b", "title": ""}'
    answer = client.post("/v1/items/batch?wait=true", content=rows)

    task = json.loads(answer.text.splitlines()[0])
    (message,) = receiver.wait_for(1)
    told = Webhook(made["secret"]).verify(message.body, message.headers)
    assert told["type"] == "task.succeeded"
    assert told["timestamp"] == task["finished_at"]
    assert told["data"] == body(client.get(f"/v1/tasks/{task['id']}"))
    assert message.headers["webhook-id"] == f"task_{task['id']}_hook_{made['id']}"
    assert message.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", ["succeeded", "failed", "canceled"])
def test_message_says_how_the_task_ended(
    engine: Engine, sender: HookSender, receiver: Receiver, status: str
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    task_id = ended_task(engine, status=status)

    assert sender.tell(hook_id, NEVER) == 1

    told = json.loads(receiver.received[0].body)
    assert told["type"] == f"task.{status}"
    assert (told["data"]["id"], told["data"]["status"]) == (task_id, status)


def test_every_way_in_which_a_task_ends_is_told_once(engine: Engine) -> None:
    hook_id, _ = hook_for(engine, "http://127.0.0.1/", "item.put", "items.batch", "items.delete")
    with engine.begin() as connection:
        settled = create_task(connection, "item.put", "a test")
        settle_task(connection, settled, {"received": 1, "unchanged": 1}, 0, ())
        closed = create_task(connection, "items.batch", "a test", receiving=True)
        close_task(connection, closed)
        indexed = create_task(connection, "item.put", "a test")
        settle_task(connection, indexed, {"received": 1}, 1, ())
        note_indexed(connection, {indexed: Step(done=1)}, {})
        finished = create_task(connection, "items.delete", "a test")
        finish_task(connection, finished, "failed", "why not")
        canceled = create_task(connection, "items.delete", "a test")
        cancel_task(connection, canceled)
        abandoned = create_task(connection, "items.batch", "a test", receiving=True)
        end_abandoned(connection, -1.0)

    tasks = [settled, closed, indexed, finished, canceled, abandoned]
    assert queued(engine) == [(hook_id, task_id) for task_id in tasks]


def test_task_that_has_failed_is_not_told_again_when_its_rest_is_indexed(engine: Engine) -> None:
    hook_id, _ = hook_for(engine, "http://127.0.0.1/")
    with engine.begin() as connection:
        task_id = create_task(connection, "items.batch", "a test", receiving=True)
        add_to_task(connection, task_id, {"received": 2}, waiting=2)
        close_task(connection, task_id, "the stream broke off")

    for _ in range(2):
        with engine.begin() as connection:
            note_indexed(connection, {task_id: Step(done=1)}, {})

    assert queued(engine) == [(hook_id, task_id)]


def test_task_that_goes_on_is_not_told(engine: Engine) -> None:
    hook_for(engine, "http://127.0.0.1/")
    with engine.begin() as connection:
        task_id = create_task(connection, "items.batch", "a test", receiving=True)
        add_to_task(connection, task_id, {"received": 2}, waiting=2)
        note_indexed(connection, {task_id: Step(done=1)}, {})
        close_task(connection, task_id)

    assert queued(engine) == []


def test_task_whose_end_is_rolled_back_is_not_told(engine: Engine) -> None:
    hook_for(engine, "http://127.0.0.1/")
    with engine.connect() as connection:
        finish_task(connection, create_task(connection, "reindex", "a test"), "succeeded")
        connection.rollback()

    assert queued(engine) == []


def test_hook_is_told_of_its_kinds_only(engine: Engine) -> None:
    by_default, _ = hook_for(engine, "http://127.0.0.1/")
    of_items, _ = hook_for(engine, "http://127.0.0.1/", "item.put")

    put = ended_task(engine, "item.put")
    rebuilt = ended_task(engine, "reindex")
    ended_task(engine, "webhook.catalog")

    assert queued(engine) == [(of_items, put), (by_default, rebuilt)]


def test_task_ends_while_its_hook_is_deleted(engine: Engine) -> None:
    hook_id, _ = hook_for(engine, "http://127.0.0.1/")

    with ThreadPoolExecutor(1) as other, engine.begin() as connection:
        delete_hook(connection, hook_id, "a test")
        ending = other.submit(ended_task, engine)
        with pytest.raises(TimeoutError):
            ending.result(timeout=0.3)  # it waits for the deletion
        connection.commit()
        ending.result(timeout=10)

    assert queued(engine) == []


# Again, until it is taken


def test_receiver_that_fails_gets_the_same_message_again_signed_anew(
    engine: Engine, receiver: Receiver
) -> None:
    sender = HookSender(engine, backoff=(60.0,))
    hook_id, secret = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda number: Say(500, body=b"out of paper") if number == 1 else Say()

    sender.tell(hook_id, NEVER)
    waits = pause(engine)
    with engine.connect() as connection:
        (failing,) = list_hooks(connection)
    too_early = sender.tell(hook_id, NEVER)
    let_pauses_end(engine)
    sender.tell(hook_id, NEVER)
    with engine.connect() as connection:
        (mended,) = list_hooks(connection)

    first, second = receiver.received
    assert too_early == 0
    assert waits is not None
    assert 30 < waits <= 72
    assert failing.last_delivery is not None
    assert failing.last_delivery.last_error == "answered 500: out of paper"
    assert (failing.waiting, failing.last_delivery.delivered_at) == (1, None)
    assert (second.body, second.headers["webhook-id"]) == (first.body, first.headers["webhook-id"])
    Webhook(secret).verify(second.body, second.headers)
    assert mended.last_delivery is not None
    assert mended.last_delivery.delivered_at is not None
    assert (mended.waiting, mended.last_delivery.last_error) == (0, None)
    assert mended.last_delivery.attempts == 2
    let_pauses_end(engine)
    assert sender.tell(hook_id, NEVER) == 0


def test_follower_tells_and_tries_again_by_itself(engine: Engine, receiver: Receiver) -> None:
    hook_for(engine, receiver.url)
    receiver.says = lambda number: Say(503) if number < 3 else Say()

    with following(HookSender(engine, backoff=(0.1, 0.1, 0.1))):
        ended_task(engine)
        receiver.wait_for(3)

    with engine.connect() as connection:
        (hook,) = list_hooks(connection)
    assert hook.last_delivery is not None
    assert hook.last_delivery.delivered_at is not None
    assert len(receiver.received) == 3


def test_receiver_that_never_takes_it_is_given_up(engine: Engine, receiver: Receiver) -> None:
    sender = HookSender(engine, backoff=(0.0, 0.0))
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda _: Say(500)

    assert sender.tell(hook_id, NEVER) == 3

    with engine.connect() as connection:
        (hook,) = list_hooks(connection)
    assert hook.last_delivery is not None
    assert hook.last_delivery.next_attempt_at is None
    assert hook.last_delivery.delivered_at is None
    assert hook.last_delivery.last_error == "answered 500"
    assert hook.waiting == 0


def test_receiver_that_is_gone_is_given_up_at_once(
    engine: Engine, sender: HookSender, receiver: Receiver
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda _: Say(410)

    sender.tell(hook_id, NEVER)

    assert pause(engine) is None


def test_receiver_that_asks_for_time_gets_it(
    engine: Engine, sender: HookSender, receiver: Receiver
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda _: Say(429, headers=(("Retry-After", "1800"),))

    sender.tell(hook_id, NEVER)

    waits = pause(engine)
    assert waits is not None
    assert 1_790 < waits <= 1_800 * 1.2


def test_redirect_is_not_followed(engine: Engine, sender: HookSender, receiver: Receiver) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda _: Say(307, headers=(("Location", f"{receiver.url}/elsewhere"),))

    sender.tell(hook_id, NEVER)

    assert [message.path for message in receiver.received] == ["/hook"]
    with engine.connect() as connection:
        (hook,) = list_hooks(connection)
    assert hook.last_delivery is not None
    assert hook.last_delivery.last_error == "answered 307; redirects are not followed"
    assert hook.waiting == 1


def test_receiver_that_does_not_run_is_tried_again_later(
    engine: Engine, sender: HookSender
) -> None:
    with receiving() as receiver:
        pass
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)

    sender.tell(hook_id, NEVER)

    with engine.connect() as connection:
        (hook,) = list_hooks(connection)
    assert hook.last_delivery is not None
    assert "cannot be reached" in (hook.last_delivery.last_error or "")
    assert hook.waiting == 1


def test_receiver_that_drips_its_answer_is_cut_off(
    engine: Engine, sender: HookSender, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook_post, "TIMEOUT_SECONDS", 0.5)
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    receiver.says = lambda _: Say(200, body=b"x" * 100, drip_seconds=0.1)

    began = monotonic()
    sender.tell(hook_id, NEVER)

    assert monotonic() - began < 5
    with engine.connect() as connection:
        (hook,) = list_hooks(connection)
    assert hook.last_delivery is not None
    assert hook.last_delivery.last_error == "no answer within 0.5 seconds"


def test_sender_that_died_before_it_could_note_the_delivery_is_followed_by_another(
    engine: Engine, sender: HookSender, receiver: Receiver
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    with engine.begin() as connection:
        (claimed,) = claim_due(connection, hook_id, limit=8, lease_seconds=60)

    during_the_lease = sender.tell(hook_id, NEVER)
    let_pauses_end(engine)
    sender.tell(hook_id, NEVER)

    assert during_the_lease == 0
    assert len(receiver.received) == 1
    with engine.begin() as connection:  # it was not dead, only late
        note_failed(connection, claimed, "too late", retry_in=0)
        note_delivered(connection, claimed)
    assert pause(engine) is None


def test_two_senders_tell_each_message_once(engine: Engine, receiver: Receiver) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    tasks = {f"task_{ended_task(engine)}_hook_{hook_id}" for _ in range(60)}

    with ThreadPoolExecutor(2) as threads:
        told = threads.map(lambda s: s.tell(hook_id, NEVER), [HookSender(engine) for _ in range(2)])

    assert sum(told) == len(receiver.received) == 60
    assert {message.headers["webhook-id"] for message in receiver.received} == tasks


def test_slow_receiver_holds_up_nobody_else(engine: Engine, receiver: Receiver) -> None:
    enough = threading.Event()

    def slowly(_: int) -> Say:
        enough.wait(9)
        return Say()

    with receiving() as slow:
        slow.says = slowly
        hook_for(engine, slow.url)
        hook_for(engine, receiver.url)
        with following(HookSender(engine)):
            for _ in range(20):
                ended_task(engine)
            slow.wait_for(1)
            receiver.wait_for(20, seconds=8)
            enough.set()


def test_no_transaction_is_open_while_a_receiver_is_told(
    engine: Engine, sender: HookSender, receiver: Receiver
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    open_ones: list[int] = []

    def look(_: int) -> Say:
        with engine.connect() as connection:
            open_ones.append(
                connection.execute(
                    text(
                        "select count(*) from pg_stat_activity where pid <> pg_backend_pid() "
                        "and backend_type = 'client backend' and xact_start is not null"
                    )
                ).scalar_one()
            )
        return Say()

    receiver.says = look
    sender.tell(hook_id, NEVER)

    assert open_ones == [0]


def test_task_that_is_forgotten_is_not_told(
    engine: Engine, sender: HookSender, receiver: Receiver
) -> None:
    hook_id, _ = hook_for(engine, receiver.url)
    ended_task(engine)
    with engine.begin() as connection:
        connection.execute(text("delete from tasks"))

    sender.tell(hook_id, NEVER)

    assert receiver.received == []
    assert pause(engine) is None


def test_old_deliveries_are_forgotten(engine: Engine) -> None:
    hook_id, _ = hook_for(engine, "http://127.0.0.1/")
    ended_task(engine)
    young = ended_task(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "update hook_deliveries set created_at = now() - interval '31 days' "
                "where task_id < :young"
            ),
            {"young": young},
        )
        forget_deliveries(connection, days=30)

    assert queued(engine) == [(hook_id, young)]


# Managed over HTTP


def test_hook_is_made_listed_and_deleted_and_then_told_nothing(
    client: Client, live: Live, sender: HookSender, receiver: Receiver
) -> None:
    made = body(client.post(HOOKS, json={"url": receiver.url}), 201)
    ended_task(live.engine)
    (listed,) = body(client.get(HOOKS))["webhooks"]
    body(client.delete(f"{HOOKS}/{made['id']}"), 204)
    ended_task(live.engine)

    assert made["secret"].startswith("whsec_")
    assert made["kinds"] == sorted(DEFAULT_KINDS)
    assert made["created_by"].startswith("Catalogue (")
    assert listed == {k: made[k] for k in ("id", "url", "kinds", "created_at", "created_by")} | {
        "waiting": 1,
        "last_delivery": None,
    }
    assert sender.tell(made["id"], NEVER) == 0
    assert receiver.received == []
    assert body(client.get(HOOKS))["webhooks"] == []
    assert queued(live.engine) == []


def test_secret_is_told_once_and_never_in_the_list_the_log_or_the_audit(
    client: Client,
    live: Live,
    sender: HookSender,
    receiver: Receiver,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    made = body(client.post(HOOKS, json={"url": receiver.url, "kinds": ["reindex"]}), 201)
    receiver.says = lambda _: Say(410)
    ended_task(live.engine)
    sender.tell(made["id"], NEVER)
    tested = client.post(f"{HOOKS}/{made['id']}/test").text
    listed = client.get(HOOKS).text
    body(client.delete(f"{HOOKS}/{made['id']}"), 204)
    with live.engine.connect() as connection:
        rows = connection.execute(text("select action, object, before, after from audit_log"))
        audit = [tuple(row) for row in rows if row.action.startswith("hook.")]

    told = {"url": receiver.url, "kinds": ["reindex"]}
    about = f"hook/{made['id']}"
    assert audit == [("hook.create", about, None, told), ("hook.delete", about, told, None)]
    hidden = made["secret"].removeprefix("whsec_")
    assert "gave up" in caplog.text
    assert hidden not in caplog.text + tested + listed + str(audit)
    assert all(hidden not in str(message) for message in receiver.received)


def test_error_of_the_database_does_not_tell_the_secret(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        create_hook(connection, "http://127.0.0.1/", DEFAULT_KINDS, "with a \x00")

    assert "whsec_" not in str(caught.value)


def test_hook_is_tested_at_once_and_its_answer_is_shown(client: Client, receiver: Receiver) -> None:
    made = body(client.post(HOOKS, json={"url": receiver.url}), 201)
    receiver.says = lambda _: Say(202, body=b"thank you")

    answer = body(client.post(f"{HOOKS}/{made['id']}/test"))

    (message,) = receiver.received
    told = Webhook(made["secret"]).verify(message.body, message.headers)
    assert (told["type"], told["data"]) == ("webhook.test", {"webhook_id": made["id"]})
    assert answer["duration_ms"] > 0
    assert {k: answer[k] for k in ("delivered", "status", "body", "error")} == {
        "delivered": True,
        "status": 202,
        "body": "thank you",
        "error": None,
    }


def test_test_shows_the_beginning_of_a_long_refusal(client: Client, receiver: Receiver) -> None:
    made = body(client.post(HOOKS, json={"url": receiver.url}), 201)
    receiver.says = lambda _: Say(500, body=b"\xff\x00" + b"x" * 50_000_000)

    answer = body(client.post(f"{HOOKS}/{made['id']}/test"))

    assert (answer["delivered"], answer["status"], len(answer["body"])) == (False, 500, 1_000)
    assert answer["error"].startswith("answered 500: ")


def test_test_of_a_receiver_that_does_not_run_says_so(client: Client) -> None:
    with receiving() as receiver:
        pass
    made = body(client.post(HOOKS, json={"url": receiver.url}), 201)

    answer = body(client.post(f"{HOOKS}/{made['id']}/test"))

    assert (answer["delivered"], answer["status"]) == (False, None)
    assert "cannot be reached" in answer["error"]


def test_url_with_a_password_is_refused(client: Client) -> None:
    sent = {"url": "https://ana:secret@shop.example/"}

    problem = body(client.post(HOOKS, json=sent), 422)

    assert "password" in problem["detail"]
    assert body(client.get(HOOKS))["webhooks"] == []


def test_hook_that_is_not_described_is_refused(client: Client) -> None:
    url = "http://shop.example/"

    for sent in ({}, {"url": ""}, {"url": url, "kinds": []}, {"url": 1}, {"url": url, "to": 1}):
        assert client.post(HOOKS, json=sent).status_code == 400, sent


def test_unknown_kind_is_refused(client: Client) -> None:
    sent = {"url": "http://a.example/", "kinds": ["reindex", "tea"]}

    assert "tea" in body(client.post(HOOKS, json=sent), 400)["detail"]


def test_there_are_at_most_20_hooks_also_when_they_are_made_at_once(
    client: Client, engine: Engine
) -> None:
    for _ in range(MAX_HOOKS - 1):
        hook_for(engine, "http://127.0.0.1/")

    def make(_: int) -> int:
        return client.post(HOOKS, json={"url": "http://127.0.0.1/"}).status_code

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(make, range(4)))

    assert statuses == [201, 409, 409, 409]


def test_hook_that_is_not_there_is_a_404(client: Client) -> None:
    for hook_id in (7, 10**30):
        assert client.delete(f"{HOOKS}/{hook_id}").status_code == 404
        assert client.post(f"{HOOKS}/{hook_id}/test").status_code == 404


def test_hooks_need_a_key_with_the_scope_of_items(client: Client, live: Live) -> None:
    with live.engine.begin() as connection:
        _, other = create_key(connection, "Ana", ["rules:write"], "a test")
    forbidden = client.get(HOOKS, headers={"Authorization": f"Bearer {other}"})
    del client.headers["Authorization"]

    assert forbidden.status_code == 403
    assert client.get(HOOKS).status_code == 401
