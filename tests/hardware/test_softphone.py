"""The softphone driver without SIP: the contract of a line, and what happens when its program misbehaves."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.clock import SystemClock, VirtualClock
from hardware.base import Answered, Cause, Condition, DeviceBack, DeviceLost, Ended, Fault
from hardware.sip import read_account
from hardware.sip_call import SipCall
from hardware.softphone import ENGINE, Softphone, SoftphoneError, open_line
from tests.hardware.audio.sound_system import Workplace, headset
from tests.hardware.contract import LineBench, LineContract, check_call
from tests.hardware.softphone_bench import ANSWERING, BUSY, RINGING, stand_in
from tests.test_house import (
    Rule,
    Source,
    file_says_what_it_is,
    public_names_are_documented,
    short_file,
    short_functions,
)

ROOT = Path(__file__).resolve().parent.parent.parent


class TestContract(LineContract):
    """What every line must do."""

    @pytest.fixture
    def bench(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[LineBench]:
        with stand_in(monkeypatch) as desk:
            yield desk.bench()


class TestContractWithABabblingEngine(TestContract):
    """Garbage, unknown events and news of calls long gone change nothing."""

    @pytest.fixture
    def bench(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[LineBench]:
        with stand_in(monkeypatch, "babbles") as desk:
            yield desk.bench()


def test_a_program_that_does_not_let_go_of_a_call_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch, "clings") as desk:
        bench = desk.bench()
        bench.line.dial(RINGING, "c1")
        bench.wait(2000)
        bench.line.hang_up()
        assert bench.ended(within=5000).cause is Cause.DEVICE
        check_call(bench.events, "c1")
        bench.until(DeviceBack)
        bench.events.clear()
        bench.line.dial(BUSY, "c2")
        assert bench.ended().cause is Cause.BUSY


def test_a_program_that_hangs_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch, "deaf") as desk:
        bench = desk.bench()
        bench.advance = desk.clock.advance  # it does not even say that time goes by
        bench.until(DeviceLost, within=15_000)
        bench.advance = desk.advance
        bench.until(DeviceBack, within=600_000)


def test_a_program_that_dies_at_every_dial_ends_the_call_and_comes_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stand_in(monkeypatch, "dies") as desk:
        bench = desk.bench()
        for call in ("c1", "c2"):
            bench.events.clear()
            bench.line.dial(ANSWERING, call)
            ended = bench.ended()
            assert (ended.cause, ended.raw) == (Cause.DEVICE, "the softphone program has ended (9)")
            bench.line.hang_up()
            bench.until(DeviceBack, within=600_000)


def test_a_number_dialled_while_the_program_is_away_is_not_dialled_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stand_in(monkeypatch, "dies") as desk:
        bench = desk.bench()
        bench.line.dial(ANSWERING, "c1")
        bench.ended()
        bench.events.clear()
        bench.line.dial(ANSWERING, "c2")
        assert bench.ended(within=100).cause is Cause.DEVICE
        assert [type(event) for event in bench.events if event.call_id == "c2"][1] is Fault
        bench.until(DeviceBack, within=600_000)
        bench.wait(5000)
        check_call([event for event in bench.events if event.call_id], "c2")


def test_while_it_rings_in_silence_the_ear_has_a_ring_back_and_the_recording_has_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stand_in(monkeypatch) as desk:
        ear = headset(sounds=lambda _start, count: np.zeros(count, np.float32))
        place = Workplace(ear, pcm=Silent(), tones=desk.line.sounding, microphone="Headset", ear="Headset")
        place.sound.start("c1")
        call = desk.line._call = SipCall("c1", "0818", desk.clock.mono(), 60)
        call.hear(desk.clock.mono(), {"event": "progress", "code": 180})

        def loud(milliseconds: int) -> float:
            """Seconds of tone in the ear."""
            ear.played.clear()
            for _ in range(0, milliseconds, 5):
                desk.clock.advance(5)
                place.advance(5)
            heard = np.abs(ear.form.heard(b"".join(ear.played))).reshape(-1, 480).mean(axis=1) > 0.01
            return float(heard.sum()) / 100

        assert loud(5000) == pytest.approx(1.0, abs=0.06)
        assert loud(5000) == pytest.approx(1.0, abs=0.06)
        assert not any(block.right.strip(b"\0") for block in place.sound.poll())
        call.hear(desk.clock.mono(), {"event": "answered"})
        assert loud(5000) < 0.2


def test_no_ring_back_beside_the_networks_own_sound() -> None:
    call = SipCall("c1", "0818", 0, 60)
    assert call.ring_back(0) == b""
    call.hear(0, {"event": "progress", "code": 180})
    assert len(call.ring_back(100)) == 960
    call.hear(200, {"event": "media", "active": True, "early": True})
    assert call.ring_back(300) == b""


class Silent:
    """A line's samples that never come."""

    def read(self) -> bytes:
        return b""

    def write(self, samples: bytes) -> None:
        pass


def test_what_is_no_number_is_not_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch) as desk:
        bench = desk.bench()
        bench.line.dial("1@evil.example", "c1")
        assert bench.ended(within=100).raw == "this is no telephone number"
        check_call(bench.events, "c1")
        assert not [text for _, text in desk.transcript if "evil" in text]


