"""Canonical JSON: one value, one line; whatever is not exactly that line is refused. Checked against RFC 8785 written anew here."""

import hashlib
import json
import subprocess
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canonical import commit, decode, digest, encode, hexdigest, keyed
from app.errors import EvidenceError

NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
KEYS = TEXTS
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)

SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def rfc8785(value: Any) -> str:
    """RFC 8785 §3.2 from the text of the standard: keys by UTF-16 code units, the shortest escapes, no white space."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT.get(c) or (f"\\u{ord(c):04x}" if ord(c) < 32 else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(rfc8785(item) for item in value) + "]"
    pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
    return "{" + ",".join(f"{rfc8785(key)}:{rfc8785(item)}" for key, item in pairs) + "}"


@given(VALUES)
def test_the_bytes_are_those_of_rfc_8785(value: Any) -> None:
    assert encode(value) == rfc8785(value).encode()


@given(OBJECTS)
def test_what_was_written_is_read_back(value: dict[str, Any]) -> None:
    line = encode(value)
    assert decode(line) == value
    assert b"\n" not in line


@given(st.dictionaries(KEYS, NUMBERS, min_size=2), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, int], random: Any) -> None:
    shuffled = list(value.items())
    random.shuffle(shuffled)
    assert encode(dict(shuffled)) == encode(value)


def test_a_line_looks_like_this() -> None:
    value = {
        "type": "answer.commit",
        "at": 8000,
        "text": '满意 "很"\n\x7f\u2028',
        "ok": True,
        "none": None,
        "list": [1, (2,)],
    }
    assert encode(value).decode() == (
        '{"at":8000,"list":[1,[2]],"none":null,"ok":true,"text":"满意 \\"很\\"\\n\x7f\u2028","type":"answer.commit"}'
    )


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        float("inf"),
        {"score": 7.5},
        [[{"deep": -0.0}]],
        2**53,
        -(2**53),
        10**400,
        {1: "number as key"},
        {None: 1},
        {True: 1},
        b"bytes",
        {1, 2},
        object(),
        "\ud800",
    ],
)
def test_what_canonical_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        encode(value)


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53) + 1, 0, ""])
def test_the_largest_numbers_still_fit(value: object) -> None:
    assert decode(encode({"v": value})) == {"v": value}


REFUSED = {
    "white space": b'{"a": 1}',
    "a newline": b'{"a":1}\n',
    "unsorted keys": b'{"b":1,"a":2}',
    "a key twice": b'{"a":1,"a":1}',
    "a key twice, differing": b'{"a":1,"a":2}',
    "a float": b'{"a":1.5}',
    "a whole float": b'{"a":1.0}',
    "an exponent": b'{"a":1e3}',
    "not a number": b'{"a":NaN}',
    "infinity": b'{"a":-Infinity}',
    "minus nought": b'{"a":-0}',
    "a leading nought": b'{"a":01}',
    "54 bits": b'{"a":9007199254740992}',
    "five thousand digits": b'{"a":' + b"9" * 5000 + b"}",
    "an escape that is not needed": b'{"a":"\\u0041"}',
    "an escaped slash": b'{"a":"\\/"}',
    "upper case hex": b'{"a":"\\u001F"}',
    "a raw control character": b'{"a":"\x1f"}',
    "escaped Chinese": b'{"a":"\\u6ee1"}',
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "keys by code point": '{"\uff01":1,"\U00020bb7":2}'.encode(),
    "a list": b"[1]",
    "a string": b'"a"',
    "a number": b"1",
    "nothing": b"",
    "half a line": b'{"a":1',
    "two values": b'{"a":1}{"a":1}',
    "a comma too many": b'{"a":[1,]}',
    "single quotes": b"{'a':1}",
    "no utf-8": b'{"a":"\xff"}',
    "overlong utf-8": b'{"a":"\xc0\xaf"}',
    "utf-8 surrogates": b'{"a":"\xed\xa0\x80"}',
    "a byte order mark": b'\xef\xbb\xbf{"a":1}',
    "utf-16": '{"a":1}'.encode("utf-16"),
    "a nul": b'{"a":1}\x00',
    "deep nesting": b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep nesting, unfinished": b'{"a":' * 100_000,
}


@pytest.mark.parametrize("line", REFUSED.values(), ids=REFUSED.keys())
def test_any_other_way_to_write_it_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError):
        decode(line)


@given(st.binary(max_size=60) | TEXTS.map(str.encode))
def test_no_bytes_make_it_stumble(line: bytes) -> None:
    try:
        value = decode(line)
    except EvidenceError:
        return
    assert encode(value) == line


@given(OBJECTS, st.data())
def test_a_line_with_one_byte_changed_is_another_value_or_none(
    value: dict[str, Any], data: st.DataObject
) -> None:
    line = bytearray(encode(value))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != line[place]))
    with suppress(EvidenceError):
        assert decode(bytes(line)) != value


def test_a_saboteur_who_reads_leniently_would_let_these_through() -> None:
    lenient = [name for name, line in REFUSED.items() if accepted(json.loads, line)]
    assert {"white space", "a key twice, differing", "a float", "not a number", "utf-16"} <= set(lenient)


def accepted(read: Any, line: bytes) -> bool:
    try:
        read(line)
    except (ValueError, RecursionError):
        return False
    return True


def test_digests_are_sha_256() -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert hexdigest(b"") == empty
    assert digest(b"") == bytes.fromhex(empty)
    assert (
        hexdigest(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )  # FIPS 180-2, B.1


@pytest.mark.real
def test_sha256sum_agrees() -> None:
    line = encode({"type": "满意"})
    printed = subprocess.run(["sha256sum"], input=line, capture_output=True, check=True).stdout
    assert printed.split()[0].decode() == hexdigest(line)


@pytest.mark.parametrize(
    ("key", "data", "mac"),
    [  # RFC 4231, test cases 1, 2 and 6
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            b"\xaa" * 131,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_keyed_digests_are_hmac_sha_256(key: bytes, data: bytes, mac: str) -> None:
    assert keyed(key, data).hex() == mac


SALT = bytes(range(32))


@pytest.mark.parametrize(
    ("value", "written"), [("8", b'"8"'), (8, b"8"), ("不了解", '"不了解"'.encode()), (None, b"null")]
)
def test_a_commitment_is_the_digest_of_salt_and_canonical_value(value: object, written: bytes) -> None:
    assert commit(SALT, value) == hashlib.sha256(SALT + written).hexdigest()


def test_a_commitment_for_the_record() -> None:
    # (printf '%b' "$(printf '\\x%02x' $(seq 0 31))"; printf '"8"') | sha256sum
    assert commit(SALT, "8") == "2d0cecebed5a70e644a7d9ad0f33e2a3116755a15d5410e19396ba8d072259a4"


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), VALUES, VALUES)
def test_commitments_tell_values_and_salts_apart(
    one: bytes, other: bytes, value: Any, different: Any
) -> None:
    assert commit(one, value) == commit(one, value)
    assert (commit(one, value) == commit(other, value)) == (one == other)
    assert (commit(one, value) == commit(one, different)) == (encode(value) == encode(different))
