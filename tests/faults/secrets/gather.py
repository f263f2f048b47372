"""After the day: everything that was secret in it, read with the keys of both sides, from copies: the disks stay as they were left."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.centre import Centre
from app.errors import SealError
from app.evidence.age import Identity, Reader, decrypt
from app.evidence.keys import DeviceKeys, FileKeystore
from app.evidence.means import S1
from app.store import Store
from tests.faults.secrets.canaries import Canary, key, number, text


def of_workstation(data: Path, copy: Path, centre: Centre) -> list[Canary]:
    """Numbers, answers, salts and keys of a workstation's folder."""
    shutil.copytree(data, copy)
    keystore = FileKeystore(copy / "device.key")
    keys = DeviceKeys.load_or_create(copy, keystore)
    secret = keystore.get(keys.device)
    assert secret is not None
    found = [
        key("device secret", secret),
        key("store key", keys.store_key),
        key("device signing key", keys.signer.seed),
        key("device identity", keys.identity.secret),
    ]
    with Store.open(copy / "store.db", keys.store_key) as store:
        found += _remembered(store)
    return [*found, *_sealed(copy, list(centre.identities.values()))]


def of_centre(centre: Centre, draws: Path | None = None) -> list[Canary]:
    """The centre's private keys, and those of its draws."""
    found = [key(f"centre's {role} key", identity.secret) for role, identity in centre.identities.items()]
    found.append(key("publisher's key", centre.publisher.seed))
    found.append(
        key("key of the pool's hashes", S1.derive(centre.publisher.seed, b"", b"fangxin/pool/numbers/v1"))
    )
    if draws is not None:
        room = Identity.parse((draws / "room.key").read_text("ascii").strip())
        found.append(key("room key", room.secret))
    return found


def _remembered(store: Store) -> Iterator[Canary]:
    for place, case in enumerate(store.cases()):
        yield number(f"number {place}", case.number)
    yield key("key of the store's number hashes", bytes.fromhex(store.setting("numbers.key")))
    for interview in store.open_interviews():
        for event in store.events(interview):
            if salt := getattr(event, "salt", ""):
                yield key("salt of an open draft", bytes.fromhex(salt))
    for row in store._rows("SELECT key, value FROM settings"):
        if row["value"].startswith("{"):
            kept = json.loads(row["value"])
            if "salt" in kept:
                yield key("salt of a name", bytes.fromhex(kept["salt"]))


def _sealed(folder: Path, identities: list[Identity]) -> Iterator[Canary]:
    """File keys of everything sealed, and the salts within. They would open commitments: few numbers and answers are possible."""
    for path in sorted([*(folder / "objects").glob("*"), *(folder / "recordings").glob("*.age")]):
        with path.open("rb") as file:
            try:
                reader = Reader(file, identities)
            except SealError:
                continue
            yield key("file key", reader.file_key)
            yield key("payload key", S1.derive(reader.file_key, reader.nonce, b"payload"))
        if path.parent.name == "objects":
            document: dict[str, Any] = json.loads(decrypt(path.read_bytes(), identities))
            for salt in _salts(document):
                yield key("salt", bytes.fromhex(salt))


def _salts(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for name, value in document.items():
            if name == "salt" and isinstance(value, str) and value:
                yield value
            else:
                yield from _salts(value)
    elif isinstance(document, list):
        for value in document:
            yield from _salts(value)


def of_words(words: dict[str, str]) -> list[Canary]:
    """What was typed."""
    return [text(f"typed {name}", value) for name, value in words.items()]


def plain_store() -> Canary:
    """Every database of a workstation is encrypted: none begins as SQLite's do."""
    return key("SQLite in the clear", b"SQLite format 3\0")


def drawn(sample: Path) -> list[Canary]:
    """The numbers of a draw."""
    rows = csv.DictReader(io.StringIO(sample.read_text("utf-8")))
    return [number(f"drawn number {place}", row["number"]) for place, row in enumerate(rows)]