def test_a_far_side_that_falls_silent_is_told_and_when_it_is_heard_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with stand_in(monkeypatch) as desk:
        bench = desk.bench()
        bench.line.dial(ANSWERING, "c1")
        bench.until(Answered)
        call = desk.line._call
        assert call is not None
        told = []
        for packets in (50, 100, 100, 100, 100, 100, 150, 200):
            told += call.hear(0, {"event": "rtp", "packets": packets})
        assert told == [
            Condition(0, "c1", "line-audio", "lost", good=False),
            Condition(0, "c1", "line-audio", "good", good=True),
        ]


def test_a_call_that_gets_no_reply_at_all_is_our_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch) as desk:
        bench = desk.bench()
        assert desk.line._program is not None
        monkeypatch.setattr(desk.line._program, "say", _without(desk.line._program.say, "dial"))
        bench.line.dial(ANSWERING, "c1")
        ended = bench.ended(within=12_000)
        assert (ended.cause, ended.raw) == (Cause.DEVICE, "nothing came from the PBX in 10 s")


def _without(say: object, unheard: str) -> object:
    def half(do: str, **values: object) -> None:
        if do != unheard:
            say(do, **values)  # type: ignore[operator]

    return half


def test_ringing_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch, options={"ring_limit": "20"}) as desk:
        bench = desk.bench()
        bench.line.dial(RINGING, "c1")
        ended = bench.ended(within=22_000)
        assert (ended.cause, ended.raw) == (Cause.NO_ANSWER, "no answer in 20 s")


def test_keys_that_no_telephone_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch) as desk, pytest.raises(ValueError, match="keys are"):
        desk.line.send_dtmf("1x")


class TestOpening:
    """What stands in the way of a softphone is said in words."""

    def test_without_pjsua2(self) -> None:
        line = Softphone(
            read_account("sip:1001@127.0.0.1", {}),
            [sys.executable, "-I", "-S", str(ENGINE)],  # -S: a Python without any installed package
            SystemClock(),
            lambda *_: None,
        )
        with pytest.raises(SoftphoneError, match=r"pip install 'fangxin\[softphone\]'"):
            line.await_ready()
        assert line.poll() == ()

    def test_without_the_python_that_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(SoftphoneError, match="cannot be started"):
            open_line(
                "sip:1001@127.0.0.1", {"python": str(tmp_path / "python")}, SystemClock(), lambda *_: None
            )

    def test_with_an_engine_that_cannot(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(SoftphoneError, match="no such address"), stand_in(monkeypatch, "cannot"):
            pass

    def test_in_the_packed_workstation(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        with pytest.raises(SoftphoneError, match="setting python"):
            open_line("sip:1001@127.0.0.1", {}, VirtualClock(0), lambda *_: None)


def foreign(text: str) -> list[str]:
    """What a module imports of the GPL library or of the program that uses it."""
    names: list[str] = []
    for node in ast.walk(ast.parse(text)):
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return [name for name in names if name.split(".")[0] in ("pjsua2", "_pjsua2", "resources")]


def test_the_product_never_imports_the_gpl_library() -> None:
    files = [file for folder in ("app", "ui", "hardware") for file in (ROOT / folder).rglob("*.py")]
    assert len(files) > 100
    assert {str(file): names for file in files if (names := foreign(file.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    [
        "import pjsua2 as pj",
        "def f():\n    from pjsua2 import Call",
        "from resources.softphone import engine",
    ],
)
def test_such_an_import_would_be_found(text: str) -> None:
    assert foreign(text)


@pytest.mark.parametrize(
    "rule", [short_file, short_functions, file_says_what_it_is, public_names_are_documented]
)
def test_the_program_keeps_the_house_rules_too(rule: Rule) -> None:
    files = sorted((ROOT / "resources" / "softphone").glob("*.py"))
    assert len(files) >= 4
    sources = [Source(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]
    assert not [broken for source in sources for broken in rule(source)]


def test_everything_else_works_without_it(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules['pjsua2'] = None; "
    run = "import hardware.softphone, app.__main__ as m; sys.argv = ['fangxin', '--version']; m.main()"
    done = subprocess.run(
        [sys.executable, "-c", blocked + run], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_the_password_is_said_over_the_pipe_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("geheim-1234\n")
    options = {"password": f"file:{tmp_path / 'secret'}"}
    with stand_in(monkeypatch, options=options) as desk:
        assert desk.line._account.auth == ("1001", "geheim-1234")
        assert desk.line._program is not None
        assert "geheim" not in json.dumps(desk.line._program._process.args)
        assert not [text for _, text in desk.transcript if "geheim" in text]


def test_a_call_is_over_only_once_even_if_the_engine_says_it_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    with stand_in(monkeypatch) as desk:
        bench = desk.bench()
        bench.line.dial(BUSY, "c1")
        call = desk.line._call
        assert call is not None
        bench.ended()
        ended = {"event": "ended", "call": "c1", "by": "far", "code": 0, "text": "", "reason": ""}
        assert call.hear(0, ended) == ()
        assert [type(event) for event in bench.events].count(Ended) == 1
