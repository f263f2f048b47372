"""A team lead hears a call: it stands in the journal before a sample is opened, and afterwards how much he heard; no file is left."""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.canonical import commit, decode
from app.centre_journal import listener_signer
from app.clock import VirtualClock, seeded
from app.custody import listening
from app.custody.listening import Heard, Listened, ListeningRoom, Wish, listened
from app.errors import EvidenceError, FangxinError, LineError, SealError, StorageError, UsageError
from app.evidence import wav
from app.evidence.age import Identity, decrypt
from app.evidence.audit.events import EVENTS, wrong_field
from app.evidence.journal import Journal
from app.evidence.verify import Verdict, verify
from tests.evidence.archive import Made, make
from tests.evidence.pen import CENTRE, CONTACT, LEAD, NOON, STRANGER
from tests.evidence.tampering import flip

ROOT = Path(__file__).parents[2]
CLOCK = VirtualClock(NOON)
TENTH = 800


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("listened"))


class Player:
    """Takes sound as a device would. at_each: is told before each tenth of a second sounds."""

    def __init__(self, at_each: Callable[[int], None] = lambda _: None) -> None:
        self.left, self.right, self.finished, self.closed = b"", b"", False, False
        self._at_each = at_each

    def play(self, left: bytes, right: bytes) -> None:
        assert not self.closed
        self._at_each(len(self.left) // 2)
        self.left, self.right = self.left + left, self.right + right

    def finish(self) -> None:
        self.finished = True

    def close(self) -> None:
        self.closed = True

    @property
    def samples(self) -> int:
        return len(self.left) // 2


def room(folder: Path, seed: str = "ear") -> ListeningRoom:
    return ListeningRoom(folder, CLOCK, seeded(seed))


def wish(made: Made, call: str = "finished", key: Identity = LEAD, by: str = "王组长") -> Wish:
    return Wish(made.archive, made.calls.get(call, call), [CONTACT, key], by)


def folder_of(log: Path, key: Identity = LEAD) -> Path:
    """Where this key's journal lies."""
    return log / ".".join(listener_signer(key, "tiny").name.split("/")[1:])


def lines(log: Path, key: Identity = LEAD) -> list[dict[str, Any]]:
    """What its journal says, as it lies on the disk now."""
    path = folder_of(log, key) / "journal.jsonl"
    return [decode(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def told(log: Path, key: Identity = LEAD) -> list[str]:
    return [line["type"] for line in lines(log, key)]


def judged(log: Path, key: Identity = LEAD) -> Verdict:
    return verify(folder_of(log, key), keys=[listener_signer(key, "tiny").verifier])


def rules(verdict: Verdict) -> set[str]:
    return {each.rule for each in (*verdict.integrity, *verdict.completeness)}


def test_the_lead_hears_the_interviewer_left_and_the_respondent_right_to_the_end(
    made: Made, tmp_path: Path
) -> None:
    player, heard_of = Player(), list[tuple[int, int]]()
    heard = room(tmp_path).play(wish(made), lambda: player, progress=lambda *at: heard_of.append(at))
    sound = decrypt(made.object("rec.close", "sha256", made.calls["finished"]), [CENTRE])[len(wav.header()) :]
    assert (player.left, player.right) == wav.separate(sound)
    assert (player.finished, player.closed, heard.whole) == (True, True, True)
    assert heard_of[-1] == (heard.samples, heard.samples)


def test_that_he_listens_is_durable_and_signed_before_a_sample_is_opened(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def look(what: str) -> None:
        seen.append(what)
        assert told(tmp_path)[-1:] == ["listen.start"], f"{what} before the line"
        signed = max((folder_of(tmp_path) / "checkpoints").iterdir()).read_text(encoding="utf-8")
        assert int(signed.splitlines()[1]) == len(lines(tmp_path))

    def watched(file: Any, identities: Any) -> Iterator[bytes]:
        for piece in opened(file, identities):
            look("opened")
            yield piece

    opened = listening.open_stream
    monkeypatch.setattr(listening, "open_stream", watched)
    player = Player(lambda _: look("played"))
    room(tmp_path).play(wish(made), lambda: player)
    assert seen[:2] == ["opened", "played"]
    assert (
        lines(tmp_path)[-1]["samples"]
        == player.samples
        == made.line("rec.close", made.calls["finished"])["samples"]
    )


def test_saboteur_that_writes_it_down_afterwards_is_caught(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = ListeningRoom._listening

    @contextmanager
    def late(self: ListeningRoom, found: Any, by: str, way: str) -> Iterator[Heard]:
        heard = Heard(self.folder)
        yield heard
        with true(self, found, by, way) as written:
            written.samples = heard.samples

    monkeypatch.setattr(ListeningRoom, "_listening", late)
    with pytest.raises(AssertionError, match="before the line"):
        test_that_he_listens_is_durable_and_signed_before_a_sample_is_opened(made, tmp_path, monkeypatch)


def test_his_name_is_a_commitment_and_only_the_key_that_heard_opens_it(made: Made, tmp_path: Path) -> None:
    room(tmp_path).play(wish(made), Player)
    start = next(line for line in lines(tmp_path) if line["type"] == "listen.start")
    (kept,) = (tmp_path / "listeners").iterdir()
    content = decode(decrypt(kept, [LEAD]).rstrip())
    assert (kept.stem, content["listening"], content["name"]) == (start["listening"],) * 2 + ("王组长",)
    assert start["listener"] == commit(bytes.fromhex(content["salt"]), "王组长")
    with pytest.raises(SealError):
        decrypt(kept, [CENTRE])
    assert not [p for p in tmp_path.rglob("*") if p.is_file() and "王组长".encode() in p.read_bytes()]


def test_verify_reads_the_journal_and_knows_its_lines(made: Made, tmp_path: Path) -> None:
    room(tmp_path).play(wish(made), Player)
    assert told(tmp_path) == ["epoch.new", "listen.start", "listen.stop"]
    assert all(wrong_field(line) == "" and line["type"] in EVENTS for line in lines(tmp_path))
    seen = judged(tmp_path)
    assert seen.ok
    assert not rules(seen) & {"line.unknown", "call.headless", "call.listening"}


def test_stopped_in_between_the_journal_says_how_much_he_heard(made: Made, tmp_path: Path) -> None:
    player = Player()
    heard = room(tmp_path).play(wish(made), lambda: player, stopped=lambda: player.samples >= 20 * TENTH)
    assert (heard.whole, player.finished, player.closed) == (False, False, True)
    assert lines(tmp_path)[-1]["samples"] == heard.samples == player.samples == 20 * TENTH
    assert judged(tmp_path).ok


KILLED = """
import os, signal, sys
from pathlib import Path
from app.clock import SystemClock, system_entropy
from app.custody.listening import ListeningRoom, Wish
from tests.custody.test_listening import Player
from tests.evidence.pen import LEAD

def die(samples):
    if samples >= 8000:
        os.kill(os.getpid(), signal.SIGKILL)

wish = Wish(Path(sys.argv[1]), sys.argv[2], [LEAD], "王组长")
ListeningRoom(Path(sys.argv[3]), SystemClock(), system_entropy).play(wish, lambda: Player(die))
"""


def test_killed_while_it_plays_leaves_a_line_that_verify_names(made: Made, tmp_path: Path) -> None:
    words = [sys.executable, "-c", KILLED, str(made.archive), made.calls["finished"], str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL
    assert told(tmp_path) == ["epoch.new", "listen.start"]
    assert listened(tmp_path) == {}
    assert "call.listening" in rules(judged(tmp_path))
    room(tmp_path).play(wish(made), Player)
    assert told(tmp_path)[-2:] == ["listen.start", "listen.stop"]
    after = judged(tmp_path)
    assert [each.rule for each in after.completeness].count("call.listening") == 1


@pytest.mark.parametrize("full_at", ["listen.start", "checkpoint"])
def test_when_it_cannot_be_written_down_nothing_is_heard(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: str
) -> None:
    true, player = Journal.append, Player()

    def append(self: Journal, kind: str, /, **fields: Any) -> Any:
        if kind == full_at:
            raise StorageError("The disk is full")
        return true(self, kind, **fields)

    def checkpoint(_: Journal) -> str:
        raise StorageError("The disk is full")

    monkeypatch.setattr(Journal, "append", append)
    if full_at == "checkpoint":
        monkeypatch.setattr(Journal, "checkpoint", checkpoint)
    with pytest.raises(StorageError, match="full"):
        room(tmp_path).play(wish(made), lambda: player)
    assert (player.samples, player.closed) == (0, True)
    with pytest.raises(StorageError, match="full"):
        room(tmp_path).copy(wish(made), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_each_key_has_a_journal_of_its_own_and_they_are_read_together(made: Made, tmp_path: Path) -> None:
    player = Player()
    room(tmp_path).play(wish(made), lambda: player, stopped=lambda: player.samples >= 8000)
    room(tmp_path, "again").play(wish(made), Player)
    room(tmp_path, "centre").play(wish(made, key=CENTRE, by="analyst/wang"), Player)
    room(tmp_path, "copy").copy(wish(made, "silent"), tmp_path / "silent.wav")
    assert folder_of(tmp_path) != folder_of(tmp_path, CENTRE)
    assert (judged(tmp_path).ok, judged(tmp_path, CENTRE).ok) == (True, True)
    whole = made.line("rec.close", made.calls["finished"])["samples"]
    assert listened(tmp_path) == {
        made.calls["finished"]: Listened(whole),
        made.calls["silent"]: Listened(copied=True),
    }


def test_what_a_crash_left_of_a_call_is_heard_too(made: Made, tmp_path: Path) -> None:
    player = Player()
    heard = room(tmp_path).play(wish(made, "cut"), lambda: player)
    assert heard.whole
    assert player.samples == heard.samples == 5 * 8000  # 5.9 s were spoken, whole seconds are durable
    copied = room(tmp_path, "copy").copy(wish(made, "cut"), tmp_path / "cut.wav")
    assert copied.samples == heard.samples
    sound = (tmp_path / "cut.wav").read_bytes()
    assert sound[:58] == wav.header(heard.samples)
    assert wav.separate(sound[58:]) == (player.left, player.right)


def refused(made: Made, log: Path, asked: Wish, kind: type[FangxinError], says: str) -> None:
    """Nothing is heard, and no line pretends that something was."""
    player = Player()
    with pytest.raises(kind, match=says) as error:
        room(log).play(asked, lambda: player)
    assert error.value.where or error.value.todo
    assert player.samples == 0
    with pytest.raises(kind, match=says):
        room(log).copy(asked, log / "out.wav")
    assert not (log / "out.wav").exists()
    assert not list(log.glob("*/journal.jsonl"))


def test_what_cannot_be_heard_is_said(made: Made, tmp_path: Path) -> None:
    refused(made, tmp_path, wish(made, "0" * 16), EvidenceError, "no such call")
    refused(made, tmp_path, wish(made, key=STRANGER), SealError, "None of the given keys")
    refused(made, tmp_path, wish(made, by=" "), UsageError, "has a name")


def test_a_damaged_or_absent_recording_is_not_played_at_all(tmp_path: Path) -> None:
    made = make(tmp_path / "made")
    sealed = made.object("rec.close", "sha256", made.calls["finished"])
    flip(sealed, -40)
    refused(made, tmp_path / "log", wish(made), EvidenceError, "was altered")
    sealed.unlink()
    refused(made, tmp_path / "log", wish(made), EvidenceError, "not in the archive")
    made.object("rec.recovered", "tail_sha256", made.calls["cut"]).unlink()
    refused(made, tmp_path / "log", wish(made, "cut"), EvidenceError, "not in the archive")


def test_a_recording_that_breaks_off_when_opened_is_played_so_far_and_the_line_says_so(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(file: Any, identities: Any) -> Iterator[bytes]:
        yield next(opened(file, identities))
        raise SealError("This file was altered or is damaged: chunk 2 does not open")

    opened, player = listening.open_stream, Player()
    monkeypatch.setattr(listening, "open_stream", broken)
    with pytest.raises(SealError, match=r"chunk 2.*verify"):
        room(tmp_path).play(wish(made), lambda: player)
    assert lines(tmp_path)[-1]["samples"] == player.samples > 0
    with pytest.raises(SealError):
        room(tmp_path, "copy").copy(wish(made), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()


def test_without_a_sound_device_nobody_is_said_to_have_listened(made: Made, tmp_path: Path) -> None:
    def none() -> Player:
        raise LineError("There is nothing to play it on")

    with pytest.raises(LineError):
        room(tmp_path).play(wish(made), none)
    assert told(tmp_path) == []


def test_a_device_that_is_pulled_out_ends_it_and_the_journal_says_when(made: Made, tmp_path: Path) -> None:
    def pulled(samples: int) -> None:
        if samples >= 10 * TENTH:
            raise OSError("Device unavailable")

    player = Player(pulled)
    with pytest.raises(LineError, match="Device unavailable"):
        room(tmp_path).play(wish(made), lambda: player)
    assert player.closed
    # The tenth that may have sounded in part counts: never less than was heard.
    assert lines(tmp_path)[-1]["samples"] == 11 * TENTH


def test_a_plain_copy_is_its_owners_alone_is_never_written_over_and_stands_in_the_journal(
    made: Made, tmp_path: Path
) -> None:
    out = tmp_path / "call.wav"
    heard = room(tmp_path).copy(wish(made), out)
    sealed = decrypt(made.object("rec.close", "sha256", made.calls["finished"]), [CENTRE])
    assert out.read_bytes() == wav.header(heard.samples) + sealed[len(wav.header()) :]
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    start, stop = lines(tmp_path)[1:]
    assert (start["way"], stop["samples"]) == ("file", heard.samples)
    before = out.read_bytes()
    with pytest.raises(StorageError, match="there already"):
        room(tmp_path, "again").copy(wish(made), out)
    assert out.read_bytes() == before
    assert len(lines(tmp_path)) == 3


def test_a_full_disk_leaves_no_half_copy_and_says_so(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(listening, "sync_data", full)
    with pytest.raises(StorageError, match="disk is full"):
        room(tmp_path).copy(wish(made), tmp_path / "out.wav")
    assert not (tmp_path / "out.wav").exists()
    assert told(tmp_path)[-1] == "listen.stop"
