"""Signatures of webhooks: what is genuine, and that nothing else is, whatever is sent."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from app.webhooks.errors import SignatureRefused
from app.webhooks.signatures import (
    ShopifySignatures,
    StandardSignatures,
    read_secrets,
    sign,
)

BODY = '{"type":"item.deleted","data":{"id":"größe-1"}}'.encode()


def make_secret(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


OLD, NEW, FOREIGN = (make_secret(bytes([fill]) * 24) for fill in (1, 2, 3))
SIGNATURES = StandardSignatures([OLD, NEW])
SHOPIFY_OLD, SHOPIFY_NEW = "shpss_old", "shpss_new"
SHOPIFY = ShopifySignatures([SHOPIFY_OLD, SHOPIFY_NEW])


def signed(
    secret: str = NEW, webhook_id: str = "msg_1", body: bytes = BODY, age: float = 0
) -> dict[str, str]:
    return sign(secret, webhook_id, datetime.now(UTC) - timedelta(seconds=age), body)


def of_shopify(secret: str = SHOPIFY_NEW, body: bytes = BODY) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Webhook-Id": "7f0c-11",
    }


def refusal(
    signatures: StandardSignatures | ShopifySignatures,
    headers: Mapping[str, str],
    body: bytes = BODY,
) -> str:
    with pytest.raises(SignatureRefused) as caught:
        signatures.verify(headers, body)
    return caught.value.reason


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_webhook_is_genuine_by_any_of_the_secrets(secret: str) -> None:
    assert SIGNATURES.verify(signed(secret), BODY) == "msg_1"


def test_webhook_signed_by_the_library_is_genuine() -> None:
    now = datetime.now(UTC)
    headers = {
        "webhook-id": "msg_2",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(OLD).sign("msg_2", now, BODY.decode()),
    }

    assert SIGNATURES.verify(headers, BODY) == "msg_2"


def test_webhook_that_endcap_signs_is_genuine_to_the_library_whatever_the_zone_of_its_clock() -> (
    None
):
    far_east = datetime.now(timezone(timedelta(hours=12)))

    Webhook(NEW).verify(BODY, sign(NEW, "msg_1", far_east, BODY))


def test_names_of_headers_may_be_in_capitals() -> None:
    headers = {name.title(): value for name, value in signed().items()}

    assert SIGNATURES.verify(headers, BODY) == "msg_1"


def test_signature_of_a_secret_that_is_not_ours_is_refused() -> None:
    assert refusal(SIGNATURES, signed(FOREIGN)) == "No matching signature found"


def test_without_secrets_everything_is_refused() -> None:
    assert refusal(StandardSignatures([]), signed()) == "no secret is set"
    assert refusal(ShopifySignatures([]), of_shopify()) == "no secret is set"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("value", [None, ""])
def test_missing_header_is_refused_by_its_name(name: str, value: str | None) -> None:
    headers = {**signed(), name: value}
    given_headers = {header: text for header, text in headers.items() if text is not None}

    assert refusal(SIGNATURES, given_headers) == f"{name}: missing"


@pytest.mark.parametrize("age", [290, -290])
def test_clocks_may_differ_by_nearly_five_minutes(age: float) -> None:
    assert SIGNATURES.verify(signed(age=age), BODY) == "msg_1"


@pytest.mark.parametrize(("age", "said"), [(302, "too old"), (-310, "too new")])
def test_webhook_more_than_five_minutes_away_is_refused(age: float, said: str) -> None:
    assert said in refusal(SIGNATURES, signed(age=age))


@pytest.mark.parametrize(
    "timestamp", ["soon", "NaN", "inf", "1e9", "-5", "1_700", "٣٣", "9" * 15, "9" * 400, " 5"]
)
def test_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    assert refusal(SIGNATURES, {**signed(), "webhook-timestamp": timestamp})


def test_timestamp_of_another_spelling_is_refused_though_it_is_the_same_second() -> None:
    headers = signed()

    refusal(SIGNATURES, {**headers, "webhook-timestamp": f"{headers['webhook-timestamp']}.5"})


@pytest.mark.parametrize(
    "webhook_id", ["m" * 257, "two words", "msg.1", "größe", "line\nend", "\x00", "\ud800", " msg"]
)
def test_webhook_id_that_could_be_mistaken_is_refused(webhook_id: str) -> None:
    assert refusal(SIGNATURES, {**signed(), "webhook-id": webhook_id}).startswith("webhook-id: ")


def test_webhook_id_may_have_256_characters() -> None:
    assert SIGNATURES.verify(signed(webhook_id="m" * 256), BODY) == "m" * 256


@pytest.mark.parametrize(
    "signature",
    ["v1", "v1,", ",", " ", "v1,a,b", "v1,abc", "v1,%%%%", "v1,größe", "v1,\ud800", "v2,AAAA"],
)
def test_signature_in_no_form_that_is_known_is_refused(signature: str) -> None:
    assert refusal(SIGNATURES, {**signed(), "webhook-signature": signature})


def test_right_signature_counts_among_wrong_and_unknown_ones() -> None:
    headers = signed()
    right = headers["webhook-signature"]
    wrong = signed(FOREIGN)["webhook-signature"]
    headers["webhook-signature"] = f"v1a,AAAA nonsense v1,abc {wrong}  {right}"

    assert SIGNATURES.verify(headers, BODY) == "msg_1"


def test_body_that_is_not_utf8_is_refused() -> None:
    assert refusal(SIGNATURES, signed(), b"\xff\xfe") == "the body is not UTF-8"


@settings(deadline=None)
@given(place=st.integers(0, len(BODY) - 1), flip=st.integers(1, 255))
def test_one_byte_of_the_body_changed_is_refused(place: int, flip: int) -> None:
    changed = bytearray(BODY)
    changed[place] ^= flip

    assert refusal(SIGNATURES, signed(), bytes(changed))
    assert refusal(SHOPIFY, of_shopify(), bytes(changed))


@settings(deadline=None)
@given(data=st.data(), character=st.characters(max_codepoint=255))
def test_one_character_of_any_header_changed_is_refused(
    data: st.DataObject, character: str
) -> None:
    headers = signed()
    name = data.draw(st.sampled_from(sorted(headers)))
    place = data.draw(st.integers(0, len(headers[name]) - 1))
    changed = headers[name][:place] + character + headers[name][place + 1 :]
    if changed == headers[name]:
        assert SIGNATURES.verify(headers, BODY) == "msg_1"
    else:
        assert refusal(SIGNATURES, {**headers, name: changed})


@settings(deadline=None)
@given(place=st.integers(0, 43), character=st.characters(max_codepoint=255))
def test_one_character_of_shopifys_signature_changed_is_refused(place: int, character: str) -> None:
    headers = of_shopify()
    right = headers["X-Shopify-Hmac-Sha256"]
    changed = right[:place] + character + right[place + 1 :]
    if changed != right:
        assert refusal(SHOPIFY, {**headers, "X-Shopify-Hmac-Sha256": changed})


# The first of all texts is slow to make, as its table of characters is.
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    headers=st.dictionaries(
        st.sampled_from(
            [
                "webhook-id",
                "webhook-timestamp",
                "webhook-signature",
                "x-shopify-hmac-sha256",
                "x-shopify-webhook-id",
            ]
        ),
        st.text() | st.sampled_from(["v1,AAAA", "msg_1", str(int(datetime.now(UTC).timestamp()))]),
    ),
    body=st.binary(),
)
def test_anything_at_all_is_refused_and_nothing_falls_over(
    headers: dict[str, str], body: bytes
) -> None:
    assert refusal(SIGNATURES, headers, body)
    assert refusal(SHOPIFY, headers, body)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(body=st.text(), webhook_id=st.text("abcXYZ_-019", min_size=1, max_size=40))
def test_whatever_endcap_signs_is_genuine(body: str, webhook_id: str) -> None:
    headers = sign(OLD, webhook_id, datetime.now(UTC), body.encode())

    assert SIGNATURES.verify(headers, body.encode()) == webhook_id


@pytest.mark.parametrize("secret", [SHOPIFY_OLD, SHOPIFY_NEW])
@pytest.mark.parametrize("body", [BODY, b"", b"\xff\x00"])
def test_shopify_signs_the_bytes_by_the_secret_as_it_is_written(secret: str, body: bytes) -> None:
    assert SHOPIFY.verify(of_shopify(secret, body), body) == "7f0c-11"


@pytest.mark.parametrize("name", ["X-Shopify-Hmac-Sha256", "X-Shopify-Webhook-Id"])
def test_missing_header_of_shopify_is_refused_by_its_name(name: str) -> None:
    headers = {header: value for header, value in of_shopify().items() if header != name}

    assert refusal(SHOPIFY, headers) == f"{name.lower()}: missing"


def test_foreign_or_hexadecimal_signature_of_shopify_is_refused() -> None:
    digest = hmac.new(SHOPIFY_NEW.encode(), BODY, hashlib.sha256).hexdigest()

    assert refusal(SHOPIFY, of_shopify("shpss_other"))
    assert refusal(SHOPIFY, {**of_shopify(), "X-Shopify-Hmac-Sha256": digest})


def test_empty_secret_of_shopify_cannot_be_used_since_anyone_knows_it() -> None:
    with pytest.raises(ValueError, match="is empty"):
        ShopifySignatures([SHOPIFY_NEW, ""])


def test_secrets_are_read_with_blanks_between_them_and_an_open_comma() -> None:
    assert read_secrets(f" {OLD} , {NEW},") == (OLD, NEW)
    assert read_secrets("  ") == ()


def test_secret_without_its_padding_is_the_same_secret() -> None:
    secret = make_secret(b"k" * 25)

    headers = signed(secret)

    assert StandardSignatures(read_secrets(secret.rstrip("="))).verify(headers, BODY) == "msg_1"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (base64.b64encode(b"k" * 24).decode(), "the secret does not begin with whsec_"),
        (f"{OLD},{OLD.upper()}", "secret 2 of 2 does not begin with whsec_"),
        ("whsec_", "the secret is 0 bytes long; at least 24 random bytes are needed"),
        (make_secret(b"k" * 23), "the secret is 23 bytes long; at least 24"),
        ("whsec_" + "a-_a" * 10, "the secret is not base64 behind its whsec_"),
        ("whsec_" + "größe" * 10, "the secret is not base64 behind its whsec_"),
        ("whsec_" + "A" * 33, "the secret is not base64 behind its whsec_"),
        (f"{OLD} {NEW}", "the secret is not base64 behind its whsec_"),
    ],
)
def test_unusable_secret_is_told_by_its_place_and_never_repeated(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        read_secrets(text)

    keys = [part.removeprefix("whsec_") for part in text.split(",")]
    assert not any(key and key in str(caught.value) for key in keys)
