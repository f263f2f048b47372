"""How the field work goes, put together: names for shifts, cells from the pool, cases that starve, the draw's replicates."""

from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest

from app.central.index import Index
from app.central.pool_wire import Offered
from app.central.shared import LEASE
from app.central.standing import Standing, standing
from app.clock import seeded
from app.errors import EvidenceError
from app.evidence.age import Identity
from app.progress import (
    Sources,
    _cases,
    _crew,
    _people,
    _room,
    _starved,
    _with_names,
    field_work,
    study_in,
)
from app.sample.case import Attempt, Case, State
from app.sample.plan import Plan
from app.sample.starved import Lack
from app.settings import Settings
from app.sync.pool_counts import known_cells, seal_counts
from app.sync.shared_pool import pseudonym
from tests.results.field_room import calls, study
from tests.sample.room import MINUTE, when
from tests.sync.pool_room import ROOM
from tests.sync.world import CENTRE
from ui.lead.room import room_of

NOW = when("2026-03-03 19:40")


@pytest.fixture
def draw(tmp_path: Path) -> Path:
    """A draw's folder with the room's key beside it."""
    folder = tmp_path / "draws" / "wave1"
    folder.mkdir(parents=True)
    (folder.parent / "room.key").write_text(
        Identity.generate(seeded("room")).export() + "\n", encoding="ascii"
    )
    return folder


def test_shifts_are_called_by_the_people_of_the_roster_where_the_room_s_key_is(draw: Path) -> None:
    room = _room(draw)
    assert room is not None
    known, people = study(), _people(room, study())
    one = replace(calls(8)[0], interviewer="commitment", seconds=30)
    ended = one.started + 30_000
    attempt = Attempt(ended + 20_000, one.outcome, by=pseudonym(room, "I02"))
    pool = Standing((Case(one.case, one.ticket, "1", "", (attempt,), State.OPEN),))
    assert [call.interviewer for call in _with_names([one], pool, people)] == ["I02 访问员02"]
    assert [call.interviewer for call in _with_names([one], pool, {})] == ["0a1b2c3d · 03-02 09:30"]
    assert _people(_room(None), known) == {}


def test_another_interviewer_is_missed_only_where_people_are_known(draw: Path) -> None:
    known = replace(study(), roster=study().roster[:1], rehearsal_only=False)
    room = _room(draw)
    assert room is not None
    refused = Attempt(when("2026-02-24 10:00"), "36", by=pseudonym(room, "I01"))
    pool = Standing((Case("c", "t", "1", "", (refused,), State.OPEN),))
    (found,) = _starved([], pool, known, _people(room, known), NOW, frozenset())
    assert found.lack is Lack.SKILL
    assert {caller.id for caller in _crew(known, _people(room, known))} == {pseudonym(room, "I01")}


def test_cases_are_told_by_their_calls_where_there_is_no_pool() -> None:
    rows = [
        replace(calls(8)[0], outcome=key, call=key, started=NOW + n * MINUTE)
        for n, key in enumerate(("16", "32", ""))
    ]
    (case,) = _cases(rows)
    assert [attempt.outcome for attempt in case.attempts] == ["16", "32", ""]
    assert case.state is State.RESUMABLE
    missed = _starved(rows[:2], None, study(), {}, NOW + 30 * 24 * 60 * MINUTE, frozenset())
    assert Lack.MISSED not in {each.lack for each in missed}, "the journals do not tell for when it was made"


def test_the_pool_is_read_beside_a_running_central(tmp_path: Path) -> None:
    index = Index.open(tmp_path / ".central" / "index.db")
    offered = [
        Offered("c1", "t1", "4", mobile=False, key="k1", sealed=b"s"),
        Offered("c0", "t0", "", mobile=True, key="k0", sealed=b"s"),
    ]
    pool = index.pool(Plan())
    pool.add(offered, NOW)
    pool.settle("desk-1", "c1", [Attempt(NOW, "16", by="p")], NOW)
    pool.tell_cells("desk-1", _counts("desk-1", 3, 1), NOW)
    pool.tell_cells("desk-2", _counts("desk-2", 4, 2), NOW - LEASE)
    found = standing(tmp_path, NOW)
    index.close()
    assert found is not None
    assert [(case.id, case.mobile, len(case.attempts)) for case in found.cases] == [
        ("c0", True, 0),
        ("c1", False, 1),
    ]
    known = known_cells(found.told, "dazhou-2017", CENTRE.verifier, ROOM)
    assert known.done == {(("county", "1"),): 7}
    assert known.running == {(("county", "1"),): 1}, (
        "a desk that is not heard of any more has nothing under way"
    )
    sealed = known_cells(found.told, "dazhou-2017", CENTRE.verifier)
    assert (sealed.done, sealed.running) == (None, None), "not known is not 0"
    assert standing(tmp_path / "elsewhere", NOW) is None


def _counts(desk: str, done: int, running: int) -> bytes:
    told = {"done": {"county=1": done}, "running": {"county=1": running}}
    return b64decode(seal_counts(told, desk, ROOM, seeded(desk)))


def test_a_folder_that_is_no_archive_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(EvidenceError, match="not an archive"):
        field_work(Sources(tmp_path), NOW)
    with pytest.raises(EvidenceError, match="no study package"):
        study_in(tmp_path)


def test_the_room_is_as_named_or_as_the_settings_say(tmp_path: Path) -> None:
    assert room_of(Settings(), None, None, None).looking is None
    assert room_of(Settings(archive=str(tmp_path)), None, None, None).looking is not None
    named = room_of(Settings(), None, Path("resources/studies/dazhou-2017"), None)
    assert named.study is not None
    assert named.frame > 0
