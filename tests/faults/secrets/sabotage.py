"""What the controls break on purpose: each is a desk as it must not be, and the hunt must find what it leaves behind."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import replace

import structlog

from app import crash, log
from app.interview.screen import Screen
from app.store import Store
from app.store_schema import connect
from app.workstation import Workstation

_COPIES = 5000


def at_the_start(faults: frozenset[str]) -> None:
    """Before the window: be discreet as ui/__main__.py is, or not."""
    if "core dumps" not in faults:
        crash.be_discreet()
    if "number logged" in faults:
        log.mask = lambda text: text


def if_asked(faults: frozenset[str], numbers: Mapping[str, str], screen: Screen) -> None:
    """A careless line in the log."""
    if "number logged" in faults and screen.case is not None:
        structlog.get_logger("desk").warning("case", number=numbers[screen.case.case])


def temp_file(words: str) -> None:
    """An answer written to a temporary file that is deleted at once; many times over, for a busy disk gives a single freed block away
    before anybody can search it."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(f"{words}\n" * _COPIES)
        file.flush()
        os.fsync(file.fileno())


def plain_store(station: Workstation) -> Workstation:
    """The same memory in a file that anybody opens."""
    place = station.folder / "plain.db"
    encrypted = station.store._database
    encrypted.execute(f"ATTACH DATABASE '{place}' AS plain KEY ''")
    encrypted.execute("SELECT sqlcipher_export('plain')").fetchall()
    encrypted.execute("DETACH DATABASE plain")
    station.store.close()
    return replace(station, store=Store(connect(place, None), place))
