"""Managing rules over HTTP: draft, versions, preview, audit, usage and keys, on real PostgreSQL and
real Qdrant Edge."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from httpx import Response
from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.admin.api_keys import ADMIN, SCOPES, Scope, create_key
from app.asgi import create_app
from app.commands.keys import show_first_key
from app.live import Live
from tests.e2e.command import until
from tests.factories import make_item
from tests.integration.conftest import Fill

Client = TestClient[Any]
RULES = "/v1/admin/rules"
SETS = "/v1/admin/rulesets"

SHOP = [
    make_item("red", title="Red kettle", brand="Brizo", popularity=3, price=20),
    make_item("blue", title="Blue kettle", brand="Brizo", popularity=2, price=30),
    make_item("steel", title="Steel kettle", brand="Kori", popularity=9, price=10),
    make_item("mug", title="Mug", brand="Kori", popularity=5, price=5),
]
HIDE_MUG = {"id": "hide-mug", "name": "No mugs", "then": [{"hide": {"item_ids": ["mug"]}}]}
PIN_MUG = {
    "id": "pin-mug",
    "name": "Mug first",
    "when": {"query": {"contains": "kettle"}},
    "then": [{"pin": {"item_id": "mug", "position": 1}}],
}


def key(live: Live, *scopes: str, expires_at: datetime | None = None) -> dict[str, str]:
    with live.engine.begin() as connection:
        _, secret = create_key(connection, "Ana", scopes, "a test", expires_at)
    return {"Authorization": f"Bearer {secret}"}


@pytest.fixture
def client(live: Live, fill: Fill) -> Iterator[Client]:
    """Whoever asks through it may do everything."""
    fill(*SHOP)
    with TestClient(create_app(live)) as client:
        client.headers.update(key(live, "admin"))
        yield client


def body(response: Response, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json() if response.content else None


def create(client: Client, rule: dict[str, Any]) -> Any:
    return body(client.post(RULES, json=rule), 201)


def publish(client: Client, live: Live, message: str = "a change", **fields: Any) -> int:
    version: int = body(client.post(SETS, json={"message": message, **fields}), 201)["version"]
    body(client.post(f"{SETS}/{version}/publish"))
    live.rules.refresh()
    return version


def shown(client: Client, query: str = "", **fields: Any) -> list[str]:
    answer = body(client.post("/v1/search", json={"query": query, **fields}))
    return [hit["id"] for hit in answer["hits"]]


# Keys


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", RULES),
        ("POST", RULES),
        ("PUT", f"{RULES}/x"),
        ("DELETE", f"{RULES}/x"),
        ("POST", f"{RULES}/import"),
        ("GET", f"{RULES}/export"),
        ("POST", f"{RULES}/preview"),
        ("POST", f"{RULES}/validate"),
        ("GET", SETS),
        ("POST", SETS),
        ("GET", f"{SETS}/1"),
        ("GET", f"{SETS}/1/diff/2"),
        ("POST", f"{SETS}/1/publish"),
        ("POST", f"{SETS}/rollback"),
        ("DELETE", f"{SETS}/publications/1"),
        ("GET", "/v1/admin/audit"),
        ("GET", "/v1/admin/usage"),
        ("GET", "/v1/admin/keys"),
        ("POST", "/v1/admin/keys"),
        ("DELETE", "/v1/admin/keys/1"),
        ("GET", "/v1/admin/me"),
    ],
)
def test_every_admin_route_needs_a_key_and_its_scope(
    client: Client, live: Live, method: str, path: str
) -> None:
    weak = key(live, "search")

    without = client.request(method, path, headers={"Authorization": ""})
    wrong = client.request(method, path, headers={"Authorization": "Bearer endcap_0_guess"})
    small = client.request(method, path, headers=weak)

    assert (without.status_code, wrong.status_code) == (401, 401)
    assert without.headers["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer" in without.json()["detail"]
    assert small.status_code == (200 if path.endswith("/me") else 403), small.text


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", RULES, "rules:read"),
        ("GET", f"{SETS}/live/diff/draft", "rules:read"),
        ("GET", "/v1/admin/audit", "rules:read"),
        ("GET", "/v1/admin/usage", "rules:read"),
        ("POST", RULES, "rules:write"),
        ("POST", f"{RULES}/import", "rules:write"),
        ("DELETE", f"{RULES}/x", "rules:write"),
        ("POST", SETS, "rules:publish"),
        ("POST", f"{SETS}/1/publish", "rules:publish"),
        ("POST", f"{SETS}/rollback", "rules:publish"),
        ("GET", "/v1/admin/models", "models"),
        ("GET", "/v1/admin/keys", "admin"),
    ],
)
def test_each_scope_opens_its_own_routes_and_no_others(
    client: Client, live: Live, method: str, path: str, scope: Scope
) -> None:
    others = key(live, *(each for each in SCOPES if each not in {scope, ADMIN}))

    with_all_others = client.request(method, path, headers=others)
    with_it = client.request(method, path, headers=key(live, scope))

    assert with_all_others.status_code == 403, with_all_others.text
    assert scope in with_all_others.json()["detail"]
    assert with_it.status_code not in {401, 403, 500}, with_it.text


def test_first_key_is_kept_for_its_owner_alone_and_printed_this_once(
    live: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = msgspec.structs.replace(live.settings, admin_key=None)
    with live.engine.begin() as connection:
        connection.execute(text("delete from api_keys"))

    show_first_key(settings, live.engine)
    printed = capsys.readouterr().out
    show_first_key(settings, live.engine)

    file = live.settings.admin_key_file
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_text().strip() in printed
    assert capsys.readouterr().out == ""


def test_key_stands_in_no_log(client: Client, live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret = key(live, "rules:read")["Authorization"].rsplit("_", 1)[-1]

    body(client.get(RULES, headers={"Authorization": f"Bearer endcap_0_{secret}"}), 401)
    body(client.post(RULES, headers=key(live, "rules:read"), json={}), 403)

    assert secret not in caplog.text


def test_key_is_shown_once_and_stored_as_a_hash_only(client: Client, live: Live) -> None:
    made = body(client.post("/v1/admin/keys", json={"name": "Ben", "scopes": ["rules:read"]}), 201)

    listed = body(client.get("/v1/admin/keys"))["keys"]

    assert made["key"].startswith("endcap_")
    assert all("key" not in entry and "digest" not in entry for entry in listed)
    with live.engine.connect() as connection:
        stored = connection.execute(text("select api_keys::text from api_keys")).scalars().all()
        audit = connection.execute(text("select audit_log::text from audit_log")).scalars().all()
    secret = made["key"].rsplit("_", 1)[-1]
    assert not any(secret in row for row in [*stored, *audit])
    headers = {"Authorization": f"Bearer {made['key']}"}
    assert body(client.get("/v1/admin/me", headers=headers))["scopes"] == ["rules:read"]


def test_revoked_key_is_refused(client: Client) -> None:
    made = body(client.post("/v1/admin/keys", json={"name": "Ben", "scopes": ["admin"]}), 201)
    headers = {"Authorization": f"Bearer {made['key']}"}

    body(client.delete(f"/v1/admin/keys/{made['id']}"), 204)
    assert client.get(RULES, headers=headers).status_code == 401
    assert client.delete(f"/v1/admin/keys/{made['id']}").status_code == 404


def test_key_made_by_another_process_is_accepted_at_once(client: Client, live: Live) -> None:
    """Several times: it matters how long ago Postgres was last asked about an unknown key."""
    for _ in range(5):
        unknown = {"Authorization": "Bearer endcap_unknown"}
        body(client.get("/v1/admin/keys", headers=unknown), 401)
        assert live.keys.find("endcap_another") is None

        body(client.get("/v1/admin/keys", headers=key(live, "admin")))


def test_expired_key_is_refused(client: Client, live: Live) -> None:
    old = key(live, "admin", expires_at=datetime.now(UTC) - timedelta(seconds=1))

    answer = client.get(RULES, headers=old)

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_key_with_an_unknown_scope_is_refused(client: Client) -> None:
    answer = client.post("/v1/admin/keys", json={"name": "Ben", "scopes": ["everything"]})

    assert answer.status_code == 400
    assert "everything" in answer.text


# The draft


def test_rule_is_created_read_replaced_and_deleted_in_the_draft_only(
    client: Client, live: Live
) -> None:
    made = client.post(RULES, json=HIDE_MUG)
    entry = body(made, 201)
    read = client.get(f"{RULES}/hide-mug")
    changed = body(
        client.put(
            f"{RULES}/hide-mug",
            json={**HIDE_MUG, "priority": 5},
            headers={"If-Match": made.headers["ETag"]},
        )
    )
    gone = client.delete(f"{RULES}/hide-mug", headers={"If-Match": f'"{changed["revision"]}"'})

    assert entry["rule"] == HIDE_MUG
    assert (entry["status"], entry["updated_by"].split()[0]) == ("added", "Ana")
    assert read.headers["ETag"] == made.headers["ETag"]
    assert changed["rule"]["priority"] == 5
    assert changed["revision"] > entry["revision"]
    assert gone.status_code == 204
    assert client.get(f"{RULES}/hide-mug").status_code == 404
    live.rules.refresh()
    assert "mug" in shown(client)


def test_rule_without_an_id_gets_one_from_its_name(client: Client) -> None:
    rule = {key: value for key, value in HIDE_MUG.items() if key != "id"}

    first, second = create(client, rule), create(client, rule)

    assert (first["rule"]["id"], second["rule"]["id"]) == ("no-mugs", "no-mugs-2")


def test_id_that_is_taken_is_a_conflict(client: Client) -> None:
    create(client, HIDE_MUG)

    assert client.post(RULES, json=HIDE_MUG).status_code == 409


def test_broken_rule_is_refused_with_every_problem_and_its_path(client: Client) -> None:
    broken = {
        "id": "broken",
        "colour": "red",
        "when": {"query": {"matches": "(a"}},
        "then": [{"boost": {"by": 0.5, "item_ids": ["mug"]}}, {"teleport": {}}],
    }

    answer = client.post(RULES, json=broken)

    problem = body(answer, 422)
    assert answer.headers["content-type"].startswith("application/problem+json")
    paths = [entry["path"] for entry in problem["errors"]]
    assert paths == ["$.colour", "$.when.query.matches", "$.then[0].boost.by", "$.then[1]"]
    assert client.get(f"{RULES}/broken").status_code == 404


def test_saving_over_someone_elses_change_is_refused_and_shows_theirs(client: Client) -> None:
    mine = create(client, HIDE_MUG)
    theirs = body(
        client.put(
            f"{RULES}/hide-mug",
            json={**HIDE_MUG, "note": "theirs"},
            headers={"If-Match": f'"{mine["revision"]}"'},
        )
    )

    stale = {"If-Match": f'"{mine["revision"]}"'}
    refused = client.put(f"{RULES}/hide-mug", json={**HIDE_MUG, "note": "mine"}, headers=stale)
    deleted = client.delete(f"{RULES}/hide-mug", headers=stale)
    unsaid = client.put(f"{RULES}/hide-mug", json=HIDE_MUG)

    assert refused.status_code == deleted.status_code == 412
    assert refused.json()["current"]["rule"]["note"] == "theirs"
    assert refused.json()["current"]["revision"] == theirs["revision"]
    assert unsaid.status_code == 428
    assert body(client.get(f"{RULES}/hide-mug"))["rule"]["note"] == "theirs"


def test_list_is_searched_and_paged_with_the_strongest_rule_first(client: Client) -> None:
    create(client, {**HIDE_MUG, "id": "weak", "priority": -1})
    create(client, {**PIN_MUG, "id": "strong", "priority": 9})
    create(client, {**HIDE_MUG, "id": "middle"})

    whole = body(client.get(RULES))
    second = body(client.get(RULES, params={"page": 2, "per_page": 2}))
    found = body(client.get(RULES, params={"q": "KETTLE"}))

    assert [entry["rule"]["id"] for entry in whole["rules"]] == ["strong", "middle", "weak"]
    assert [entry["rule"]["id"] for entry in second["rules"]] == ["weak"]
    assert (second["total"], second["unpublished"]) == (3, 3)
    assert [entry["rule"]["id"] for entry in found["rules"]] == ["strong"]


def test_validate_says_what_is_wrong_and_saves_nothing(client: Client) -> None:
    body(client.post(f"{RULES}/validate", json=HIDE_MUG))
    wrong = client.post(f"{RULES}/validate", json={**HIDE_MUG, "then": []})

    assert wrong.status_code == 422
    assert body(client.get(RULES))["total"] == 0


# Import and export


def test_import_merges_or_replaces_and_export_gives_it_back(client: Client) -> None:
    create(client, HIDE_MUG)

    merged = body(client.post(f"{RULES}/import", json=[PIN_MUG, HIDE_MUG]))
    tried = body(
        client.post(f"{RULES}/import", params={"mode": "replace", "dry_run": True}, json=[PIN_MUG])
    )
    between = body(client.get(f"{RULES}/export"))["rules"]
    replaced = body(client.post(f"{RULES}/import", params={"mode": "replace"}, json=[PIN_MUG]))

    assert (merged["added"], merged["unchanged"]) == (1, 1)
    assert (tried["deleted"], len(between)) == (1, 2)
    assert replaced["deleted"] == 1
    assert body(client.get(f"{RULES}/export"))["rules"] == [PIN_MUG]


def test_import_with_one_broken_rule_changes_nothing(client: Client) -> None:
    answer = client.post(f"{RULES}/import", json={"rules": [HIDE_MUG, {"id": "x", "then": []}]})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "$.rules[1].then"
    assert body(client.get(RULES))["total"] == 0


def test_import_reads_querqys_rules_and_reports_what_it_cannot_map(client: Client) -> None:
    querqy = "kettle =>\n  SYNONYM: boiler\n  UP(10): shiny\n\nmug =>\n  DECORATE: REDIRECT /mugs\n"

    report = body(
        client.post(
            f"{RULES}/import", content=querqy, headers={"Content-Type": "text/plain; charset=utf-8"}
        )
    )

    assert report["added"] == 2
    assert [entry["line"] for entry in report["unmapped"]] == [3]
    rules = body(client.get(f"{RULES}/export"))["rules"]
    assert {"redirect": "/mugs"} in [then for rule in rules for then in rule["then"]]


def test_import_of_what_is_no_json_says_so(client: Client) -> None:
    answer = client.post(
        f"{RULES}/import", content=b"{", headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 400
    assert "text/plain" in answer.json()["detail"]


# Versions


def test_published_version_is_live_and_its_number_is_in_the_answer(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    before = shown(client)

    version = publish(client, live, "No mugs any more")
    answer = body(client.post("/v1/search", json={}))

    assert "mug" in before
    assert "mug" not in [hit["id"] for hit in answer["hits"]]
    assert answer["ruleset_version"] == version
    listed = body(client.get(SETS))
    assert listed["live"] == version
    assert (listed["rulesets"][0]["status"], listed["rulesets"][0]["message"]) == (
        "live",
        "No mugs any more",
    )
    assert body(client.get(RULES))["rules"][0]["status"] == "unchanged"


def test_rollback_goes_back_step_by_step_in_one_call_each(client: Client, live: Live) -> None:
    create(client, HIDE_MUG)
    first = publish(client, live)
    create(client, PIN_MUG)
    second = publish(client, live)
    body(client.post(f"{RULES}/import", params={"mode": "replace"}, json=[]))
    third = publish(client, live)

    backwards = [body(client.post(f"{SETS}/rollback"))["version"] for _ in range(3)]
    live.rules.refresh()
    too_far = client.post(f"{SETS}/rollback")

    assert (third > second, backwards) == (True, [second, first, 0])
    assert live.rules.current().version == 0
    assert "mug" in shown(client)
    assert body(too_far, 409)["detail"] == (
        "no version of the rules is live, so there is nothing to roll back"
    )


def test_rollback_of_the_first_version_goes_back_to_no_rules(client: Client, live: Live) -> None:
    before = body(client.post("/v1/search", json={}))
    create(client, HIDE_MUG)
    version = publish(client, live)
    hidden = shown(client)

    rolled_back = body(client.post(f"{SETS}/rollback"))
    live.rules.refresh()
    after = body(client.post("/v1/search", json={}))

    assert "mug" not in hidden
    assert (rolled_back["version"], rolled_back["live"]) == (0, True)
    assert [hit["id"] for hit in after["hits"]] == [hit["id"] for hit in before["hits"]]
    assert (after["ruleset_version"], after["applied_rules"]) == (before["ruleset_version"], [])
    assert client.get("/health/ready").json()["rule_set"] == 0
    assert body(client.get(RULES))["rules"][0]["status"] == "added"
    difference = body(client.get(f"{SETS}/live/diff/{version}"))
    assert [rule["id"] for rule in difference["added"]] == ["hide-mug"]


def test_versions_and_audit_tell_of_a_rollback_to_no_rules(client: Client, live: Live) -> None:
    create(client, HIDE_MUG)
    never_published = body(client.get(SETS))
    version = publish(client, live)
    published = body(client.get(SETS))

    body(client.post(f"{SETS}/rollback"))
    rolled_back = body(client.get(SETS))
    entry = body(client.get("/v1/admin/audit", params={"action": "ruleset.rollback"}))["entries"][0]

    assert (never_published["live"], never_published["rollback_to"]) == (0, None)
    assert (published["live"], published["rollback_to"]) == (version, 0)
    assert (rolled_back["live"], rolled_back["rollback_to"]) == (0, None)
    assert rolled_back["rulesets"][0]["status"] == "retired"
    assert rolled_back["rulesets"][0]["published_at"] is not None
    assert (entry["object"], entry["before"], entry["after"]) == (
        "ruleset/0",
        {"live": version},
        {"live": 0},
    )


def test_versions_are_published_after_a_rollback_to_no_rules(client: Client, live: Live) -> None:
    create(client, HIDE_MUG)
    first = publish(client, live)
    body(client.post(f"{SETS}/rollback"))
    create(client, PIN_MUG)

    chosen = publish(client, live, "Only one", rules=["pin-mug"])
    only_chosen = [rule.id for rule in live.rules.current().rules]
    back_to = body(client.post(f"{SETS}/rollback"))["version"]
    body(client.post(f"{SETS}/{first}/publish"))
    live.rules.refresh()

    assert (chosen > first, only_chosen, back_to) == (True, ["pin-mug"], 0)
    assert [rule.id for rule in live.rules.current().rules] == ["hide-mug"]
    assert body(client.get(SETS))["rollback_to"] == 0


def test_scheduled_version_goes_live_after_a_rollback_to_no_rules(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    publish(client, live)
    create(client, PIN_MUG)
    coming = body(client.post(SETS, json={"message": "Later"}), 201)["version"]
    soon = datetime.now(UTC) + timedelta(seconds=1)
    body(client.post(f"{SETS}/{coming}/publish", json={"at": soon.isoformat()}))

    body(client.post(f"{SETS}/rollback"))
    live.rules.refresh()
    meanwhile = live.rules.current().version
    until(lambda: body(client.get(SETS))["live"] == coming, 10, "the scheduled version")
    live.rules.refresh()

    assert (meanwhile, live.rules.current().version) == (0, coming)
    assert body(client.post(f"{SETS}/rollback"))["version"] == 0


def test_single_rule_is_published_without_the_rest_of_the_draft(client: Client, live: Live) -> None:
    create(client, HIDE_MUG)
    publish(client, live)
    create(client, PIN_MUG)
    create(client, {**HIDE_MUG, "id": "hide-red", "then": [{"hide": {"item_ids": ["red"]}}]})

    publish(client, live, "Only one", rules=["hide-red"])

    assert set(shown(client)) == {"blue", "steel"}
    assert [rule.id for rule in live.rules.current().rules] == ["hide-mug", "hide-red"]
    statuses = {e["rule"]["id"]: e["status"] for e in body(client.get(RULES))["rules"]}
    assert statuses == {"hide-mug": "unchanged", "hide-red": "unchanged", "pin-mug": "added"}


def test_deletion_of_a_single_rule_is_published_alone(client: Client, live: Live) -> None:
    entry = create(client, HIDE_MUG)
    publish(client, live)
    client.delete(f"{RULES}/hide-mug", headers={"If-Match": f'"{entry["revision"]}"'})
    create(client, PIN_MUG)
    waiting = body(client.get(RULES))

    publish(client, live, "Mugs again", rules=["hide-mug"])

    assert (waiting["deleted"], waiting["unpublished"]) == (["hide-mug"], 2)
    assert live.rules.current().rules == ()


def test_version_goes_live_at_its_time_and_can_be_taken_back_before(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    version = body(client.post(SETS, json={"message": "later"}), 201)["version"]
    soon = datetime.now(UTC) + timedelta(hours=1)

    planned = body(client.post(f"{SETS}/{version}/publish", json={"at": soon.isoformat()}))
    live.rules.refresh()
    waiting = body(client.get(SETS))
    with live.engine.begin() as connection:  # as if the hour had gone by
        connection.execute(text("update rule_publications set at = now() - interval '1 s'"))
    live.rules.refresh()

    assert planned["live"] is False
    assert (waiting["live"], waiting["rulesets"][0]["status"]) == (0, "scheduled")
    assert waiting["scheduled"][0]["publication"] == planned["publication"]
    assert live.rules.current().version == version
    assert client.delete(f"{SETS}/publications/{planned['publication']}").status_code == 404


def test_scheduled_publication_is_canceled(client: Client, live: Live) -> None:
    create(client, HIDE_MUG)
    version = body(client.post(SETS, json={"message": "later"}), 201)["version"]
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    planned = body(client.post(f"{SETS}/{version}/publish", json={"at": soon}))

    body(client.delete(f"{SETS}/publications/{planned['publication']}"), 204)

    assert body(client.get(SETS))["scheduled"] == []


@pytest.mark.parametrize(
    ("at", "status"), [("2020-01-01T00:00:00Z", 409), ("2030-01-01T00:00:00", 400), ("soon", 400)]
)
def test_time_that_cannot_be_meant_is_refused(client: Client, at: str, status: int) -> None:
    create(client, HIDE_MUG)
    version = body(client.post(SETS, json={"message": "later"}), 201)["version"]

    assert client.post(f"{SETS}/{version}/publish", json={"at": at}).status_code == status


def test_diff_is_by_rule_and_field(client: Client, live: Live) -> None:
    entry = create(client, HIDE_MUG)
    first = publish(client, live)
    changed = {**HIDE_MUG, "priority": 3, "when": {"query": {"is": "mug"}}}
    body(
        client.put(
            f"{RULES}/hide-mug", json=changed, headers={"If-Match": f'"{entry["revision"]}"'}
        )
    )
    create(client, PIN_MUG)

    difference = body(client.get(f"{SETS}/{first}/diff/draft"))
    backwards = body(client.get(f"{SETS}/draft/diff/live"))

    assert difference["added"] == [PIN_MUG]
    assert difference["changed"][0]["fields"] == [
        {"path": "priority", "before": None, "after": 3},
        {"path": "when", "before": None, "after": {"query": {"is": "mug"}}},
    ]
    assert backwards["removed"] == [PIN_MUG]
    assert client.get(f"{SETS}/{first}/diff/99").status_code == 404
    assert client.get(f"{SETS}/today/diff/draft").status_code == 404


def test_version_cannot_be_changed_not_even_by_the_databases_owner(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    version = publish(client, live)

    for statement in (
        "update rule_sets set message = 'other'",
        "delete from rule_sets",
        "update audit_log set actor = 'nobody'",
        "delete from audit_log",
        "truncate audit_log",
    ):
        with pytest.raises(DBAPIError, match="is a record"), live.engine.begin() as connection:
            connection.execute(text(statement))

    assert body(client.get(f"{SETS}/{version}"))["content"] == [HIDE_MUG]


# Preview


def test_preview_shows_before_and_after_and_changes_nothing(client: Client, live: Live) -> None:
    create(client, PIN_MUG)
    create(client, {**HIDE_MUG, "id": "hide-blue", "then": [{"hide": {"item_ids": ["blue"]}}]})

    answer = body(
        client.post(
            f"{RULES}/preview",
            json={
                "queries": ["kettle", "mug"],
                "draft": True,
                "judgments": [{"query": "kettle", "item_id": "mug", "grade": 3}],
            },
        )
    )

    kettle = answer["queries"][0]
    assert (answer["before"], answer["after"]) == (0, "draft")
    assert kettle["after"]["hits"][0]["id"] == "mug"
    assert kettle["after"]["hits"][0]["placement"] == "pinned"
    assert kettle["lost"] == ["blue"]
    assert kettle["changed"] is True
    assert kettle["before"]["ndcg_at_10"] < kettle["after"]["ndcg_at_10"] == 1.0
    assert [rule["id"] for rule in kettle["after"]["applied_rules"]] == ["pin-mug", "hide-blue"]
    assert answer["summary"]["ndcg_at_10_after"] == 1.0
    assert "blue" in shown(client, "kettle")
    live.usage.flush()
    assert body(client.get("/v1/admin/usage"))["rules"] == []


def test_preview_tells_where_each_item_was(client: Client) -> None:
    create(client, PIN_MUG)
    before = shown(client, "kettle")

    answer = body(client.post(f"{RULES}/preview", json={"queries": ["kettle"], "draft": True}))[
        "queries"
    ][0]

    assert [hit["id"] for hit in answer["before"]["hits"]] == before
    was = {hit["id"]: hit["was"] for hit in answer["after"]["hits"]}
    assert was == {item: place for place, item in enumerate(before, start=1)} | (
        {} if "mug" in before else {"mug": None}
    )


def test_preview_takes_a_version_and_a_sample_of_what_shoppers_asked(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    version = publish(client, live)
    body(client.post(f"{RULES}/import", params={"mode": "replace"}, json=[]))
    publish(client, live)
    for query in ("Kettle", "kettle ", "mug"):
        shown(client, query)
    live.usage.flush()

    answer = body(client.post(f"{RULES}/preview", json={"sample": 2, "version": version}))

    assert [entry["query"] for entry in answer["queries"]] == ["kettle", "mug"]
    assert answer["after"] == version


@pytest.mark.parametrize(
    "asked",
    [
        {"draft": True},
        {"queries": ["kettle"]},
        {"queries": ["kettle"], "draft": True, "version": 1},
        {"queries": ["kettle"], "sample": 3, "draft": True},
        {"sample": 3, "draft": True},
    ],
)
def test_preview_that_is_not_clear_says_what_to_send(client: Client, asked: dict[str, Any]) -> None:
    answer = client.post(f"{RULES}/preview", json=asked)

    assert answer.status_code == 400
    assert answer.json()["detail"]


# Audit and usage


def test_audit_has_who_did_what_with_before_and_after(client: Client, live: Live) -> None:
    entry = create(client, HIDE_MUG)
    changed = {**HIDE_MUG, "note": "now"}
    body(
        client.put(
            f"{RULES}/hide-mug", json=changed, headers={"If-Match": f'"{entry["revision"]}"'}
        )
    )
    version = publish(client, live)

    entries = body(client.get("/v1/admin/audit"))["entries"]
    of_rule = body(client.get("/v1/admin/audit", params={"object": "rule/hide-mug"}))

    actions = [entry["action"] for entry in entries]
    assert actions[:4] == ["ruleset.publish", "ruleset.create", "rule.update", "rule.create"]
    assert all(entry["actor"].startswith("Ana (") for entry in entries[:4])
    assert entries[0]["object"] == f"ruleset/{version}"
    assert [(e["before"], e["after"]) for e in of_rule["entries"]] == [
        (HIDE_MUG, changed),
        (None, HIDE_MUG),
    ]
    assert of_rule["total"] == 2


def test_usage_counts_by_rule_and_query_and_names_what_never_fires(
    client: Client, live: Live
) -> None:
    soon = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    create(client, PIN_MUG)
    create(client, {**HIDE_MUG, "when": {"query": {"is": "teapot"}, "ends_at": soon}})
    publish(client, live)
    for query in ("kettle", "Kettle", "red kettle"):
        shown(client, query)
    body(client.post("/v1/search", json={"query": "kettle", "page": 2, "per_page": 1}))

    usage = body(client.get("/v1/admin/usage"))

    pin = usage["rules"][0]
    assert (pin["id"], pin["fired"]) == ("pin-mug", 3)
    assert pin["queries"][0] == {"query": "kettle", "fired": 2}
    assert pin["last_fired_at"]
    assert usage["never_fired"] == ["hide-mug"]
    assert usage["expiring"] == ["hide-mug"]


def test_search_may_be_closed_to_those_without_a_key(client: Client, live: Live) -> None:
    client.app.state["public_search"] = False

    closed = client.get("/v1/search", headers={"Authorization": ""})
    opened = client.get("/v1/search", headers=key(live, "search"))

    assert (closed.status_code, opened.status_code) == (401, 200)


# What others do meanwhile


def freeze(client: Client, **fields: Any) -> int:
    version: int = body(client.post(SETS, json={"message": "a change", **fields}), 201)["version"]
    return version


def test_freezing_what_was_looked_at_is_refused_when_it_has_changed_since(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    seen = client.get(f"{SETS}/live/diff/draft").headers["ETag"]
    again = client.get(f"{SETS}/live/diff/draft").headers["ETag"]
    create(client, PIN_MUG)
    wanted = {"message": "no mugs"}

    refused = body(client.post(SETS, json=wanted, headers={"If-Match": seen}), 412)

    assert seen == again
    assert "read it again" in refused["detail"]
    new = client.get(f"{SETS}/live/diff/draft").headers["ETag"]
    version = body(client.post(SETS, json=wanted, headers={"If-Match": new}), 201)["version"]
    body(client.post(f"{SETS}/{version}/publish"))
    body(client.post(SETS, json=wanted, headers={"If-Match": new}), 412)


def test_no_chosen_rule_is_not_all_of_them(client: Client) -> None:
    create(client, HIDE_MUG)

    body(client.post(SETS, json={"message": "nothing", "rules": []}), 400)


def test_rules_chosen_from_an_older_version_do_not_take_newer_ones_back(
    client: Client, live: Live
) -> None:
    create(client, HIDE_MUG)
    create(client, PIN_MUG)
    first = freeze(client, rules=["hide-mug"])
    second = freeze(client, rules=["pin-mug"])
    body(client.post(f"{SETS}/{first}/publish"))

    refused = body(client.post(f"{SETS}/{second}/publish"), 409)

    assert refused["undone"] == ["hide-mug"]
    assert "hide-mug" in refused["detail"]
    assert body(client.get(SETS))["live"] == first
    body(client.post(f"{SETS}/{second}/publish", json={"force": True}))
    assert body(client.get(SETS))["live"] == second
    # It was live: whoever asks for it by its number means it as it was.
    body(client.post(f"{SETS}/{first}/publish"))


def test_chosen_rules_that_take_nothing_back_need_no_force(client: Client) -> None:
    create(client, HIDE_MUG)
    create(client, PIN_MUG)
    first = freeze(client, rules=["hide-mug"])
    both = freeze(client, rules=["hide-mug", "pin-mug"])
    body(client.post(f"{SETS}/{first}/publish"))

    body(client.post(f"{SETS}/{both}/publish"))


def test_publishing_tells_of_what_is_scheduled_and_would_take_it_back(client: Client) -> None:
    create(client, HIDE_MUG)
    create(client, PIN_MUG)
    friday = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    first = freeze(client, rules=["hide-mug"])
    body(client.post(f"{SETS}/{first}/publish", json={"at": friday}))
    second = freeze(client, rules=["pin-mug"])

    told = body(client.post(f"{SETS}/{second}/publish"))["undone_by"]

    assert [(each["version"], each["rules"]) for each in told] == [(first, ["pin-mug"])]
    whole = freeze(client)
    monday = (datetime.now(UTC) + timedelta(days=6)).isoformat()
    assert body(client.post(f"{SETS}/{whole}/publish", json={"at": monday}))["undone_by"] == []


def test_import_is_refused_where_the_draft_has_changed_since_the_export(client: Client) -> None:
    create(client, HIDE_MUG)
    exported = client.get(f"{RULES}/export")
    create(client, PIN_MUG)
    tag = {"If-Match": exported.headers["ETag"]}

    refused = client.post(f"{RULES}/import?mode=replace", json=exported.json(), headers=tag)

    body(refused, 412)
    assert [rule["id"] for rule in body(client.get(f"{RULES}/export"))["rules"]] == [
        "hide-mug",
        "pin-mug",
    ]
    tag = {"If-Match": client.get(f"{RULES}/export").headers["ETag"]}
    body(client.post(f"{RULES}/import?mode=replace", json=exported.json(), headers=tag))


@pytest.mark.parametrize("rule_id", ["export", "import", "preview", "validate", ".", ".."])
def test_id_that_no_address_can_have_is_refused(client: Client, rule_id: str) -> None:
    rule = {**HIDE_MUG, "id": rule_id}

    refused = body(client.post(RULES, json=rule), 422)
    imported = body(client.post(f"{RULES}/import", json=[HIDE_MUG, rule]), 422)

    assert [problem["path"] for problem in refused["errors"]] == ["$.id"]
    assert [problem["path"] for problem in imported["errors"]] == ["$[1].id"]


@pytest.mark.parametrize("name", ["Export", "import!", "Preview", "validate"])
def test_name_that_is_such_an_id_gives_another(client: Client, name: str) -> None:
    made = create(client, {"name": name, "then": HIDE_MUG["then"]})["rule"]["id"]

    assert body(client.get(f"{RULES}/{made}"))["rule"]["name"] == name
    assert made.endswith("-2")


@pytest.mark.parametrize("given", ["", None])
def test_empty_id_is_none(client: Client, given: str | None) -> None:
    assert create(client, {**HIDE_MUG, "id": given})["rule"]["id"] == "no-mugs"


def test_body_with_another_id_than_the_address_says_which(client: Client) -> None:
    create(client, HIDE_MUG)

    refused = body(client.put(f"{RULES}/hide-mug", json={**HIDE_MUG, "id": "other"}), 422)

    assert "'other'" in refused["errors"][0]["reason"]
    assert "'hide-mug'" in refused["errors"][0]["reason"]


def test_true_in_the_place_of_1_is_a_change(client: Client, live: Live) -> None:
    one = {**HIDE_MUG, "when": {"context": {"app": "1"}}, "then": [{"data": {"flag": 1}}]}
    create(client, one)
    publish(client, live)
    changed = {**one, "then": [{"data": {"flag": True}}]}

    report = body(client.post(f"{RULES}/import", json=[changed]))

    assert (report["changed"], report["unchanged"]) == (1, 0)
    entries = body(client.get(RULES))
    assert (entries["rules"][0]["status"], entries["unpublished"]) == ("changed", 1)
    diff = body(client.get(f"{SETS}/live/diff/draft"))
    assert [field["path"] for field in diff["changed"][0]["fields"]] == ["then"]


@pytest.mark.parametrize("message", ["", "  ", "a\x00b"])
def test_version_needs_a_message_that_says_something(client: Client, message: str) -> None:
    create(client, HIDE_MUG)

    body(client.post(SETS, json={"message": message}), 400)


@pytest.mark.parametrize(
    "wanted",
    [
        {"name": " "},
        {"name": "a\x00b"},
        {"expires_at": "9999-12-31T23:59:59-12:00"},
        {"expires_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_key_that_could_never_be_used_is_refused(client: Client, wanted: dict[str, Any]) -> None:
    given = {"name": "Ana", "scopes": ["search"], **wanted}

    body(client.post("/v1/admin/keys", json=given), 400)


def test_time_behind_all_time_is_refused(client: Client) -> None:
    create(client, HIDE_MUG)
    version = freeze(client)

    refused = client.post(f"{SETS}/{version}/publish", json={"at": "9999-12-31T23:59:59-12:00"})

    assert "before the year 9000" in body(refused, 400)["detail"]
    body(client.get(SETS))
