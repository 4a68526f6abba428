"""A headless Chromium, and a relay that makes a live service slow or broken on demand."""

import os
import shutil
import tempfile
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMEDRIVER = shutil.which("chromedriver")


@contextmanager
def open_browser(*, scripts: bool = True) -> Iterator[webdriver.Chrome]:
    """A fresh profile each time; skips the test where Chromium or its driver is missing."""
    if not CHROMIUM or not CHROMEDRIVER:
        pytest.skip("chromium and chromedriver are not both installed (Debian: chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--window-size=1280,900",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(flag)
        if not scripts:
            blocked = {"profile.managed_default_content_settings.javascript": 2}
            options.add_experimental_option("prefs", blocked)
        # The driver is named, so that Selenium never looks for one to download.
        service = Service(CHROMEDRIVER, log_output=os.devnull)
        driver = webdriver.Chrome(options, service)
        driver.set_page_load_timeout(30)
        try:
            yield driver
        finally:
            driver.quit()


class Relay:
    """Passes requests on to a live service, with what a test wants to go wrong."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.url = ""
        self.held_text = ""
        """A search for this text is answered only after `release`."""
        self.arrived = threading.Event()
        self.release = threading.Event()
        self.answered = threading.Event()
        self.failing = False
        """Searches are answered with a server error that is no page."""
        self.without_pictures = False

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(path)
        if self.without_pictures and url.path.startswith("/sample/pictures/"):
            return 404, {"Content-Type": "text/plain"}, b"gone"
        if self.failing and url.path == "/" and "Hx-Request" in headers:
            return 500, {"Content-Type": "application/problem+json"}, b'{"status": 500}'
        request = urllib.request.Request(self.target.rstrip("/") + path, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:  # noqa: S310
                return reply.status, dict(reply.headers), reply.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read()

    def holds(self, path: str) -> bool:
        url = urlsplit(path)
        held = bool(self.held_text) and url.path == "/"  # Suggestions ask for the same text.
        return held and parse_qs(url.query).get("q") == [self.held_text]


@contextmanager
def relay_to(target: str) -> Iterator[Relay]:
    relay = Relay(target)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            held = relay.holds(self.path)
            if held:
                relay.arrived.set()
                relay.release.wait(30)
            # Uncompressed, and the relay's own connection, so that bodies pass through as they are.
            left_out = {"host", "connection", "accept-encoding"}
            sent = {k.title(): v for k, v in self.headers.items() if k.lower() not in left_out}
            status, headers, body = relay.answer(self.path, sent)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True  # The page has dropped the request meanwhile.
            finally:
                if held:
                    relay.answered.set()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Silent: the base class writes every request to stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    relay.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield relay
    finally:
        relay.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
