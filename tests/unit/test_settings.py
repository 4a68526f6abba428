"""The settings from the environment: every one, and one clear line for a wrong value."""

from pathlib import Path

import pytest

from app.settings import InvalidSetting, Settings, read_settings


def refusal(variable: str, value: str) -> str:
    with pytest.raises(InvalidSetting) as caught:
        read_settings({variable: value})
    return str(caught.value)


def test_nothing_set_means_everything_embedded_and_local() -> None:
    settings = read_settings({})

    assert settings == Settings()
    assert settings.data_dir == Path("var")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is settings.qdrant_url is settings.encoder is None


@pytest.mark.parametrize(
    ("variable", "value", "field", "expected"),
    [
        ("ENDCAP_DATA_DIR", "somewhere/new", "data_dir", Path("somewhere/new")),
        ("ENDCAP_HOST", "0.0.0.0", "host", "0.0.0.0"),  # noqa: S104 - an address, not a socket
        ("ENDCAP_HOST", "::1", "host", "::1"),
        ("ENDCAP_PORT", "1", "port", 1),
        ("ENDCAP_PORT", " 65535 ", "port", 65535),
        (
            "ENDCAP_DATABASE_URL",
            "postgresql://u:p%40@db.example:5432/shop?sslmode=require",
            "database_url",
            "postgresql://u:p%40@db.example:5432/shop?sslmode=require",
        ),
        ("ENDCAP_DATABASE_URL", "postgres:///shop", "database_url", "postgres:///shop"),
        (
            "ENDCAP_DATABASE_URL",
            "postgresql+psycopg://db/shop",
            "database_url",
            "postgresql+psycopg://db/shop",
        ),
        ("ENDCAP_QDRANT_URL", "http://q.example:6333", "qdrant_url", "http://q.example:6333"),
        ("ENDCAP_QDRANT_URL", "https://[::1]:6333", "qdrant_url", "https://[::1]:6333"),
        ("ENDCAP_QDRANT_PREFIX", "shop-2_staging", "qdrant_prefix", "shop-2_staging"),
        ("ENDCAP_ENCODER", "intfloat/e5-small-v2", "encoder", "intfloat/e5-small-v2"),
        ("ENDCAP_EXPLORATION", "0.05", "exploration", 0.05),
        ("ENDCAP_ENCODER_URL", "http://e.example:80/v1", "encoder_url", "http://e.example:80/v1"),
        (
            "ENDCAP_ENCODER_MODEL",
            "text-embedding-3-small",
            "encoder_model",
            "text-embedding-3-small",
        ),
        ("ENDCAP_ENCODER_TIMEOUT", "1.5", "encoder_timeout", 1.5),
        ("ENDCAP_SCORER_URL", "grpc://m.example:8500", "scorer_url", "grpc://m.example:8500"),
        ("ENDCAP_SCORER_URL", "grpc://[::1]:8500", "scorer_url", "grpc://[::1]:8500"),
    ],
)
def test_setting_is_read_into_its_type(
    variable: str, value: str, field: str, expected: object
) -> None:
    settings = read_settings({variable: value})

    assert getattr(settings, field) == expected
    assert type(getattr(settings, field)) is type(expected) or isinstance(expected, Path)


@pytest.mark.parametrize("value", ["Shop", "my shop", "-shop", "shop/live", "größe", "x" * 65])
def test_prefix_is_one_that_a_collection_can_have(value: str) -> None:
    assert "lower-case letters, digits, - and _" in refusal("ENDCAP_QDRANT_PREFIX", value)


def test_exploration_is_a_share() -> None:
    assert "a share from 0 to 1" in refusal("ENDCAP_EXPLORATION", "5")


def test_every_setting_has_a_variable_of_its_name() -> None:
    known = refusal("ENDCAP_NONE", "1")

    for field in Settings.__struct_fields__:
        assert f"ENDCAP_{field.upper()}" in known


