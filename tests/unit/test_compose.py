"""What can be told of compose.yaml and the Dockerfile without Docker: that they fit the product."""

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli import main
from app.settings import PREFIX, Settings, read_settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")

PINNED = re.compile(r"[\w./-]+:v?\d+(\.\d+)+(-[\w.-]+)?")
GIVEN = re.compile(r"\$\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<text>[^}]*))?\}")
SECRET = re.compile(r"PASSWORD|KEY|SECRET")
ENVIRONMENT = {
    "POSTGRES_PASSWORD": "postgrespassword",
    "QDRANT_API_KEY": "qdrant-key",
    "ENDCAP_ADMIN_KEY": "a key of twenty characters",
}
"""What whoever starts it must give, and no more."""


def filled_in(text: str, given: dict[str, str] = ENVIRONMENT) -> str:
    """As Compose replaces variables; fails where one that is needed is not given."""

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        if given.get(name):
            return given[name]
        assert found["kind"] == "-", f"{name} is not given"
        return found["text"]

    return GIVEN.sub(value, text).replace("$$", "$")


def instructions(name: str) -> list[str]:
    """The arguments of that instruction, in the order of the file."""
    return [
        line.split(maxsplit=1)[1].strip()
        for line in DOCKERFILE.splitlines()
        if line.split(maxsplit=1)[:1] == [name]
    ]


def default_command() -> list[str]:
    (command,) = [entry for entry in instructions("CMD") if not entry.startswith("python")]
    words: list[str] = yaml.safe_load(command)
    return words


def test_every_variable_of_endcap_is_a_setting() -> None:
    text = (ROOT / "compose.yaml").read_text() + DOCKERFILE
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}

    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+\b", text))

    assert named
    assert named <= known


@pytest.mark.parametrize("name", OURS)
def test_service_starts_with_what_must_be_given_and_the_rest_by_default(name: str) -> None:
    environment = {
        variable: filled_in(str(value)) for variable, value in OURS[name]["environment"].items()
    }

    settings = read_settings(environment)

    assert settings.database_url == "postgresql://endcap:postgrespassword@postgres:5432/endcap"
    assert settings.qdrant_api_key == "qdrant-key"
    assert settings.qdrant_replicas == 1


def test_cluster_of_the_comment_is_understood() -> None:
    text = (ROOT / "compose.yaml").read_text().split("\nname:")[0]
    asked = dict(re.findall(r"(ENDCAP_QDRANT_\w+)=(\w+)", text))

    environment = {
        variable: filled_in(str(value), ENVIRONMENT | asked)
        for variable, value in OURS["app"]["environment"].items()
    }

    placement = read_settings(environment).placement
    assert (placement.shards, placement.replicas, placement.ordering) == (6, 2, "medium")


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    assert PINNED.fullmatch(SERVICES[name]["image"])


def test_image_is_made_of_pinned_ones_and_has_the_versions_that_the_project_pins() -> None:
    bases = {entry.split()[0] for entry in instructions("FROM")}
    installs = [entry for entry in instructions("RUN") if "pip install" in entry]

    assert bases == {"python:3.11-slim-bookworm"}
    assert len(installs) == 2
    assert all("-c constraints.txt" in entry for entry in installs)


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_a_health_check(name: str) -> None:
    service = SERVICES[name]
    served = name in OURS and service["command"] == default_command()

    # The image's own check asks over HTTP, which only `endcap serve` answers.
    assert served or service["healthcheck"]["test"]
    assert not service.get("healthcheck", {}).get("disable", False)


def test_image_asks_the_service_whether_it_lives() -> None:
    (check,) = instructions("HEALTHCHECK")

    assert "http://127.0.0.1:$ENDCAP_PORT/health/live" in check
    assert default_command() == ["serve"]


def test_check_of_the_worker_is_python() -> None:
    kind, program, option, source = SERVICES["worker"]["healthcheck"]["test"]

    assert (kind, program, option) == ("CMD", "python", "-c")
    compile(source, "the worker's health check", "exec")


