"""Two `endcap serve` on one PostgreSQL: what is done through one of them holds in both."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import httpx
import pytest

from app.db.postgres import EmbeddedPostgres
from tests.e2e.command import Service, endcap, started, until

READY_SECONDS = 120
SOON = 5
"""Seconds for what should take one at most: on a machine that is busy, too. How long it really
takes is the business of `benchmarks/publish_delay.py`."""

ITEMS = ("kettle", "teapot", "mug")


class Edition(NamedTuple):
    """A version of the rules as a search for `kettle` shows it, which all of it must agree on."""

    version: int
    rules: tuple[str, ...]
    banners: tuple[str, ...]
    first: str
    """The id of the first hit."""


class Process:
    """A service, and what a client with the admin key does with it."""

    def __init__(self, service: Service, client: httpx.Client) -> None:
        self.service = service
        self.client = client

    def call(
        self, method: str, path: str, body: object = None, if_match: str | None = None
    ) -> httpx.Response:
        headers = {} if if_match is None else {"If-Match": if_match}
        return self.client.request(method, path, json=body, headers=headers)

    def done(self, method: str, path: str, body: object = None, if_match: str | None = None) -> Any:
        """The answer's body; fails where the call was refused."""
        response = self.call(method, path, body, if_match)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def status_with(self, key: str) -> int:
        """Of a call with this key instead."""
        headers = {"Authorization": f"Bearer {key}"}
        return self.client.get("/v1/admin/rules", headers=headers).status_code

    def shown(self) -> Edition:
        answer = self.done("POST", "/v1/search", {"query": "kettle"})
        return Edition(
            version=answer["ruleset_version"],
            rules=tuple(rule["id"] for rule in answer["applied_rules"]),
            banners=tuple(banner["title"] for banner in answer["banners"]),
            first=answer["hits"][0]["id"],
        )

    def shows(self, edition: Edition) -> bool:
        return self.shown() == edition

    def frozen(self, name: str, pinned: str) -> Edition:
        """Freeze an edition whose one rule shows its name and puts an item first."""
        rule = {
            "id": name,
            "when": {"query": {"contains": "kettle"}},
            "then": [
                {"banner": {"title": f"Edition {name}"}},
                {"pin": {"item_id": pinned, "position": 1}},
            ],
        }
        self.done("POST", "/v1/admin/rules/import?mode=replace", [rule])
        made = self.done("POST", "/v1/admin/rulesets", {"message": name})
        return Edition(made["version"], (name,), (f"Edition {name}",), pinned)

    def publish(self, edition: Edition, at: datetime | None = None) -> Any:
        body = {} if at is None else {"at": at.isoformat()}
        return self.done("POST", f"/v1/admin/rulesets/{edition.version}/publish", body)


class Pair:
    """The two processes; the second can be started anew."""

    def __init__(self, folder: Path, database_url: str, stack: ExitStack) -> None:
        self._folder = folder
        self._database_url = database_url
        self._stack = stack
        one, two = self._start("one"), self._start("two")
        for service in (one, two):
            until(service.ready, READY_SECONDS, "both services")
        self.one = self._opened(one)
        self.two = self._opened(two)

    @property
    def both(self) -> tuple[Process, Process]:
        return self.one, self.two

    @property
    def key_files(self) -> list[Path]:
        return list(self._folder.glob("*/admin.key"))

    def start_second_again(self) -> None:
        """Not waited for."""
        self.two = self._opened(self._start("two"))

    def until_both_show(self, edition: Edition) -> None:
        for process in self.both:
            until(partial(process.shows, edition), SOON, f"{edition}")

    def _start(self, name: str) -> Service:
        data_dir = self._folder / name
        return self._stack.enter_context(
            started("serve", data_dir, database_url=self._database_url)
        )

    def _opened(self, service: Service) -> Process:
        (key_file,) = self.key_files
        headers = {"Authorization": f"Bearer {key_file.read_text().strip()}"}
        client = httpx.Client(base_url=service.url, headers=headers, timeout=30)
        return Process(service, self._stack.enter_context(client))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    feed = folder / "items.jsonl"
    feed.write_text("".join(json.dumps({"id": item, "title": item}) + "\n" for item in ITEMS))
    with ExitStack() as stack:
        postgres = EmbeddedPostgres(folder / "postgres")
        stack.callback(postgres.stop)
        done = endcap(folder / "one", "import-items", feed, database_url=postgres.url)
        assert done.returncode == 0, done.stderr
        # What waits to be indexed goes into the index of the process that takes it, and no other.
        shutil.copytree(folder / "one", folder / "two")
        yield Pair(folder, postgres.url, stack)


def test_two_that_start_at_once_make_one_admin_key_which_both_accept(pair: Pair) -> None:
    keys = pair.one.done("GET", "/v1/admin/keys")["keys"]

    assert len(pair.key_files) == 1
    assert [key["name"] for key in keys if key["created_by"] == "the first start"] == ["admin"]
    for process in pair.both:
        assert process.done("GET", "/v1/admin/me")["name"] == "admin"


def test_version_published_in_one_process_is_live_in_both(pair: Pair) -> None:
    edition = pair.one.frozen("published", pinned="mug")
    before = [process.shown() for process in pair.both]

    pair.one.publish(edition)

    pair.until_both_show(edition)
    assert edition not in before


