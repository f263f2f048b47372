"""Row 11, central's registry: its file damaged at rest or under a running central, or the journal that a crash left beside it. Central
refuses and names it, or knows every device, code, case, lease and decision that was confirmed."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random
from unittest.mock import patch

from app.central import pages
from app.central.stores import FolderStore
from app.clock import seeded
from app.errors import FangxinError
from app.store_schema import Database, storage_faults
from tests.central.test_pages import DEVICES, cut_off, fill
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.damage import damaged, flipped

_LONG = 3900
"""Bytes that a value may have on its own page. A longer one goes on elsewhere, where SQLCipher gives zeros for a wrong page. All such
values are sealed or signed, so that whoever uses one sees it, and the next start names the file."""
Known = list[tuple[object, ...]]


def _known(database: Database, *, upto: int = 1 << 30) -> dict[str, Known]:
    """All that the registry says, by table."""
    found = {}
    for name in sorted(database.table_names()):
        rows = [tuple(row.values()) for row in database.query(f'SELECT * FROM "{name}"')]
        found[name] = [
            tuple(None if isinstance(value, str | bytes) and len(value) > upto else value for value in row)
            for row in rows
        ]
    return found


def _made(folder: Path) -> tuple[Path, dict[str, Known]]:
    with FolderStore.open(folder / "central", seeded("x")) as stores:
        fill(stores.index)
        stores.put(stores.folder / "devices" / f"{DEVICES[0].name}.vkey", DEVICES[0].vkey.encode() + b"\n")
        return folder / "central" / ".central" / "index.db", _known(stores.index._database)


def _started(path: Path) -> dict[str, Known]:
    with FolderStore.open(path.parents[1], seeded("x")) as stores:
        return _known(stores.index._database)


def _at_rest(case: Trial) -> dict[str, object]:
    path, before = _made(case.folder)
    done = damaged(path, case.chance)
    return _told(path, before, done, lambda: _started(path))


def _anywhere(data: bytes, chance: Random) -> int:
    return chance.randrange(len(data))


def _in_a_key(data: bytes, chance: Random) -> int:
    key = chance.choice(DEVICES).vkey.encode()
    return data.index(key) + chance.randrange(len(key))


def _running(case: Trial, spot: Callable[[bytes, Random], int] = _anywhere) -> dict[str, object]:
    """A bit turns over while central works; it has nothing of the file in its memory yet."""
    path, _ = _made(case.folder)
    with FolderStore.open(path.parents[1], seeded("x")) as stores:
        with closing(pages.open_to_read(path)) as database:
            before = _known(database, upto=_LONG)
        data = path.read_bytes()
        at = spot(data, case.chance)
        _over(path, flipped(data, at, case.chance.randrange(8)))

        def answered() -> dict[str, Known]:
            with storage_faults(path):
                return _known(stores.index._database, upto=_LONG)

        return _told(path, before, f"a bit of byte {at}", answered)


def _after_a_crash(case: Trial) -> dict[str, object]:
    """A change that nobody was told of has got into some pages when the program is killed; what they were lies in the journal."""
    path, before = _made(case.folder)
    journal = cut_off(path.parents[1])
    data = journal.read_bytes()
    assert len(data) > 4096, "nothing was under way"
    at = case.chance.randrange(len(data))
    journal.write_bytes(flipped(data, at, case.chance.randrange(8)))
    return _told(path, before, f"a bit of the journal's byte {at}", lambda: _started(path))


def _over(path: Path, data: bytes) -> None:
    """Write over what is there: a file that is cut first would be another fault."""
    with path.open("r+b") as file:
        file.write(data)


def _told(
    path: Path, before: dict[str, Known], done: str, look: Callable[[], dict[str, Known]]
) -> dict[str, object]:
    try:
        refused, found = None, look()
    except FangxinError as error:
        refused, found = error, {}
    if refused:
        assert path.name in str(refused), f"{done}: refused without saying where: {refused}"
        return {"done": done, "answer": "refused", "said": refused.what}
    lost = [name for name in before if found.get(name) != before[name]]
    assert not lost, f"{done}: without a word, another {', '.join(lost)}"
    return {"done": done, "answer": "as before"}


_STATES: Sequence[Callable[[Trial], dict[str, object]]] = (_at_rest, _running, _after_a_crash)


def _registry(case: Trial) -> Seen:
    state = _STATES[case.number % len(_STATES)]
    return {"state": state.__name__[1:], **state(case)}


def _plain(case: Trial) -> Seen:
    """The control: pages without checks, as up to 26 November 2026. A bit of a workstation's key."""
    with ExitStack() as spoiled:
        spoiled.enter_context(patch.object(pages, "PAGE_KEY", None))
        for name in ("check", "seal"):
            spoiled.enter_context(patch.object(pages, name, lambda _path: None))
        return _running(case, _in_a_key)


ROWS = [
    Row("11.registry", "central's registry is damaged, at rest, in use, after a crash", _registry, 12, 600),
    Row(
        "11.registry.control",
        "the same on pages without checks",
        _plain,
        short=3,
        long=12,
        control="without a word, another",
    ),
]
