"""The softphone and what exchanges (sipp) do beside ending calls: registration, TCP, moved sound, calls to us; and a program that dies."""

import signal
from pathlib import Path

import pytest

from hardware.base import Alerting, Answered, Cause, Condition, DeviceBack, DeviceLost, Fault
from tests.real.caller import calling
from tests.real.peers import HOST, NUMBER, free_port, sipp, wait_until
from tests.real.scenarios import (
    agrees,
    answers,
    asks_for_password,
    called,
    calls_us,
    ends,
    let_go,
    moves_the_sound,
    says,
    scenario,
    waits,
)

pytest.importorskip("pjsua2")
pytestmark = [pytest.mark.real, pytest.mark.long]

RINGS = called() + says("180 Ringing")


def test_over_tcp(tmp_path: Path) -> None:
    steps = scenario(RINGS, answers(), let_go())
    with (
        sipp(steps, tmp_path, "-t", "t1") as exchange,
        calling(exchange.port, more=";transport=tcp") as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        assert caller.let_go().cause is Cause.LOCAL_HANGUP
        exchange.is_content()
        assert f"INVITE sip:{NUMBER}@{HOST}:{exchange.port};transport=tcp" in exchange.messages


def test_a_pbx_that_refuses_the_connection_is_our_trouble_too() -> None:
    with calling(free_port(), more=";transport=tcp") as caller:
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert ended.cause is Cause.DEVICE
        assert ended.raw


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
        caller.let_go()
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
        caller.let_go()
        exchange.is_content()


def test_an_exchange_that_wants_its_ringing_confirmed(tmp_path: Path) -> None:
    """Reliable provisional answers (RFC 3262), as the networks of mobile operators want them."""
    rings = says("183 Session Progress", sdp=True, more="Require: 100rel\nRSeq: 1")
    steps = scenario(called(), rings, agrees("PRACK"), waits(200), answers(late=True), let_go())
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        assert caller.told() == ["Dialing", "Alerting", "Answered"]
        caller.let_go()
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
        assert caller.let_go().cause is Cause.LOCAL_HANGUP
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
        assert caller.let_go().cause is Cause.LOCAL_HANGUP
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
