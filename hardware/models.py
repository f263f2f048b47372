"""The chips and modules the serial drivers know, from resources/modems.toml: how to recognise one, and what it wants to hear."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from hardware.g711 import ALAW_DECODE, ALAW_ENCODE, ULAW_DECODE, ULAW_ENCODE, Decoder, Encoder


@dataclass(frozen=True, slots=True)
class Known:
    """What every entry says. key: its name for options. traps: what goes wrong with it. tried: what was really done with it."""

    key: str
    name: str
    recognise: str
    baud: int
    setup: tuple[str, ...]
    traps: tuple[str, ...]
    sources: tuple[str, ...]
    tried: str

    def matches(self, answers: str) -> bool:
        """Does this describe the device that answered so?"""
        return re.search(self.recognise, answers.upper()) is not None


@dataclass(frozen=True, slots=True)
class ModemModel(Known):
    """A voice modem. See resources/modems.toml for the fields."""

    line: int
    stop: str
    dles: int
    duplex: str
    codec: tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class ModuleModel(Known):
    """A cellular module. See resources/modems.toml for the fields."""

    sound: str
    sound_card: str
    sound_on: tuple[str, ...]
    sound_off: tuple[str, ...]
    early: bool


Model = TypeVar("Model", bound=Known)


@cache
def _table() -> Mapping[str, Any]:
    # A frozen program has its modules' __file__ beside resources too.
    path = Path(__file__).resolve().parent.parent / "resources" / "modems.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}


@cache
def modems() -> tuple[ModemModel, ...]:
    """The voice modems, the general one last."""
    return tuple(ModemModel(**_entry(row)) for row in _table()["modem"])


@cache
def modules() -> tuple[ModuleModel, ...]:
    """The cellular modules, the general one last."""
    return tuple(ModuleModel(**_entry(row)) for row in _table()["module"])


def modem(answers: str, key: str = "") -> ModemModel:
    """The modem called `key`, else the one that gives such answers, else the general one. ValueError for a key nobody has."""
    return _choose(modems(), answers, key)


def module(answers: str, key: str = "") -> ModuleModel:
    """The module called `key`, else the one that gives such answers, else the general one. ValueError for a key nobody has."""
    return _choose(modules(), answers, key)


def _choose(known: Sequence[Model], answers: str, key: str) -> Model:
    if key:
        for each in known:
            if each.key == key:
                return each
        raise ValueError(f"no such model: {key}; there are {', '.join(each.key for each in known)}")
    return next((each for each in known if each.matches(answers)), known[-1])


def compatibility() -> list[str]:
    """The compatibility table for the hardware guide, in Markdown."""
    rows = ["| device | sound | known traps | tried |", "|---|---|---|---|"]
    known: list[tuple[Known, str]] = [(each, f"{each.duplex} duplex") for each in modems()]
    known += [(each, _SOUNDS[each.sound]) for each in modules()]
    for entry, sound in known:
        rows.append(f"| {entry.name} (`{entry.key}`) | {sound} | {' '.join(entry.traps)} | {entry.tried} |")
    return rows


_SOUNDS = {"usb": "USB sound card", "pcm": "PCM port", "none": "cable"}


@dataclass(frozen=True, eq=False, slots=True)
class Codec:
    """How a modem codes a sample: one byte each. vsm: what to say behind AT+VSM=. coding: "alaw", "ulaw", "linear" or "signed"."""

    vsm: str
    coding: str

    @property
    def tables(self) -> tuple[Encoder, Decoder]:
        """int16 (as uint16) → byte, byte → int16."""
        return _TABLES[self.coding]

    def decode(self, data: bytes) -> bytes:
        """The modem's bytes as int16 little-endian."""
        return _TABLES[self.coding][1].take(np.frombuffer(data, np.uint8)).tobytes()

    def encode(self, samples: bytes) -> bytes:
        """int16 little-endian as the modem's bytes."""
        return _TABLES[self.coding][0].take(np.frombuffer(samples, "<u2")).tobytes()


_EVERY = np.arange(65536, dtype=np.uint16).view(np.int16)
_BYTES = np.arange(256, dtype=np.int16)
_TABLES: Mapping[str, tuple[Encoder, Decoder]] = {
    "alaw": (ALAW_ENCODE, ALAW_DECODE),
    "ulaw": (ULAW_ENCODE, ULAW_DECODE),
    "linear": (((_EVERY >> 8) + 128).astype(np.uint8), ((_BYTES - 128) * 256).astype("<i2")),
    "signed": (
        (_EVERY >> 8).astype(np.int8).view(np.uint8),
        (_BYTES.astype(np.int8).astype(np.int16) * 256).astype("<i2"),
    ),
}
_NAMES = (
    ("ALAW", "alaw"),
    ("ULAW", "ulaw"),
    ("UNSIGNED", "linear"),
    ("SIGNED", "signed"),
    ("LINEAR", "linear"),
)


def codecs(lines: Sequence[str]) -> list[Codec]:
    """The codings in an answer to AT+VSM=? that have one byte a sample at 8000 Hz, the best first.

    The number of a coding means something else on every chip, its name does not: '130,"8-BIT ALAW",(8000)' on one,
    '130,"UNSIGNED PCM",8,0,(7200,8000),(0),(0)' on another. The logarithmic ones carry twelve bits and more of loudness, the linear ones
    eight. Trailing parameters of the longer form are switched off with zeros.
    """
    found = []
    for line in lines:
        if match := re.search(r'(\d+),"?([^",]+)"?,(.*)', line):
            number, name, rest = match.groups()
            plain = re.sub(r"[^A-Z0-9]", "", name.upper().replace("µ", "U").replace("MU-", "U"))
            coding = next((coding for word, coding in _NAMES if word in plain), "")
            wide = re.match(r"\D*(?:4|16)\b", rest) or "16BIT" in plain or "14BIT" in plain
            if coding and "8000" in rest and not wide:
                found.append(Codec(f"{number},8000{',0,0' if rest.startswith('8,') else ''}", coding))
    order = [coding for _, coding in _NAMES]
    return sorted(found, key=lambda codec: order.index(codec.coding))
