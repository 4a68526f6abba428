"""What a service answers while it starts."""

import socket

import httpx

from app.commands.starting import Startup, answering_meanwhile


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_service_that_starts_lives_and_says_how_far_it_is() -> None:
    port, startup = free_port(), Startup()
    url = f"http://127.0.0.1:{port}"
    with answering_meanwhile("127.0.0.1", port, startup):
        alive = httpx.get(f"{url}/health/live")
        startup.say("opening the index")
        opening = httpx.post(f"{url}/v1/search", json={"query": "kettle"})
        startup.begin("indexing what waits", 4_000)
        startup.advance(1_000)
        filling = httpx.get(f"{url}/health/ready?verbose=1")

    assert (alive.status_code, alive.json()) == (200, {"status": "ok"})
    assert opening.status_code == 503
    assert opening.json()["detail"] == "opening the index"
    assert filling.status_code == 503
    assert filling.headers["Content-Type"] == "application/problem+json"
    assert int(filling.headers["Retry-After"]) > 0
    assert filling.json() == {
        "title": "The service is starting",
        "status": 503,
        "detail": "indexing what waits: 1,000 of 4,000 (25%)",
        "instance": "/health/ready",
    }


def test_browser_gets_a_page_that_asks_again_by_itself() -> None:
    port = free_port()
    with answering_meanwhile("127.0.0.1", port, Startup()):
        page = httpx.get(f"http://127.0.0.1:{port}/", headers={"Accept": "text/html"})

    assert page.status_code == 503
    assert 'http-equiv="refresh"' in page.text
    assert "The service is starting" in page.text


def test_address_is_free_again_afterwards() -> None:
    port = free_port()
    for _ in range(3):
        with answering_meanwhile("127.0.0.1", port, Startup()):
            assert httpx.get(f"http://127.0.0.1:{port}/health/live").is_success
