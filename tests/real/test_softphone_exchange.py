"""The softphone at an exchange that others wrote (sipp): every way a call can end, and what the network says before it ends."""

import socket
import subprocess
from pathlib import Path

import numpy as np
import pytest

from hardware.base import Alerting, Answered, Cause
from tests.faults.owed import Look
from tests.real.caller import calling
from tests.real.peers import HOST, NUMBER, alike, sipp, speech, tool, wait_until
from tests.real.scenarios import (
    answers,
    called,
    ends,
    given_up,
    hangs_up,
    let_go,
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
        assert caller.let_go().cause is Cause.LOCAL_HANGUP
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
    said = speech(tmp_path / "vacant.wav", "您好，您拨打的号码是空号，请核对后再拨。", seconds=8.0)
    sox = tool("sox", "sox")
    subprocess.run([sox, "vacant.wav", "-t", "al", "vacant.al"], cwd=tmp_path, check=True)
    steps = scenario(
        called(),
        says("183 Session Progress", sdp=True),
        plays(str(tmp_path / "vacant.al")),
        waits(9000),
        ends("404 Not Found", "Q.850;cause=1"),
    )
    with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
        begun = Look.now(caller.engine, exchange.process.pid)
        caller.line.dial(NUMBER, "c1")
        alerting = caller.until(Alerting)
        assert isinstance(alerting, Alerting)
        assert alerting.early_media
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.VACANT, "404 Not Found | Reason: Q.850;cause=1")
        owed = Look.now(caller.engine, exchange.process.pid).owed_since(begun)
        heard = caller.samples()
        lasted = (ended.mono - alerting.mono) / 1000  # 9 s, unless the exchange was held up
        assert lasted > 8.5
        assert lasted - 0.5 - owed < len(heard) / 8000 < lasted + 1 + owed
        loud = np.flatnonzero(np.abs(heard) > 500)
        clip = heard[loud[0] : loud[-1]]
        assert len(clip) / 8000 > 6.5 - owed, "the announcement came whole"
        assert alike(clip, said) >= 0.99
        assert "Answered" not in caller.told()


class TestHangUp:
    """Whatever the far side does with our hang-up, the line is idle within 5 s and no call stays behind at the exchange."""

    def test_while_it_rings(self, tmp_path: Path) -> None:
        with sipp(scenario(RINGS, given_up()), tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Alerting)
            ended = caller.let_go()
            assert (ended.cause, ended.raw) == (Cause.LOCAL_HANGUP, "487 Request Terminated")
            exchange.is_content()

    def test_and_the_resident_takes_the_call_at_that_very_moment(self, tmp_path: Path) -> None:
        steps = scenario(RINGS, takes("CANCEL"), says("200 OK"), waits(300), answers(late=True), let_go())
        with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Alerting)
            assert caller.let_go().cause is Cause.LOCAL_HANGUP
            exchange.is_content()
            assert caller.heard == b""

    def test_before_anything_came_back_and_then_it_is_answered(self, tmp_path: Path) -> None:
        steps = scenario(called(), waits(5000), answers(), let_go())
        with sipp(steps, tmp_path) as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            wait_until(lambda: "INVITE" in exchange.messages, "the INVITE has come")
            assert caller.let_go().cause is Cause.LOCAL_HANGUP
            exchange.is_content()
            assert "Answered" not in caller.told()

    def test_and_the_exchange_says_nothing_to_it(self, tmp_path: Path) -> None:
        steps = scenario(RINGS, answers(), waits(60_000))
        with sipp(steps, tmp_path, "-nd") as exchange, calling(exchange.port) as caller:
            caller.line.dial(NUMBER, "c1")
            caller.until(Answered)
            assert caller.let_go().cause is Cause.LOCAL_HANGUP


def test_an_exchange_that_is_not_there_is_our_trouble_and_not_the_residents(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind((HOST, 0))
        with calling(nobody.getsockname()[1]) as caller:
            caller.line.dial(NUMBER, "c1")
            ended = caller.ended()
            assert (ended.cause, ended.raw) == (Cause.DEVICE, "nothing came from the PBX in 10 s")
            assert caller.told() == ["Dialing", "Ended"]


def test_ringing_without_end_is_given_up(tmp_path: Path) -> None:
    with (
        sipp(scenario(RINGS, given_up()), tmp_path) as exchange,
        calling(exchange.port, {"ring_limit": "8"}) as caller,
    ):
        caller.line.dial(NUMBER, "c1")
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.NO_ANSWER, "no answer in 8 s")
        exchange.is_content()
