"""How the field work goes, put together from where its pieces lie: the journals at central, its pool, and the draw's folder at the centre.

journals (archive)   every call: when, at which desk, what came of it, which ticket
.central/index.db    the pool: cases with their calls, sealed quota counts of the desks, signed decisions about cells (not in a copy of the
                     archive)
a draw's folder      which ticket belongs to which replicate, what is released; beside it the room's key, with which the pool's
                     pseudonyms become the roster's people, and the counts numbers
"""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.canonical import decode
from app.central.shared import LEASE
from app.central.standing import Standing, desks_told, standing
from app.clock import in_china
from app.errors import EvidenceError
from app.evidence.age import Identity
from app.evidence.audit.place import Place
from app.evidence.durable import storage_errors
from app.evidence.note import Verifier
from app.results.field import FieldReport, field_report
from app.results.heard import last_heard
from app.results.open import calls_told, open_archive
from app.results.packages import newest, study_in
from app.results.table import CallRow, completed, dispositions
from app.results.told import Told
from app.sample.calling import calendar_for, caller_of, calling_plan, quotas_of
from app.sample.case import Attempt, Case, State
from app.sample.cells import Known, cell_states, counted
from app.sample.outcome import load_outcomes
from app.sample.plan import Caller
from app.sample.quota import full_units
from app.sample.starved import Lack, Starved, starved
from app.study.bundle import open_bundle
from app.study.model import StudySource
from app.sync.pool_counts import known_cells
from app.sync.shared_pool import pseudonym

_ACCEPTED = b'"assignment.accept"'
_LATE = 60 * 60_000
"""ms after the end of a call within which its outcome is chosen, at the latest: by that a call and an attempt are one."""


@dataclass(frozen=True)
class Sources:
    """archive: central's folder or a copy. study: None = the newest package in the archive. identities: keys that open interviews, () =
    by the journals alone. draw: folder of the draw. released: numbers handed out, 0 = as draw, pool or workstations say. told:
    what was read before: who looks again with the same sources reads only what has come since."""

    archive: Path
    study: StudySource | None = None
    identities: tuple[Identity, ...] = ()
    draw: Path | None = None
    released: int = 0
    told: Told = field(default_factory=Told, compare=False)


def field_work(sources: Sources, now: int) -> tuple[StudySource, FieldReport]:
    """The field report at `now` (ms wall), and the study it is about. Reads only; takes seconds for 100,000 calls, with keys minutes: the
    whole archive is checked then. Raises EvidenceError, SealError, StudyError or StorageError."""
    pool = standing(sources.archive, now)
    room = _room(sources.draw)
    opened = open_archive(sources.archive, sources.identities) if sources.identities else None
    calls: Sequence[CallRow] = opened.calls if opened else calls_told(sources.archive, sources.told)
    study = sources.study or study_in(sources.archive)
    outcomes, quotas = load_outcomes(), quotas_of(study)
    known = _cells(sources.archive, pool, room, study)
    if known.done is None and opened is not None:
        scored = completed(opened.interviews, dispositions(calls, outcomes), outcomes)
        rows = ({**row.known, **row.answers} for row in scored)
        known = replace(known, done=counted(quotas, rows))
    places, released = drawn(sources.draw) if sources.draw else ({}, 0)
    people = _people(room, study)
    full = full_units(quotas, known.filling, "county", (unit.code for unit in study.units))
    calls = _units_known(_with_names(calls, pool, people), pool)
    report = field_report(
        calls,
        outcomes,
        calendar_for(study),
        released=sources.released or released or handed_out(sources.archive, pool),
        replicate={call.case: places[call.ticket] for call in calls if call.ticket in places},
        starved=_starved(calls, pool, study, people, now, full),
        cells=cell_states(quotas, known, study.form),
        desks=last_heard(Place.at(sources.archive).journals, desks_told(sources.archive), now, LEASE),
    )
    return study, report


def _publisher(archive: Path) -> Verifier:
    """Who signed the archive's study package, and so may decide about its cells. Whose key that is, a report cannot know: `fangxin verify`
    with the key from the publisher's own hand says it. Raises EvidenceError, StudyError or StorageError."""
    path = archive / "publisher.vkey"
    with storage_errors(path):
        publisher = Verifier.parse(path.read_text(encoding="ascii", errors="replace").strip())
    open_bundle(newest(archive), trusted=[publisher], now=0)
    return publisher


def drawn(folder: Path) -> tuple[dict[str, int], int]:
    """(ticket → replicate, numbers in released replicates)."""
    with storage_errors(folder):
        rows = list(csv.DictReader(io.StringIO((folder / "sample.csv").read_text(encoding="utf-8"))))
        bundle = decode((folder / "record.json").read_bytes().rstrip(b"\n"))["bundle"]
        lines = (folder.parent / "journal" / "journal.jsonl").read_bytes().splitlines()
    events = [event for event in map(decode, lines) if event.get("bundle") == bundle]
    out = {
        int(event["replicate"]): int(event["cases"])
        for event in events
        if event["type"] == "replicate.release"
    }
    return {row["ticket"]: int(row["replicate"]) for row in rows}, sum(out.values())


