"""Whom a number means, what a call's end says, and where the password is kept."""

from pathlib import Path

import keyring
import pytest

from hardware.base import Cause
from hardware.sip import cause, masked, raw, read_account


@pytest.mark.parametrize(
    ("code", "reason", "rang", "expected"),
    [
        (486, "", False, Cause.BUSY),
        (404, "Q.850;cause=1", False, Cause.VACANT),
        (480, 'Q.850;cause=1;text="no such number"', True, Cause.VACANT),
        (480, "", True, Cause.NO_ANSWER),
        (480, "", False, Cause.UNREACHABLE),
        (480, "Q.850 ;cause=19", False, Cause.NO_ANSWER),
        (480, 'q.850;text="absent";cause=20', True, Cause.UNREACHABLE),
        (503, "", False, Cause.CONGESTION),
        (500, "Q.850;cause=17", False, Cause.BUSY),
        (603, "", True, Cause.REJECTED),
        (487, "", True, Cause.NO_ANSWER),
        (
            480,
            "Q.850;cause=31",
            True,
            Cause.NO_ANSWER,
        ),  # "normal, unspecified" says nothing: the status decides
        (486, "SIP;cause=200", False, Cause.BUSY),  # another protocol's cause is no Q.850 cause
        (401, "", False, Cause.DEVICE),
        (418, "", False, Cause.UNKNOWN),
    ],
)
def test_why_a_call_ended(code: int, reason: str, rang: bool, expected: Cause) -> None:
    assert cause(code, reason, rang=rang) is expected


def test_what_came_is_kept_as_it_came() -> None:
    assert raw("404 Not Found", "") == "404 Not Found"
    assert raw("BYE", 'Q.850;cause=16;text="x"') == 'BYE | Reason: Q.850;cause=16;text="x"'


def test_an_account_at_a_pbx() -> None:
    account = read_account(
        "sip:7001@pbx.dazhou.example:5080;transport=tcp",
        {"caller": "028-12340", "prefix": "9", "codec": "pcmu", "ring_limit": "45"},
    )
    assert account.address == "sip:7001@pbx.dazhou.example:5080"
    assert account.calling("0818 210-1001") == "sip:908182101001@pbx.dazhou.example:5080;transport=tcp"
    assert account.calling("#31#10086") == "sip:9%2331%2310086@pbx.dazhou.example:5080;transport=tcp"
    assert account.headers == {"P-Preferred-Identity": "<sip:02812340@pbx.dazhou.example>"}
    assert (account.registrar, account.codec, account.ring_limit) == ("", "PCMU", 45)


def test_with_a_password_we_register_at_home_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "x1")
    with_password = {"password": "env:SECRET"}
    assert read_account("sip:7001@pbx", with_password).registrar == "sip:pbx"
    assert read_account("sip:7001@pbx", {**with_password, "registrar": "no"}).registrar == ""
    elsewhere = {**with_password, "registrar": "sip:registrar.example", "user": "auth7001"}
    assert read_account("sip:7001@pbx", elsewhere).registrar == "sip:registrar.example"
    assert read_account("sip:7001@pbx", elsewhere).auth == ("auth7001", "x1")
    assert read_account("sip:7001@pbx", {}).registrar == ""


@pytest.mark.parametrize(
    ("port", "options", "says"),
    [
        ("7001@pbx", {}, "is no SIP account"),
        ("sip:7001@", {}, "is no SIP account"),
        ("sip:7001@pbx>\r\nX: y", {}, "is no SIP account"),
        ("sip:7001@pbx", {"colour": "red"}, "no setting 'colour'"),
        ("sip:7001@pbx", {"codec": "opus"}, "speaks PCMA and PCMU"),
        ("sip:7001@pbx", {"caller": "me>"}, "caller is a number"),
        ("sip:7001@pbx", {"ring_limit": "long"}, "ring_limit is a whole number"),
        ("sip:7001@pbx", {"registrar": "maybe"}, "registrar is yes, no or a SIP address"),
        ("sip:7001@pbx", {"proxy": "10.0.0.1"}, "proxy is a SIP address"),
        ("sip:7001@pbx", {"password": "geheim"}, "does not stand in the settings"),
        ("sip:7001@pbx", {"password": "env:NOT_THERE"}, "no password for 7001 in env:NOT_THERE"),
        ("sip:7001@pbx", {"password": "file:/not/there"}, "cannot be read"),
        ("sip:7001@pbx", {"password": "keyring:fangxin"}, "keystore"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(
    port: str, options: dict[str, str], says: str
) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        read_account(port, options)
    assert "geheim" not in str(refused.value)


def test_a_password_from_the_keystore_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keyring, "get_password", lambda service, user: f"{service}/{user}")
    assert read_account("sip:7001@pbx", {"password": "keyring:fangxin"}).auth == ("7001", "fangxin/7001")
    (tmp_path / "secret").write_text("with a space \n", "utf-8")
    assert read_account("sip:7001@pbx", {"password": f"file:{tmp_path / 'secret'}"}).auth[1] == "with a space"


def test_no_number_in_the_log() -> None:
    assert masked("INVITE sip:902812345678@pbx SIP/2.0", "12345678") == "INVITE sip:***@pbx SIP/2.0"
    assert masked('From: "02812340" <sip:02812340@pbx>', "") == 'From: "***" <sip:***@pbx>'
    assert masked("To: <tel:+8613800000000>", "") == "To: <tel:***>"
    assert masked("called 1 of 10", "1") == "called *** of 10"
    assert masked("a=rtpmap:101 telephone-event/8000", "12345678") == "a=rtpmap:101 telephone-event/8000"
