"""The softphone and a resident's telephone that others wrote (baresip): both hear each other, keys arrive, either may hang up."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from hardware.base import Answered, Cause
from tests.real.caller import Caller, calling
from tests.real.peers import NUMBER, Baresip, Samples, alike, baresip, pieces, speech, wait_until

pytest.importorskip("pjsua2")
pytestmark = [pytest.mark.real, pytest.mark.long]

INTERVIEWER = "您好，我是达州市公众满意度调查的访问员，想占用您几分钟时间，请问您方便吗。"
RESIDENT = "方便，你问吧，我在这里住了二十多年，情况我都清楚，今年的路修得很好。"


class Microphone:
    """The interviewer's side: a voice, 20 ms at a time by the clock, on a thread of its own as a sound card's is."""

    def __init__(self, caller: Caller, voice: Samples) -> None:
        self._caller, self._voice = caller, voice
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._speak)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _speak(self) -> None:
        begun = time.monotonic()
        for frame in range(len(self._voice) // 160):
            if self._over.wait(max(0.0, begun + frame * 0.02 - time.monotonic())):
                return
            self._caller.line.pcm.write(self._voice[frame * 160 : frame * 160 + 160].astype("<i2").tobytes())


def hear(caller: Caller, voice: Samples, seconds: int) -> None:
    """Look on until so many seconds of his voice have come as he spoke them: what a peer says that was held up by a loaded machine is
    spoiled, and some of what it says next. Five times as long is waited for that."""
    for _ in range(5):
        before = len(caller.heard)
        wait_until(
            lambda before=before: (
                caller.look() or len(pieces(caller.samples()[before // 2 :])) >= 4 * seconds
            ),
            f"{seconds} s of his voice",
        )
        if (truly := alike(caller.samples()[before // 2 :], voice)) >= 0.99:
            return
    raise AssertionError(f"what we hear is not his voice: {truly:.3f}")


@pytest.fixture
def resident(tmp_path: Path) -> Iterator[tuple[Baresip, Samples]]:
    says = speech(tmp_path / "resident.wav", RESIDENT)
    with baresip(tmp_path / "telephone", tmp_path / "resident.wav") as telephone:
        yield telephone, says


def test_both_hear_each_other(tmp_path: Path, resident: tuple[Baresip, Samples]) -> None:
    telephone, his_voice = resident
    our_voice = speech(tmp_path / "interviewer.wav", INTERVIEWER, voice="cmn+f2")
    with calling(telephone.port) as caller, Microphone(caller, our_voice):
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        hear(caller, his_voice, 10)
        assert caller.let_go().cause is Cause.LOCAL_HANGUP
        wait_until(lambda: telephone.heard("CALL_CLOSED"), "his telephone is idle")
        assert alike(telephone.recorded("dec"), our_voice) >= 0.99, "he hears us"
        assert alike(caller.samples(), our_voice) < 0.5, "and not ourselves"


def test_he_hangs_up(resident: tuple[Baresip, Samples]) -> None:
    telephone, _ = resident
    with calling(telephone.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        telephone.command("hangup")
        ended = caller.ended()
        assert (ended.cause, ended.raw) == (Cause.REMOTE_HANGUP, "BYE")
        before = len(caller.heard)
        caller.look()
        assert len(caller.heard) == before, "nothing is heard of a call that is over"


def test_keys_arrive_one_by_one(resident: tuple[Baresip, Samples]) -> None:
    telephone, _ = resident
    with calling(telephone.port) as caller:
        caller.line.dial(NUMBER, "c1")
        caller.until(Answered)
        caller.line.send_dtmf("19*#")

        def keys() -> str:
            caller.look()
            pressed = [str(event.get("param", "")) for event in telephone.heard("CALL_DTMF_START")]
            return "".join(pressed)

        wait_until(lambda: keys() == "19*#", "the keys arrive")
        caller.let_go()


def test_one_call_after_the_other_each_with_its_own_sound(resident: tuple[Baresip, Samples]) -> None:
    telephone, his_voice = resident
    with calling(telephone.port) as caller:
        for call in ("c1", "c2", "c3"):
            caller.events.clear()
            caller.heard = b""
            caller.line.dial(NUMBER, call)
            caller.until(Answered)
            hear(caller, his_voice, 3)
            caller.let_go()
            wait_until(
                lambda n=int(call[1]): len(telephone.heard("CALL_CLOSED")) >= n, "his telephone is idle"
            )
        assert np.any(caller.samples())
