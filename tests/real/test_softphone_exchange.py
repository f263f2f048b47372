"""The softphone at an exchange that others wrote (sipp): every way a call can end, and what the network says before it ends."""

import signal
import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hardware.base import Alerting, Answered, Cause, Condition, DeviceBack, DeviceLost, Fault
from tests.real.caller import calling
from tests.real.peers import HOST, NUMBER, alike, free_port, sipp, speech, tool, wait_until
from tests.real.scenarios import (
    agrees,
    answers,
    asks_for_password,
    called,
    calls_us,
    ends,
    given_up,
    hangs_up,
    let_go,
    moves_the_sound,
    plays,
    says,
    scenario,
    takes,
    waits,
)

pytest.importorskip("pjsua2")
pytestmark = [pytest.mark.real, pytest.mark.long]

RINGS = called() + says("180 Ringing")

REFUSALS = [
    ("486 Busy Here", "", Cause.BUSY),
    ("600 Busy Everywhere", "", Cause.BUSY),
    ("404 Not Found", "", Cause.VACANT),
    ("404 Not Found", 'Q.850;cause=1;text="Unallocated (unassigned) number"', Cause.VACANT),
    ("480 Temporarily Unavailable", "Q.850;cause=20", Cause.UNREACHABLE),
    ("408 Request Timeout", "Q.850;cause=18", Cause.UNREACHABLE),
    ("503 Service Unavailable", "Q.850;cause=34", Cause.CONGESTION),
    ("503 Service Unavailable", "", Cause.CONGESTION),
    ("603 Decline", "", Cause.REJECTED),
    ("488 Not Acceptable Here", "", Cause.UNKNOWN),
]


@pytest.mark.parametrize(("status", "reason", "cause"), REFUSALS)
def test_a_refusal_says_why_and_is_kept_as_it_came(
    tmp_path: Path, status: str, reason: str, cause: Cause
) -> None:
    with (
        sipp(scenario(called(), says("100 Trying"), ends(status, reason)), tmp_path) as exchange,
        calling(exchange.port) as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert ended.cause is cause
        assert ended.raw == (f"{status} | Reason: {reason}" if reason else status)
        exchange.is_content()


@pytest.mark.parametrize(
    "status", ["480 Temporarily Unavailable", "408 Request Timeout", "487 Request Terminated"]
)
def test_when_it_rang_before_nobody_came_to_the_telephone(tmp_path: Path, status: str) -> None:
    with (
        sipp(scenario(RINGS, waits(300), ends(status)), tmp_path) as exchange,
        calling(exchange.port) as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        assert caller.ended().cause is Cause.NO_ANSWER
        assert caller.told() == ["Dialing", "Alerting", "Ended"]


def test_an_answer_is_told_by_the_signal_and_our_hang_up_is_agreed_to(tmp_path: Path) -> None:
    with sipp(scenario(RINGS, answers(), let_go()), tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        answered = caller.until(Answered)
        assert isinstance(answered, Answered)
        assert answered.source == "signal"
        caller.line.hang_up()
        assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
        exchange.is_content()
        assert [type(e) for e in caller.events if isinstance(e, Alerting)] == [Alerting]


def test_the_far_side_hangs_up_and_says_why(tmp_path: Path) -> None:
    steps = scenario(RINGS, answers(), waits(300), hangs_up("Q.850;cause=16"))
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.REMOTE_HANGUP, "BYE | Reason: Q.850;cause=16")
        exchange.is_content()


def test_an_announcement_before_the_answer_is_heard_to_the_end(tmp_path: Path) -> None:
    said = speech(tmp_path / "vacant.wav", "您好，您拨打的号码是空号，请核对后再拨。", seconds=5.0)
    sox = tool("sox", "sox")
    subprocess.run([sox, "vacant.wav", "-t", "al", "vacant.al"], cwd=tmp_path, check=True)
    steps = scenario(
        called(),
        says("183 Session Progress", sdp=True),
        plays(str(tmp_path / "vacant.al")),
        waits(6000),
        ends("404 Not Found", "Q.850;cause=1"),
    )
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        alerting = caller.until(Alerting)
        assert isinstance(alerting, Alerting)
        assert alerting.early_media
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.VACANT, "404 Not Found | Reason: Q.850;cause=1")
        heard = caller.samples()
        assert 5.5 < len(heard) / 8000 < 7
        loud = np.flatnonzero(np.abs(heard) > 500)
        clip = heard[loud[0] : loud[-1]]
        assert len(clip) > 4 * 8000, "the announcement came whole"
        assert alike(clip, said) >= 0.99
        assert "Answered" not in caller.told()


class TestHangUp:
    """Whatever the far side does with our hang-up, the line is idle within 5 s and no call stays behind at the exchange."""

    def test_while_it_rings(self, tmp_path: Path) -> None:
        with sipp(scenario(RINGS, given_up()), tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Alerting)
            caller.line.hang_up()
            ended = caller.ended(within=5)
            assert (ended.cause, ended.raw) == (Cause.LOCAL_HANGUP, "487 Request Terminated")
            exchange.is_content()

    def test_and_the_resident_takes_the_call_at_that_very_moment(self, tmp_path: Path) -> None:
        steps = scenario(RINGS, takes("CANCEL"), says("200 OK"), waits(300), answers(late=True), let_go())
        with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Alerting)
            caller.line.hang_up()
            assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
            exchange.is_content()
            assert caller.heard == b""

    def test_before_anything_came_back_and_then_it_is_answered(self, tmp_path: Path) -> None:
        steps = scenario(called(), waits(5000), answers(), let_go())
        with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            wait_until(lambda: "INVITE" in exchange.messages, "the INVITE has come")
            caller.line.hang_up()
            assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
            exchange.is_content()
            assert "Answered" not in caller.told()

    def test_and_the_exchange_says_nothing_to_it(self, tmp_path: Path) -> None:
        steps = scenario(RINGS, answers(), waits(60_000))
        with sipp(steps, tmp_path, "-nd") as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Answered)
            caller.line.hang_up()
            assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP


