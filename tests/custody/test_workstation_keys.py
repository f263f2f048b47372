"""Everything on a workstation that could be a key is tried on everything closed that lies there. None of it opens anything: neither the
interviewer nor IT, with the whole disk, the keystore and the opened store before them, hears a closed call."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.errors import SealError
from app.evidence import stanza
from app.evidence.age import Identity
from app.evidence.keys import DeviceKeys, choose_keystore
from tests.desk_room import Room, centre
from tests.desk_talk import answers, ring, seat, talk

WRITTEN = (
    re.compile(rb"AGE-SECRET-KEY-1[A-Z0-9]+"),
    re.compile(rb"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{32})(?![0-9a-fA-F])"),
    re.compile(rb"(?<![A-Za-z0-9+/])(?:[A-Za-z0-9+/]{43}=?|[A-Za-z0-9+/]{22}(?:==)?)(?![A-Za-z0-9+/=])"),
)
"""How 32 or 16 bytes are written down: age's letters, hex, base64."""


def interview(folder: Path) -> Room:
    """A desk after a whole interview, signed out, its store still open."""
    room = seat(folder, answers())
    ring(room)
    talk(room)
    room.desk.choose_outcome("60")
    room.desk.sign_out()
    return room


def texts(room: Room) -> Iterator[bytes]:
    """All files, and the store as its key opens it."""
    yield from (path.read_bytes() for path in room.folder.rglob("*") if path.is_file())
    for cell in cells(room):
        yield cell if isinstance(cell, bytes) else str(cell).encode()


def cells(room: Room) -> Iterator[object]:
    """Every value in the store."""
    database = room.station.store._database
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert len(tables) > 5
    for table in tables:
        for row in database.execute(f'SELECT * FROM "{table}"'):
            yield from row


def secrets(room: Room) -> set[bytes]:
    """Every key of this device, and all else there that has the size of one. 32 bytes: a private key; 16: a file's own key."""
    keys, keystore = room.station.keys, choose_keystore(room.folder)
    found = {keys.signer.seed, keys.identity.secret, keys.store_key, keystore.get(keys.device) or b""}
    found |= {cell for cell in cells(room) if isinstance(cell, bytes)}
    for text in texts(room):
        for letters, hexed, plain in [[pattern.findall(text) for pattern in WRITTEN]]:
            for each in letters:
                try:
                    found.add(Identity.parse(each.decode()).secret)
                except SealError:
                    continue
            found |= {bytes.fromhex(each.decode()) for each in hexed}
            found |= {base64.b64decode(each.rstrip(b"=") + b"==") for each in plain}
    return {each for each in found if len(each) in (16, 32)}


def closed(room: Room) -> list[Path]:
    """Recordings, sealed interviews and contacts."""
    return [*(room.folder / "recordings").glob("*.age"), *(room.folder / "objects").iterdir()]


def opens(secret: bytes, path: Path) -> bool:
    """Whether a file's header opens with this."""
    with path.open("rb") as file:
        header = stanza.read(file)
    if len(secret) == 32:
        return any(Identity(secret).unwrap(each) is not None for each in header.stanzas)
    try:
        header.check(secret)
    except SealError:
        return False
    return True


def opened(room: Room) -> set[str]:
    """Names of closed files that something here opens."""
    tried, files = secrets(room), closed(room)
    assert len(files) >= 3
    assert any(path.suffix == ".age" for path in files)
    assert {len(each) for each in tried} == {16, 32}
    return {path.name for path in files for secret in tried if opens(secret, path)}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    made = interview(tmp_path_factory.mktemp("keys-on-a-desk"))
    yield made
    made.close()


def test_nothing_on_a_workstation_opens_a_closed_call(room: Room) -> None:
    assert opened(room) == set()


def test_the_search_sees_the_devices_own_keys(room: Room) -> None:
    keys = DeviceKeys.load_or_create(room.folder, choose_keystore(room.folder))
    assert {keys.signer.seed, keys.identity.secret, keys.store_key} <= secrets(room)


@pytest.mark.parametrize("role", ["centre", "lead", "contact"])
@pytest.mark.parametrize("written", ["letters", "hex", "base64", "in the store"])
def test_saboteur_a_key_that_was_left_there_is_found(room: Room, role: str, written: str) -> None:
    identity, note = centre().identities[role], room.folder / "notes.txt"
    forms = {"letters": identity.export(), "hex": identity.secret.hex(), "in the store": identity.export()}
    text = forms.get(written, base64.b64encode(identity.secret).decode())
    if written == "in the store":
        room.station.store.set_setting("left", text)
    else:
        note.write_text(f"the key: {text}\n")
    try:
        assert opened(room) != set()
    finally:
        note.unlink(missing_ok=True)
        room.station.store.set_setting("left", "")