def test_rollback_in_one_process_reaches_both(pair: Pair) -> None:
    good, bad = (pair.one.frozen(name, pinned="mug") for name in ("good", "bad"))
    for edition in (good, bad):
        pair.one.publish(edition)
        pair.until_both_show(edition)

    rolled_back = pair.one.done("POST", "/v1/admin/rulesets/rollback")

    assert rolled_back["version"] == good.version
    pair.until_both_show(good)


def test_scheduled_version_goes_live_in_both_without_another_call(pair: Pair) -> None:
    now, later = (pair.one.frozen(name, pinned="mug") for name in ("now", "later"))
    pair.one.publish(now)
    pair.until_both_show(now)
    at = datetime.now(UTC) + timedelta(seconds=2)

    scheduled = pair.one.publish(later, at)

    assert scheduled["live"] is False
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda process: goes_live(process, now, later, at), pair.both))


def goes_live(process: Process, before: Edition, after: Edition, at: datetime) -> None:
    """Fails unless the process shows the one until the time has come, and soon then the other."""
    until(lambda: process.shown() != before, SOON + 2, f"{after}")
    assert datetime.now(UTC) >= at
    assert process.shown() == after


def test_every_answer_of_one_process_is_of_one_version_while_the_other_publishes(
    pair: Pair,
) -> None:
    autumn = pair.one.frozen("autumn", pinned="teapot")
    winter = pair.one.frozen("winter", pinned="mug")
    pair.one.publish(autumn)
    pair.until_both_show(autumn)
    answers = [autumn]
    enough = Event()

    def search() -> None:
        while not enough.is_set():
            answers.append(pair.two.shown())

    def answered_with(edition: Edition) -> bool:
        for searcher in searching:
            if searcher.done():
                searcher.result()
        return answers[-1] == edition

    with ThreadPoolExecutor() as pool:
        searching = [pool.submit(search) for _ in range(2)]
        try:
            for edition in [winter, autumn] * 10:
                pair.one.publish(edition)
                until(partial(answered_with, edition), SOON, f"{edition}")
        finally:
            enough.set()
    for searcher in searching:
        searcher.result()

    assert set(answers) == {autumn, winter}
    assert sum(before != after for before, after in pairwise(answers)) >= 20


def test_killed_process_answers_with_the_live_version_from_its_first_answer_on(
    pair: Pair,
) -> None:
    meanwhile = pair.one.frozen("meanwhile", pinned="teapot")
    answers: list[Edition] = []

    def answered() -> bool:
        assert pair.two.service.process.poll() is None, pair.two.service.output
        with suppress(httpx.TransportError):
            if not pair.two.service.starting():
                answers.append(pair.two.shown())
        return len(answers) == 20

    pair.two.service.kill()
    pair.one.publish(meanwhile)
    pair.start_second_again()
    until(answered, READY_SECONDS, "the second service to answer again")

    assert set(answers) == {meanwhile}


def test_key_made_in_one_process_works_in_the_other_until_it_is_revoked(pair: Pair) -> None:
    made = pair.one.done("POST", "/v1/admin/keys", {"name": "Ana", "scopes": ["rules:read"]})

    until(lambda: pair.two.status_with(made["key"]) == 200, SOON, "the new key to be accepted")
    pair.one.done("DELETE", f"/v1/admin/keys/{made['id']}")
    assert pair.one.status_with(made["key"]) == 401
    until(lambda: pair.two.status_with(made["key"]) == 401, SOON, "the revoked key to be refused")


def test_rule_is_saved_in_one_process_with_the_etag_of_the_other(pair: Pair) -> None:
    path = new_rule(pair.one, "shared")
    etag = pair.two.call("GET", path).headers["ETag"]

    saved = pair.one.call("PUT", path, banner("Second"), if_match=etag)

    assert saved.status_code == 200, saved.text
    for process in pair.both:
        read = process.call("GET", path)
        assert read.json()["rule"]["then"] == banner("Second")["then"]
        assert read.headers["ETag"] == saved.headers["ETag"] != etag


def test_stale_etag_is_refused_whichever_process_is_asked(pair: Pair) -> None:
    path = new_rule(pair.one, "stale")
    stale = pair.two.call("GET", path).headers["ETag"]
    saved = pair.one.done("PUT", path, banner("Second"), if_match=stale)

    for process in pair.both:
        refused = process.call("PUT", path, banner("Third"), if_match=stale)
        assert refused.status_code == 412, refused.text
        assert refused.json()["current"] == saved


def test_of_two_saves_at_once_in_two_processes_one_is_refused(pair: Pair) -> None:
    path = new_rule(pair.one, "contested")

    for _ in range(10):
        etag = pair.one.call("GET", path).headers["ETag"]
        with ThreadPoolExecutor() as pool:
            saves = [
                pool.submit(process.call, "PUT", path, banner(title), if_match=etag)
                for process, title in zip(pair.both, ("One", "Two"), strict=True)
            ]
        assert sorted(save.result().status_code for save in saves) == [200, 412]


def new_rule(process: Process, rule_id: str) -> str:
    """Returns its path."""
    process.done("POST", "/v1/admin/rules", {"id": rule_id, **banner("First")})
    return f"/v1/admin/rules/{rule_id}"


def banner(title: str) -> dict[str, Any]:
    return {"then": [{"banner": {"title": title}}]}
