"""The one place where bytes are made from values and digests from bytes.

Canonical JSON is RFC 8785 restricted to objects, arrays, strings, integers of at most 53 bits, true, false and null:
no floats, so every language writes the same bytes. Keys are sorted by their UTF-16 code units, as RFC 8785 has it; a key may be a name
that somebody has given to a question or a column, in any script.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, cast

from app.errors import EvidenceError

Value = Any  # JSON value without floats; checked at run time by _check
_LIMIT = 2**53
_BMP = "\uffff"


def encode(value: Value) -> bytes:
    """One line of UTF-8 without a newline. Raises TypeError/ValueError on what canonical JSON here cannot say."""
    _check(value)
    text = _dumped(value, sort_keys=True)
    if not text.isascii() and max(text) > _BMP:  # only there is UTF-16 in another order than Python's strings
        text = _dumped(_in_order(value), sort_keys=False)
    return text.encode()


def decode(line: bytes) -> dict[str, Value]:
    """The object on a canonical line. Raises EvidenceError unless encoding it again gives the same bytes."""
    try:
        value = json.loads(line)
        if not isinstance(value, dict) or encode(value) != line:
            raise EvidenceError("This line is not canonical JSON")
    except (ValueError, TypeError, RecursionError) as error:
        raise EvidenceError("This line is not canonical JSON") from error
    return cast("dict[str, Value]", value)


def digest(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return hashlib.sha256(data).digest()


def hexdigest(data: bytes) -> str:
    """SHA-256, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def file_hexdigest(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hex digits; the file may be larger than memory. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def named_digest(name: str, data: bytes) -> bytes:
    """A digest that a questionnaire asks for by name ("md5", "sha1" …). Never for evidence: that is digest()."""
    return hashlib.new(name, data, usedforsecurity=False).digest()


def keyed(key: bytes, data: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), 32 bytes."""
    return hmac.digest(key, data, "sha256")


def keyed_parts(key: bytes, parts: Iterable[bytes]) -> bytes:
    """keyed() of what the parts are one after another, without putting them together in memory."""
    made = hmac.new(key, digestmod=hashlib.sha256)
    for part in parts:
        made.update(part)
    return made.digest()


def commit(salt: bytes, value: Value, hashed: Callable[[bytes], str] = hexdigest) -> str:
    """Commitment to a value: hex hash(salt ‖ canonical value). The salt has 32 random bytes and lies in the sealed interview.
    hashed: of the study's suite; by default SHA-256."""
    return hashed(salt + encode(value))


def _dumped(value: Value, *, sort_keys: bool) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=sort_keys, allow_nan=False)


def _in_order(value: Value) -> Value:
    match value:
        case dict():
            ordered = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
            return {name: _in_order(value[name]) for name in ordered}
        case list() | tuple():
            return [_in_order(item) for item in value]
        case _:
            return value


def _check(value: Value) -> None:
    match value:
        case bool() | None | str():
            return
        case int():
            if abs(value) >= _LIMIT:
                raise ValueError("integer of more than 53 bits")
        case list() | tuple():
            for item in value:
                _check(item)
        case dict():
            for key, item in value.items():
                if not isinstance(key, str):
                    raise TypeError("keys are strings")
                _check(item)
        case _:
            raise TypeError(f"no {type(value).__name__} in canonical JSON")
