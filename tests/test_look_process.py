"""The look in a process of its own: it finds what a look here finds, holds nobody's lock, and ends when it is told to."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from app.errors import EvidenceError, FangxinError
from app.own_process import LOOK_WORD, own_command, surroundings
from app.progress import Sources, field_work
from app.resources import resource
from app.results.field import FieldReport
from app.results.told import silent
from app.study.load import load
from app.study.model import StudySource
from tests.benchmarks.reports import journal
from tests.results.field_room import NOW
from ui.errands import Errands
from ui.lead.look import LookEndedError, LookHaltedError, LookProcess

Found = tuple[StudySource, FieldReport]
_HUNG = "import pickle, sys; sys.stdout.buffer.write(pickle.dumps([1, 2])); sys.stdout.buffer.flush(); sys.stdin.read()"
"""A child that has begun to read and never comes to an end."""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Two desks with forty calls."""
    for desk in (0, 1):
        journal(tmp_path / "archive", desk, 20, "look")
    return tmp_path / "archive"


def sources(archive: Path) -> Sources:
    study = load(resource("studies", "dazhou-2017"))
    assert study.form.questions, "parsed already: what cannot travel must not be sent"
    return Sources(archive, study)


def child(words: str) -> list[str]:
    return [sys.executable, "-c", words]


def in_thread(look: Callable[[], Found]) -> tuple[threading.Thread, list[BaseException]]:
    raised: list[BaseException] = []

    def run() -> None:
        try:
            look()
        except FangxinError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, raised


def test_it_finds_what_a_look_here_finds_and_reads_on(archive: Path) -> None:
    process = LookProcess(sources(archive))
    study, report = process.look(NOW, silent)
    assert study.id == "dazhou-2017"
    assert report == field_work(sources(archive), NOW)[1]
    assert report.total.calls == 40
    first = process._child
    journal(archive, 2, 10, "look")
    assert process.look(NOW, silent)[1].total.calls == 50
    assert process._child is first, "what was read stays read"
    process.halt(for_good=True)


def test_what_is_wrong_with_the_archive_comes_back_in_the_same_words(tmp_path: Path) -> None:
    nothing = Sources(tmp_path)
    with pytest.raises(EvidenceError) as here:
        field_work(nothing, NOW)
    process = LookProcess(nothing)
    with pytest.raises(EvidenceError) as there:
        process.look(NOW, silent)
    assert str(there.value) == str(here.value)
    assert there.value.todo == here.value.todo
    process.halt(for_good=True)


def test_the_reading_tells_how_far_it_is(archive: Path) -> None:
    told: list[tuple[int, int]] = []
    words = "from app import look_process as p; p._SELDOM = 0; import app.results.told as t; t._OFTEN = 50; p.main()"
    process = LookProcess(sources(archive), child(words))
    process.look(NOW, lambda read, of: told.append((read, of)))
    process.halt(for_good=True)
    whole = sum(path.stat().st_size for path in archive.glob("journals/*/journal.jsonl"))
    assert {of for _, of in told} == {whole}
    assert [read for read, _ in told] == sorted(read for read, _ in told)
    assert 0 < told[0][0] < told[-1][0] == whole


def test_a_look_that_is_on_ends_at_once_when_it_is_halted(archive: Path) -> None:
    begun = threading.Event()
    process = LookProcess(sources(archive), child(_HUNG))
    thread, raised = in_thread(lambda: process.look(NOW, lambda _read, _of: begun.set()))
    assert begun.wait(20)
    running = process._child
    assert running is not None
    process.halt()
    thread.join(20)
    assert isinstance(raised[0], LookHaltedError)
    assert running.returncode == -signal.SIGKILL, "and it was waited for"


def test_after_the_end_no_look_begins(archive: Path) -> None:
    process = LookProcess(sources(archive))
    process.look(NOW, silent)
    idle = process._child
    assert idle is not None
    process.halt(for_good=True)
    assert idle.returncode is not None
    with pytest.raises(LookHaltedError):
        process.look(NOW, silent)
    assert process._child is None


