"""What a journal line may say: the event types with their fields, so that a check never stumbles over a malformed one.

formats.md documents the same table for people; a test keeps them equal.
"""

import re
from collections.abc import Mapping

from app.canonical import Value

_ID = re.compile(r"[0-9a-f]{16}")
_SHA = re.compile(r"[0-9a-f]{64}")
_SHA_OR_NONE = re.compile(r"(?:[0-9a-f]{64})?")
_TEXT = re.compile(r".*", re.DOTALL)

Shape = re.Pattern[str] | type[int]

_RECORDING: Mapping[str, Shape] = {"call": _ID, "bytes": int, "sha256": _SHA, "samples": int}
_ANSWER: Mapping[str, Shape] = {"interview": _ID, "call": _ID, "question": _TEXT, "commit": _SHA, "at": int}
_TALK: Mapping[str, Shape] = {"interview": _ID, "call": _ID}

EVENTS: Mapping[str, Mapping[str, Shape]] = {
    "epoch.new": {
        "device": re.compile(r"[0-9a-f]{8}"),
        "epoch": int,
        "vkey": _TEXT,
        "keystore": _TEXT,
        "app": _TEXT,
    },
    "shift.open": {"interviewer": _SHA, "app": _TEXT, "study": _TEXT, "version": int},
    "shift.close": {},
    "assignment.accept": {"sha256": _SHA, "cases": int},
    "case.open": {"case": _ID, "ticket": _TEXT},
    "case.skip": {"case": _ID},
    "case.pull": {"case": _ID, "reason": _TEXT, "by": _TEXT},
    "rec.open": {"call": _ID, "header_sha256": _SHA, "rate": int, "channels": int, "codec": _TEXT},
    "dial.start": {"call": _ID, "case": _ID, "number": _SHA, "contact": _SHA},
    "line": {"call": _ID, "state": _TEXT, "at": int},
    "rec.mark": _RECORDING,
    "rec.gap": {"call": _ID, "at": int, "samples": int},
    "rec.close": {**_RECORDING, "payload_sha256": _SHA},
    "rec.recovered": {
        "call": _ID,
        "age_sha256": _SHA,
        "age_bytes": int,
        "tail_sha256": _SHA_OR_NONE,
        "tail_bytes": int,
    },
    "dial.end": {"call": _ID, "cause": _TEXT, "raw": _TEXT, "at": int},
    "interview.open": {**_TALK, "case": _ID, "form_sha": _SHA},
    "interview.resume": _TALK,
    "answer.commit": _ANSWER,
    "answer.amend": {**_ANSWER, "reason": _TEXT},
    "outcome.commit": {"call": _ID, "case": _ID, "outcome": _TEXT, "at": int, "proposed": _TEXT},
    "outcome.amend": {"call": _ID, "case": _ID, "was": _TEXT, "outcome": _TEXT, "reason": _SHA},
    "interview.close": {**_TALK, "case": _ID, "outcome": _TEXT, "object": _SHA},
    "call.interrupted": {"call": _ID, "case": _ID},
    "listen.start": {"listening": _ID, "call": _ID, "listener": _SHA, "way": _TEXT},
    "listen.stop": {"listening": _ID, "call": _ID, "samples": int},
    "clock.jump": {"before": int, "after": int},
    "io.error": {"where": _TEXT, "code": _TEXT},
    "sync.receipt": {"size": int, "sha256": _SHA},
    "replicate.release": {"bundle": _SHA, "replicate": int, "cases": int},
    "draw.commit": {"commitment": _SHA, "bundle": _SHA, "n": int, "replicate": int, "frame": _SHA},
    "draw.made": {
        "commitment": _SHA,
        "bundle": _SHA,
        "randomness": _TEXT,
        "size": int,
        "n": int,
        "replicate": int,
        "skipped": int,
    },
    "release.request": {
        "request": _SHA,
        "call": _ID,
        "recording": _SHA,
        "receiver": _TEXT,
        "by": _TEXT,
        "keys": _TEXT,
        "reason": _TEXT,
    },
    "donotcall.set": {
        "key": re.compile(r"[0-9a-f]{32}"),
        "barred": int,
        "by": _TEXT,
        "reason": _TEXT,
        "at": int,
    },
    "release.made": {"request": _SHA, "sha256": _SHA},
}
"""type → the fields that a line of it must have. A line may have more: later versions add, and never take away."""


_BESIDE: Mapping[str, Shape] = {"call": _ID, "at": int, "late": int}
"""Fields that are read also where a line need not have them."""


def wrong_field(event: Mapping[str, Value]) -> str:
    """The name of the first field that is missing or not of its shape, "" when all are well."""
    beside = {name: shape for name, shape in _BESIDE.items() if name in event}
    for name, shape in {**EVENTS.get(event["type"], {}), **beside}.items():
        value = event.get(name)
        if isinstance(shape, re.Pattern):
            good = isinstance(value, str) and shape.fullmatch(value) is not None
        else:
            good = type(value) is int and value >= 0
        if not good:
            return name
    return ""
