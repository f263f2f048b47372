"""A drand round is taken only with the beacon's own signature under its number. Rounds 657413 and 1000 as drand has published them."""

import json
from pathlib import Path

import pytest

from app.canonical import decode
from app.errors import EvidenceError, StudyError
from app.sample import beacon

ROUND = json.loads((Path(__file__).parents[1] / "vectors" / "sampling" / "sampling.json").read_text("utf-8"))[
    "drand"
][0]
THOUSAND = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"


def test_published_rounds_hold_and_give_their_randomness() -> None:
    assert beacon.value(ROUND["round"], ROUND["signature"]) == ROUND["randomness"]
    typed = f" {THOUSAND[:48].upper()}\n{THOUSAND[48:]}"
    assert beacon.value(1000, typed) == "fe290beca10872ef2fb164d2aa4442de4566183ec51c56ff3cd603d930e54fdd"


@pytest.mark.parametrize(
    ("number", "signature"),
    [
        pytest.param(1001, THOUSAND, id="of another round"),
        pytest.param(1000, ROUND["signature"], id="another round's signature"),
        pytest.param(1000, f"{THOUSAND[:-1]}8", id="a digit changed: no point of the curve"),
        pytest.param(1000, f"{int(THOUSAND[0], 16) ^ 2:x}{THOUSAND[1:]}", id="the other of the two points"),
        pytest.param(1000, "c" + "0" * 95, id="the point at infinity"),
        pytest.param(1000, "f" * 96, id="no point"),
        pytest.param(1000, "0" * 96, id="zeros"),
    ],
)
def test_what_the_beacon_did_not_sign_is_no_randomness(number: int, signature: str) -> None:
    with pytest.raises(StudyError, match=f"not the signature of round {number} of quicknet"):
        beacon.value(number, signature)


def test_the_randomness_itself_proves_nothing_and_is_not_taken() -> None:
    with pytest.raises(StudyError, match="96 hex digits, this has 64"):
        beacon.value(ROUND["round"], ROUND["randomness"])


def test_who_checks_a_beacon_is_not_killed_by_nested_json() -> None:
    """py_ecc takes Python's guard away as it is imported."""
    with pytest.raises(EvidenceError):
        decode(b'{"a":' + b"[" * 100_000)