@pytest.mark.parametrize("value", ["", " ", "\t"])
@pytest.mark.parametrize("field", Settings.__struct_fields__)
def test_empty_variable_is_as_good_as_none(field: str, value: str) -> None:
    assert read_settings({f"ENDCAP_{field.upper()}": value}) == Settings()


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("ENDCAP_PORT", "http", "expected a whole number from 1 to 65535, got 'http'"),
        ("ENDCAP_PORT", "0", "expected a whole number from 1 to 65535, got '0'"),
        ("ENDCAP_PORT", "65536", "expected a whole number from 1 to 65535"),
        ("ENDCAP_PORT", "80.5", "expected a whole number from 1 to 65535"),
        ("ENDCAP_PORT", "-1", "expected a whole number from 1 to 65535"),
        ("ENDCAP_PORT", "8000\nx", "expected a whole number from 1 to 65535, got '8000\\nx'"),
        ("ENDCAP_PORT", "9" * 30, "expected a whole number from 1 to 65535"),
        ("ENDCAP_DATABASE_URL", "db.example", "not a database URL; expected postgresql://…"),
        ("ENDCAP_DATABASE_URL", "://", "not a database URL; expected postgresql://…"),
        ("ENDCAP_DATABASE_URL", "postgresql://db:port/shop", "not a database URL"),
        ("ENDCAP_DATABASE_URL", "mysql://db/shop", "needs PostgreSQL"),
        ("ENDCAP_DATABASE_URL", "sqlite:///shop.db", "got sqlite://"),
        ("ENDCAP_QDRANT_URL", "q.example:6333", "expected http://… or https://…, got"),
        ("ENDCAP_QDRANT_URL", "http://", "expected http://… or https://…, got 'http://'"),
        ("ENDCAP_QDRANT_URL", "http://q:port", "expected http://… or https://…"),
        ("ENDCAP_QDRANT_URL", "http://[::1", "expected http://… or https://…"),
        ("ENDCAP_QDRANT_URL", "ftp://q.example", "expected http://… or https://…"),
        ("ENDCAP_ENCODER", "./no/such/model", "there is no folder './no/such/model'"),
        ("ENDCAP_ENCODER", "/no/such/model", "there is no folder '/no/such/model'"),
        ("ENDCAP_ENCODER", "~nobody-here/model", "there is no such user's folder"),
        ("ENDCAP_ENCODER_URL", "e.example/v1", "expected http://… or https://…, got"),
        ("ENDCAP_ENCODER_KEY", "schlüssel", "expected printable ASCII"),
        ("ENDCAP_ENCODER_TIMEOUT", "0", "expected seconds, above 0 and at most 60, got '0'"),
        ("ENDCAP_ENCODER_TIMEOUT", "fast", "expected seconds"),
        ("ENDCAP_SCORER_URL", "m.example:8500", "expected grpc://host:port, got"),
        ("ENDCAP_SCORER_URL", "http://m.example:8500", "expected grpc://host:port"),
        ("ENDCAP_SCORER_URL", "grpc://m.example", "expected grpc://host:port"),
        ("ENDCAP_SCORER_URL", "grpc://m.example:8500/v1", "expected grpc://host:port"),
        ("ENDCAP_SCORER_URL", "grpc://[::1", "expected grpc://host:port"),
        ("ENDCAP_DATA_DIR", "~nobody-here/data", "there is no such user's folder"),
        ("ENDCAP_DATA_DIR", "/dev/null", "'/dev/null' is not a folder"),
        ("ENDCAP_DATA_DIR", "/dev/null/data", "'/dev/null' is not a folder"),
        ("ENDCAP_DATA_DIR", "x" * 5_000, "File name too long"),
    ],
    ids=lambda value: value[:40],
)
def test_wrong_value_is_one_line_that_names_the_variable(
    variable: str, value: str, reason: str
) -> None:
    said = refusal(variable, value)

    assert said.startswith(f"{variable}: ")
    assert reason in said
    assert "\n" not in said


def test_encoder_is_in_this_process_or_a_service_and_not_both() -> None:
    both = {"ENDCAP_ENCODER": "some-model", "ENDCAP_ENCODER_URL": "http://e.example/v1"}

    with pytest.raises(InvalidSetting, match="not both"):
        read_settings(both)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, ""),
        ({"ENDCAP_ENCODER": "some-model"}, "some-model"),
        ({"ENDCAP_ENCODER_URL": "http://e.example/v1"}, "service:"),
        (
            {"ENDCAP_ENCODER_URL": "http://e.example/v1", "ENDCAP_ENCODER_MODEL": "large"},
            "service:large",
        ),
    ],
)
def test_encoder_is_known_by_its_model_and_not_by_where_it_is(
    given: dict[str, str], name: str
) -> None:
    assert read_settings(given).encoder_name == name


def test_password_of_a_database_is_never_repeated() -> None:
    for url in ("mysql://u:hunter2@db/shop", "postgresql://u:hunter2@db:port/shop", "u:hunter2@db"):
        assert "hunter2" not in refusal("ENDCAP_DATABASE_URL", url)


@pytest.mark.parametrize("variable", ["ENDCAP_PROT", "ENDCAP_", "ENDCAP_Port", "ENDCAP_MODELS_DIR"])
def test_unknown_name_is_refused_with_those_that_exist(variable: str) -> None:
    said = refusal(variable, "1")

    assert said.startswith(f"{variable}: no such setting; known are ENDCAP_DATA_DIR, ")


def test_unknown_name_is_refused_even_when_it_is_empty() -> None:
    assert "no such setting" in refusal("ENDCAP_PROT", "")


def test_variables_of_others_and_of_the_tests_are_left_alone() -> None:
    others = {"PATH": "/bin", "PORT": "x", "endcap_port": "x", "ENDCAP_TEST_QDRANT_URL": "x"}

    assert read_settings(others) == Settings()


def test_home_folder_is_spelled_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "model").mkdir()

    settings = read_settings({"ENDCAP_DATA_DIR": "~/data", "ENDCAP_ENCODER": "~/model"})

    assert settings.data_dir == tmp_path / "data"
    assert settings.encoder == str(tmp_path / "model")


def test_everything_kept_lies_under_the_data_folder() -> None:
    settings = read_settings({"ENDCAP_DATA_DIR": "/srv/endcap"})

    folders = [
        settings.postgres_dir,
        settings.index_dir,
        settings.models_dir,
        settings.sample_dir,
        settings.rejects_dir,
    ]
    assert len(set(folders)) == len(folders)
    assert {folder.parent for folder in folders} == {Path("/srv/endcap")}