def test_a_child_that_dies_is_told_and_the_next_look_has_another(archive: Path, tmp_path: Path) -> None:
    once = tmp_path / "once"
    dies = f"import os, pathlib, signal; p = pathlib.Path({str(once)!r})\nif not p.exists():\n    p.touch(); os.kill(os.getpid(), 9)\n"
    process = LookProcess(sources(archive), child(dies + "from app.look_process import main; main()"))
    with pytest.raises(LookEndedError, match="SIGKILL"):
        process.look(NOW, silent)
    assert process.look(NOW, silent)[1].total.calls == 40
    between = process._child
    assert between is not None
    between.kill()
    os.waitid(os.P_PID, between.pid, os.WEXITED | os.WNOWAIT)
    assert process.look(NOW, silent)[1].total.calls == 40, "that it died between two looks costs nothing"
    process.halt(for_good=True)


def test_a_child_that_cannot_be_started_or_says_no_pickle_is_told(archive: Path, tmp_path: Path) -> None:
    with pytest.raises(LookEndedError, match="No such file"):
        LookProcess(sources(archive), [str(tmp_path / "nothing")]).look(NOW, silent)
    for words in ("print('hello')", "pass"):
        with pytest.raises(LookEndedError):
            LookProcess(sources(archive), child(words)).look(NOW, silent)


def test_a_fault_of_ours_comes_back_with_its_place_and_without_its_values(archive: Path) -> None:
    words = (
        "from app import look_process as p\ndef field_work(*_):\n    raise ValueError('13812345678')\n"
        "p.field_work = field_work; p.main()"
    )
    process = LookProcess(sources(archive), child(words))
    with pytest.raises(RuntimeError, match="ValueError") as found:
        process.look(NOW, silent)
    assert "look_process.py" in str(found.value)
    assert "13812345678" not in str(found.value)
    process.halt(for_good=True)


def test_the_child_ends_with_its_parent(archive: Path) -> None:
    with subprocess.Popen(
        own_command(LOOK_WORD), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=surroundings()
    ) as orphan:
        assert orphan.stdin is not None
        assert orphan.stdout is not None
        orphan.stdin.write(pickle.dumps(LookProcess(sources(archive))._sources) + pickle.dumps(NOW))
        orphan.stdin.close()
        pickle.load(orphan.stdout)
        assert orphan.wait(60) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pipes by their numbers")
def test_a_window_goes_on_while_the_child_holds_its_own_lock(
    archive: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    """The child stands in a C function with its interpreter lock held until the window's loop has turned twenty times."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    words = (
        "import ctypes, os; from app import look_process as p; real = p.field_work\n"
        f"def held(*a):\n    ctypes.PyDLL(None).read(os.open({str(fifo)!r}, os.O_RDONLY), bytes(1), 1); return real(*a)\n"
        "p.field_work = held; p.main()"
    )
    process, errands, beats = LookProcess(sources(archive), child(words)), Errands(), list[bool]()
    timer = QTimer()
    timer.timeout.connect(lambda: beats.append(True))
    came: list[Found] = []
    errands.run(lambda: process.look(NOW, silent), came.append, lambda error: came.append(error))  # type: ignore[arg-type]
    timer.start(0)
    qtbot.waitUntil(lambda: len(beats) >= 20, timeout=20_000)
    assert came == []
    fifo.write_bytes(b".")
    qtbot.waitUntil(lambda: bool(came), timeout=20_000)
    assert came[0][1].total.calls == 40
    timer.stop()
    process.halt(for_good=True)
    errands.stop()


def test_saboteur_on_a_thread_of_the_window_s_own_process_the_same_stops_it() -> None:
    words = """
import ctypes, threading, time
from PySide6.QtCore import QCoreApplication, QTimer
app, beats = QCoreApplication([]), []
timer = QTimer(); timer.timeout.connect(lambda: beats.append(time.monotonic())); timer.start(0)
held = threading.Thread(target=lambda: ctypes.PyDLL(None).usleep(200_000))
QTimer.singleShot(50, held.start)
QTimer.singleShot(600, app.quit)
app.exec()
print(max(b - a for a, b in zip(beats, beats[1:])))
"""
    done = subprocess.run(child(words), env=surroundings(), capture_output=True, text=True, check=True)
    assert float(done.stdout) >= 0.2, "the loop stood still while a thread held the lock"
