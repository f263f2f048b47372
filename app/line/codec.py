"""Messages to lines and back (messages.py says what stands on a line)."""

import json
import types
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from app import canonical, errors
from app.canonical import Value
from app.evidence.recording import Closed, Mark
from app.line.contract import (
    Counts,
    Coverage,
    Covered,
    Gap,
    Heard,
    LineChoice,
    Lost,
    Marked,
    Overheard,
    Refused,
    Saved,
    Stalled,
    Trouble,
    Unheard,
)
from app.line.messages import Message
from hardware import base

_EVENTS = (
    base.Dialing,
    base.Alerting,
    base.Answered,
    base.Announcement,
    base.Ended,
    base.DeviceLost,
    base.DeviceBack,
    base.ToneHeard,
    base.Condition,
    base.HeadsetKey,
    base.Fault,
)
_INNER = (
    Heard,
    Marked,
    Gap,
    Saved,
    Stalled,
    Trouble,
    Refused,
    Lost,
    Overheard,
    Unheard,
    Covered,
    Coverage,
    Counts,
    Mark,
    Closed,
    LineChoice,
    base.Resident,
    base.Utterance,
)
_MESSAGES: Mapping[str, type] = {kind.__name__: kind for kind in get_args(Message)}
_KNOWN: Mapping[str, type] = {**_MESSAGES, **{kind.__name__: kind for kind in (*_EVENTS, *_INNER)}}
_FAULTS = {
    kind.__name__: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.FangxinError)
}


class BadLineError(ValueError):
    """A line that says nothing we know; what is wrong with it, without its content."""


def encode(message: Message) -> bytes:
    """One line with its end."""
    return canonical.encode(_out(message)) + b"\n"


def decode(line: bytes) -> Message:
    """The message on a line. Raises BadLineError."""
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadLineError("not JSON") from error
    message = _object(value)
    if type(message).__name__ not in _MESSAGES:
        raise BadLineError(f"{type(message).__name__} is no message")
    return cast("Message", message)


def _out(value: Any) -> Value:
    match value:
        case Enum():
            return value.value
        case str():
            return value.encode(errors="replace").decode()  # a device's garbage may have come as surrogates
        case errors.FangxinError(what=what, where=where, todo=todo):
            cause = value.__cause__
            code = cause.errno if isinstance(cause, OSError) and cause.errno else 0
            return {"is": type(value).__name__, "what": what, "where": where, "todo": todo, "code": code}
        case bytes():
            return b64encode(value).decode()
        case float():
            return round(value * 1000)
        case tuple() | list():
            return [_out(each) for each in value]
        case Mapping():
            return [[key, _out(each)] for key, each in value.items()]  # keys may be Chinese: question names
        case _ if is_dataclass(value):
            return {
                "is": type(value).__name__,
                **{f.name: _out(getattr(value, f.name)) for f in fields(value)},
            }
        case _:
            return value


def _object(value: Value) -> Any:
    if not isinstance(value, dict) or not isinstance(name := value.get("is"), str):
        raise BadLineError("no named object")
    if name in _FAULTS:
        return _fault(_FAULTS[name], value)
    kind = _KNOWN.get(name)
    if kind is None:
        raise BadLineError(f"unknown: {name[:40]}")
    hints = _hints(kind)
    if set(value) != {"is", *hints}:
        raise BadLineError(f"{name} has other fields")
    return kind(**{field: _in(hint, value[field], f"{name}.{field}") for field, hint in hints.items()})


def _fault(kind: type[errors.FangxinError], value: dict[str, Value]) -> errors.FangxinError:
    what, where, todo = (_in(str, value.get(field), field) for field in ("what", "where", "todo"))
    error = kind(what, where=where, todo=todo)
    if code := _in(int, value.get("code"), "code"):
        error.__cause__ = OSError(code, what)
    return error


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _in(hint: Any, value: Value, where: str) -> Any:
    """The value as the field wants it. Raises BadLineError naming the field."""
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in (str, bool, int) and type(value) is hint:
        return value
    if hint is bytes and type(value) is str:
        return _bytes(value, where)
    if hint is float and type(value) is int:
        return value / 1000
    if origin is tuple and isinstance(value, list):
        return tuple(_in(arguments[0], each, where) for each in value)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(value, list):
        return dict(_pair(arguments, each, where) for each in value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise BadLineError(f"{where} is out of range") from error
    if isinstance(value, dict):
        found = _object(value)
        if isinstance(found, arguments if origin in (Union, types.UnionType) else hint):
            return found
    raise BadLineError(f"{where} is of another type")


def _bytes(value: str, where: str) -> bytes:
    try:
        return b64decode(value, validate=True)
    except ValueError as error:
        raise BadLineError(f"{where} is no base64") from error


def _pair(arguments: tuple[Any, ...], value: Value, where: str) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadLineError(f"{where} has no pairs")
    return _in(arguments[0], value[0], where), _in(arguments[1], value[1], where)
