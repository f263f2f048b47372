"""Row 8: the disk refuses one call and takes the next. fsync with EIO, for every fsync there is; and ENOSPC and EIO at every other call.

Never "ok": the desk says that it is stopped, does not ask a failed fsync again, and the next start has everything it had acknowledged.
"""

from pathlib import Path

from app.evidence import appended, durable, recording
from app.evidence.journal import read
from tests.faults.aftermath import judge, later
from tests.faults.campaign import Row, Seen, Trial
from tests.faults.scripted import Life, fresh, room
from tests.faults.spoil import spoil
from tests.faults.strace import Call, chosen, counted, under_strace

_SYNCS = ("fsync", "fdatasync")
_TAKES_ROOM = ("write", "pwrite64", "fallocate", "openat", "mkdir", "rename", "ftruncate")


def refused(case: Trial, call: Call, fault: str, life: Life) -> Seen:
    """Let one call fail (fault: in strace's words) in a held life, and judge."""
    with call.named():
        with life:
            after = under_strace(life, case.folder / "log", f"{call.name}:{fault}:when={call.number}")
        told = life.told
        assert not told.died, f"the program fell over: {told.died}"
        assert any(each.failed for each in after), f"the fault did not come: {told}"
        said = bool(told.stopped or told.refused)
        assert said or call.name not in _SYNCS or not_needed(call), "nobody was told"
        _not_asked_again(after)
        facts = judge(room(life.folder, later(life.clock)), told)
        if told.stopped:
            assert _written_down(life.folder), "the journal does not say that there was a fault"
        return {**call.seen(), "said": said, "stopped": (*told.stopped, told.refused)[0], **facts}


def _written_down(folder: Path) -> list[str]:
    entries = read(folder / "journals" / "1" / "journal.jsonl")
    return [f"{e.data['code']} at {e.data['where']}" for e in entries if e.data["type"] == "io.error"]


def not_needed(call: Call) -> bool:
    """A sync that nothing hangs on: of the folder after a closed recording's tail is gone (that may come back), and what SQLite does not
    ask about: of the data folder (its own choice), and when it empties the log into the file at the very end (the log stays)."""
    calls = counted()
    place = calls.index(call)
    tail_gone = call.file == "recordings" and calls[place - 1].name == "unlink"
    at_the_end = call.file.startswith("store.db") and not any(
        c.file == "journal.jsonl" for c in calls[place:]
    )
    return call.file == "desk" or tail_gone or at_the_end


def _not_asked_again(after: list[Call]) -> None:
    """After a failed fsync the kernel reports success over lost data: that file must not be synced once more, nor written on. Folders may
    (there is another name in them then), and SQLite may: it writes the same pages again first."""
    for place, call in enumerate(after):
        if call.failed and call.name in _SYNCS and call.file.endswith((".age", ".tail", ".jsonl")):
            again = [each for each in after[place + 1 :] if each.file == call.file and each.name in _SYNCS]
            assert not again, f"{call.file} was synced again"


def _sync_fails(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.name in _SYNCS)
    return refused(case, call, "error=EIO", Life(*fresh(case.folder), held=True))


def _full(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.name in _TAKES_ROOM)
    return refused(case, call, "error=ENOSPC", Life(*fresh(case.folder), held=True))


def _broken(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.name not in _SYNCS)
    return refused(case, call, "error=EIO", Life(*fresh(case.folder), held=True))


def asks_again() -> None:
    """The saboteur: a program that takes a failed fsync for a passing trouble."""
    sync = durable.sync_data

    def twice(descriptor: int) -> None:
        try:
            sync(descriptor)
        except OSError:
            sync(descriptor)

    for module in (appended, recording):
        spoil(module, "sync_data", twice)


def _control(case: Trial) -> Seen:
    call = chosen(case, lambda call: call.name == "fdatasync")
    return refused(case, call, "error=EIO", Life(*fresh(case.folder), prepare=asks_again, held=True))


ROWS = [
    Row("8", "fsync fails once, each fsync", _sync_fails, short=16, long=10_000, needs=("strace",)),
    Row(
        "8.full",
        "no room once, at each call that takes some",
        _full,
        short=16,
        long=10_000,
        needs=("strace",),
    ),
    Row("8.error", "an error once, at each other call", _broken, short=16, long=10_000, needs=("strace",)),
    Row(
        "8.control",
        "the same with a program that asks a failed fsync again",
        _control,
        short=3,
        long=6,
        needs=("strace",),
        control="nobody was told",
    ),
]