def handed_out(archive: Path, pool: Standing | None) -> int:
    """Numbers handed out, as the archive tells: those of central's pool, else those that workstations accepted; 0 = not known. Who was
    never dialled stays in the denominators of the rates. Raises StorageError."""
    if pool is not None and pool.cases:
        return len(pool.cases)
    shares: dict[str, int] = {}
    for journal in Place.at(archive).journals:
        with storage_errors(journal.lines), journal.lines.open("rb") as lines:
            for line in lines:
                if _ACCEPTED in line and (event := decode(line.rstrip(b"\n")))["type"] == "assignment.accept":
                    shares[str(event["sha256"])] = int(event["cases"])
    return sum(shares.values())


def _room(draw: Path | None) -> Identity | None:
    """The room's key, where it lies beside the draw."""
    key = draw.parent / "room.key" if draw else None
    if key is None or not key.is_file():
        return None
    with storage_errors(key):
        return Identity.parse(key.read_text(encoding="ascii").strip())


def _cells(archive: Path, pool: Standing | None, room: Identity | None, study: StudySource) -> Known:
    """What central's pool tells of the quota cells, as `sample cells` has it."""
    if pool is None:
        return Known()
    try:
        return known_cells(pool.told, study.id, _publisher(archive), room)
    except EvidenceError as error:
        where = str(archive)
        raise EvidenceError("What central has of the quota cells does not hold", where=where) from error


def _people(room: Identity | None, study: StudySource) -> dict[str, str]:
    """Pseudonym → person of the roster, where the room's key is here."""
    if room is None:
        return {}
    return {pseudonym(room, person.id): f"{person.id} {person.name}" for person in study.roster}


def _crew(study: StudySource, people: Mapping[str, str]) -> list[Caller]:
    """The roster, by the ids that stand in the pool."""
    ids = {text.partition(" ")[0]: pseudonymous for pseudonymous, text in people.items()}
    crew = [caller_of(study, person.id) for person in study.roster]
    return [replace(caller, id=ids.get(caller.id, caller.id)) for caller in crew]


def _with_names(calls: Sequence[CallRow], pool: Standing | None, people: Mapping[str, str]) -> list[CallRow]:
    """The calls with a name a person can read. A journal commits to the name of who signed in and does not tell it: a shift is called by
    the person whose attempts in the pool are its calls, else by its desk and its first call."""
    attempts = {case.id: case.attempts for case in pool.cases} if pool else {}
    names: dict[str, str] = {}
    for call in sorted(calls, key=lambda row: row.started):
        who = people.get(_called_by(call, attempts.get(call.case, ())), "")
        if who or call.interviewer not in names:
            names[call.interviewer] = who or f"{call.device} · {in_china(call.started):%m-%d %H:%M}"
    return [replace(call, interviewer=names[call.interviewer] if call.interviewer else "") for call in calls]


def _called_by(call: CallRow, attempts: Iterable[Attempt]) -> str:
    ended = call.started + call.seconds * 1000
    near = (
        a
        for a in attempts
        if a.outcome == call.outcome and a.ended - call.started >= 0 and a.ended - ended < _LATE
    )
    return next((attempt.by for attempt in near), "")


def _units_known(calls: Sequence[CallRow], pool: Standing | None) -> list[CallRow]:
    units = {case.id: case.unit for case in pool.cases if case.unit} if pool else {}
    return [
        replace(call, unit=units[call.case]) if not call.unit and call.case in units else call
        for call in calls
    ]


def _starved(
    calls: Sequence[CallRow],
    pool: Standing | None,
    study: StudySource,
    people: Mapping[str, str],
    now: int,
    full: frozenset[str],
) -> tuple[Starved, ...]:
    plan, crew = calling_plan(study, rehearsal=study.rehearsal_only), _crew(study, people)
    if pool is not None and pool.cases:
        return starved(pool.cases, now, plan, crew, full)
    # The journals do not tell for when an appointment was made, so nothing is said about missed ones.
    told = starved(_cases(calls), now, plan, crew, full)
    return tuple(each for each in told if each.lack is not Lack.MISSED)


def _cases(calls: Sequence[CallRow]) -> list[Case]:
    """The cases as far as their calls tell."""
    found: dict[str, Case] = {}
    for call in sorted(calls, key=lambda row: (row.started, row.call)):
        case = found.get(call.case) or Case(call.case, call.ticket, "1", call.unit)
        ended = call.started + call.seconds * 1000
        made = Attempt(ended, call.outcome, by=call.interviewer)
        found[call.case] = case.with_attempt(made) if call.outcome else case.interrupted(ended)
    return [
        case if case.attempts[-1].outcome else replace(case, state=State.RESUMABLE) for case in found.values()
    ]