@pytest.mark.parametrize("name", OURS)
def test_command_is_one_of_endcap(name: str) -> None:
    assert instructions("ENTRYPOINT") == ['["endcap"]']
    assert OURS[name]["command"][0] in main.commands


def test_image_does_not_run_as_root() -> None:
    last = DOCKERFILE.rindex("\nFROM ")
    users = re.findall(r"^USER (\d+):(\d+)$", DOCKERFILE[last:], re.MULTILINE)

    assert users
    assert all(int(number) > 0 for number in users[-1])
    # Nothing may happen as root behind it.
    behind = DOCKERFILE[DOCKERFILE.rindex("\nUSER ") :]
    assert not re.search(r"^(RUN|COPY|ADD)\b", behind, re.MULTILINE)


def test_no_address_of_a_registry_stands_in_the_files() -> None:
    both = DOCKERFILE + (ROOT / "compose.yaml").read_text()

    hosts = set(re.findall(r"https?://([\w.-]+)", both))

    assert hosts <= {"127.0.0.1", *SERVICES, "qdrant-nodes"}
    assert instructions("ARG") == ["PIP_EXTRA_INDEX_URL"]
    for service in OURS.values():
        assert list(service["build"]["args"]) == ["PIP_EXTRA_INDEX_URL"]


def test_secrets_come_from_the_environment_and_must_be_given() -> None:
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if SECRET.search(variable):
                found = GIVEN.fullmatch(str(value))
                assert found, variable
                # Without a default that anybody could read here; an empty one is none.
                assert found["kind"] == "?" or not found["text"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_waits_for_healthy_ones_that_exist(name: str) -> None:
    for other, how in SERVICES[name].get("depends_on", {}).items():
        assert how["condition"] == "service_healthy"
        # One of a profile that is not asked for does not exist.
        profiles = SERVICES[other].get("profiles", [])
        assert how.get("required", True) is not bool(
            set(profiles) - set(SERVICES[name].get("profiles", []))
        )


@pytest.mark.parametrize("name", SERVICES)
def test_service_starts_again_and_keeps_its_data_in_a_named_volume(name: str) -> None:
    volumes = [entry.split(":")[0] for entry in SERVICES[name]["volumes"]]

    assert SERVICES[name]["restart"] == "unless-stopped"
    assert volumes
    assert set(volumes) <= set(COMPOSE["volumes"])


def test_profile_adds_two_nodes_to_the_first() -> None:
    nodes = {name: entry for name, entry in SERVICES.items() if entry["image"].startswith("qdrant")}

    assert {name: entry.get("profiles") for name, entry in nodes.items()} == {
        "qdrant": None,
        "qdrant-2": ["cluster"],
        "qdrant-3": ["cluster"],
    }
    for name, entry in nodes.items():
        command = entry["command"]
        assert command[command.index("--uri") + 1] == f"http://{name}:6335"
        assert ("--bootstrap" in command) is (name != "qdrant")
        assert entry["networks"]["default"]["aliases"] == ["qdrant-nodes"]


def test_nothing_but_the_service_is_reachable_from_outside() -> None:
    published = {name: entry["ports"] for name, entry in SERVICES.items() if "ports" in entry}

    assert list(published) == ["app"]
    assert all(filled_in(entry).startswith("127.0.0.1:") for entry in published["app"])


def test_image_has_every_package_of_the_project() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text()
    found = re.search(r"^include = \[(.*)\]$", pyproject, re.MULTILINE)
    assert found
    packages = {name.strip(' "*') for name in found[1].split(",")}

    copied = {
        part
        for entry in instructions("COPY")
        if not entry.startswith("--from")
        for part in entry.split()[:-1]
    }

    assert packages <= copied
    assert all((ROOT / part).exists() for part in copied)
    assert all(not ignored(part) for part in copied)


@pytest.mark.parametrize("name", ["var", ".venv", ".git", ".env", "benchmarks", "tests"])
def test_image_is_built_without(name: str) -> None:
    assert ignored(name)


def ignored(name: str) -> bool:
    """By the rules of .dockerignore, of which the last that fits counts."""
    result = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch(name, line.lstrip("!")):
            result = not line.startswith("!")
    return result