def test_an_exchange_that_is_not_there_is_our_trouble_and_not_the_residents(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((HOST, 0))
        with calling(nobody.getsockname()[1]) as caller:
            caller.line.dial(NUMBER, "c1")
            ended = caller.ended()
            assert (ended.cause, ended.raw) == (Cause.DEVICE, "nothing came from the PBX in 10 s")
            assert caller.told() == ["Dialing", "Ended"]


def test_over_tcp(tmp_path: Path) -> None:
    steps = scenario(RINGS, answers(), let_go())
    with (
        sipp(steps, tmp_path, "-t", "t1") as exchange,
        calling(exchange.port, more=";transport=tcp") as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        caller.line.hang_up()
        assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
        exchange.is_content()
        assert f"INVITE sip:{NUMBER}@{HOST}:{exchange.port};transport=tcp" in exchange.messages


def test_a_pbx_that_refuses_the_connection_is_our_trouble_too() -> None:
    with calling(free_port(), more=";transport=tcp") as caller:
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert ended.cause is Cause.DEVICE
        assert ended.raw


def test_ringing_without_end_is_given_up(tmp_path: Path) -> None:
    with (
        sipp(scenario(RINGS, given_up()), tmp_path) as exchange,
        calling(exchange.port, {"ring_limit": "3"}) as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.NO_ANSWER, "no answer in 3 s")
        exchange.is_content()


def test_our_own_number_is_asked_for_and_nobody_elses_is_logged(tmp_path: Path) -> None:
    options = {"caller": "028-12340", "prefix": "9"}
    with (
        sipp(scenario(called(), ends("486 Busy Here")), tmp_path) as exchange,
        calling(exchange.port, options) as caller,
    ):
        caller.line.dial("028 1234-5678", "c1")
        caller.ended()
        exchange.is_content()
        assert f"INVITE sip:902812345678@{HOST}:{exchange.port}" in exchange.messages
        assert f"P-Preferred-Identity: <sip:02812340@{HOST}>" in exchange.messages
        assert "INVITE sip:***@" in caller.said()
        assert "12345678" not in caller.said()


@pytest.mark.parametrize(("right", "good"), [("geheim-1234", True), ("another", False)])
def test_registration_with_a_password_that_stands_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: str, good: bool
) -> None:
    monkeypatch.setenv("PBX_PASSWORD", "geheim-1234")
    options = {"user": "7001", "password": "env:PBX_PASSWORD"}
    with (
        sipp(scenario(asks_for_password("7001", right)), tmp_path) as exchange,
        calling(exchange.port, options) as caller,
    ):
        condition = caller.until(Condition)
        told = "200 OK" if good else "403 Forbidden"
        assert condition == Condition(condition.mono, "", "registration", told, good=good)
        assert 'response="' in exchange.messages
        assert "geheim" not in caller.said()
        assert 'response="' not in caller.said(), "what a password could be guessed from is not logged"


def test_keys_into_a_call_that_takes_none_are_told(tmp_path: Path) -> None:
    no_keys = "\n".join(line for line in answers().replace("8 101", "8").split("\n") if ":101 " not in line)
    steps = scenario(RINGS, no_keys, let_go())
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        caller.line.send_dtmf("1")
        fault = caller.until(Fault)
        assert isinstance(fault, Fault)
        assert fault.text
        caller.line.hang_up()
        caller.ended(within=5)
        exchange.is_content()


def test_the_sound_goes_on_when_the_exchange_moves_it(tmp_path: Path) -> None:
    steps = scenario(RINGS, answers(), waits(300), moves_the_sound(), let_go())
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        wait_until(lambda: caller.look() or exchange.messages.count("ACK sip") >= 2, "the sound is moved")
        before = len(caller.heard)
        wait_until(lambda: caller.look() or len(caller.heard) > before + 16_000, "another second is heard")
        assert caller.told() == ["Dialing", "Alerting", "Answered"]
        caller.line.hang_up()
        caller.ended(within=5)
        exchange.is_content()


def test_an_exchange_that_wants_its_ringing_confirmed(tmp_path: Path) -> None:
    """Reliable provisional answers (RFC 3262), as the networks of mobile operators want them."""
    rings = says("183 Session Progress", sdp=True, more="Require: 100rel\nRSeq: 1")
    steps = scenario(called(), rings, agrees("PRACK"), waits(200), answers(late=True), let_go())
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        assert caller.told() == ["Dialing", "Alerting", "Answered"]
        caller.line.hang_up()
        caller.ended(within=5)
        exchange.is_content()


def test_who_calls_us_hears_that_we_are_busy_and_our_call_goes_on(tmp_path: Path) -> None:
    ours = free_port()
    with (
        sipp(scenario(RINGS, answers(), let_go()), tmp_path / "exchange") as exchange,
        calling(exchange.port, {"local_port": str(ours)}) as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        for number in range(2):
            with sipp(calls_us(), tmp_path / f"stranger{number}", f"{HOST}:{ours}") as stranger:
                stranger.is_content()
        before = len(caller.heard)
        wait_until(lambda: caller.look() or len(caller.heard) > before + 8_000, "our call goes on")
        caller.line.hang_up()
        assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
        exchange.is_content()
        assert caller.told() == ["Dialing", "Alerting", "Answered", "Ended"]


@pytest.mark.parametrize("state", ["idle", "ringing", "connected"])
def test_the_program_dies_and_is_there_again(tmp_path: Path, state: str) -> None:
    steps = scenario(RINGS, waits(1000), answers(), let_go())
    with sipp(steps, tmp_path, calls=0) as exchange, calling(exchange.port) as caller:
        if state != "idle":
            caller.line.dial(NUMBER, "c1")
            caller.until(Answered if state == "connected" else Alerting)
        program = caller.line._program
        assert program is not None
        program._process.send_signal(signal.SIGKILL)
        caller.until(DeviceLost)
        if state != "idle":
            assert caller.ended().cause is Cause.DEVICE
        caller.until(DeviceBack)
        caller.events.clear()
        caller.line.dial(NUMBER, "c2")
        caller.until(Answered)
        caller.line.hang_up()
        assert caller.ended(within=5).cause is Cause.LOCAL_HANGUP
        again = caller.line._program
        assert again is not None
        assert again is not program


def test_a_desk_that_dies_hangs_up(tmp_path: Path) -> None:
    """The program's own promise: when nobody is there any more to tell it anything, it says good-bye and ends."""
    with sipp(scenario(RINGS, answers(), let_go()), tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        program = caller.line._program
        assert program is not None
        assert program._process.stdin is not None
        program._process.stdin.close()
        exchange.is_content()
