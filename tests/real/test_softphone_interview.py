"""A whole interview over a real call: desk, line worker in its own process, softphone, the interviewer's microphone, and a resident at a
telephone that others wrote; keys in the call, the resident hangs up, and a recording that stands before an auditor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from app.conversation import COMPLETE
from app.evidence import wav
from app.evidence.age import decrypt
from app.evidence.verify import verify
from app.interview.screen import Page
from app.line.child import worker_command
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from hardware.base import Practice, Resident
from tests.desk_room import centre
from tests.desk_talk import commitments_open, drawn, events
from tests.line.bench import PATIENCE
from tests.line.desk import RealRoom
from tests.real.peers import HOST, Baresip, Samples, alike, baresip, speech, wait_until
from tests.real.sound_server import SoundServer, sound_server, stop

pytest.importorskip("pjsua2")
pytestmark = [pytest.mark.real, pytest.mark.long]

SEED = "softphone"
INTERVIEWER = "您好，我是达州市公众满意度调查的访问员，想占用您几分钟时间，请问您方便吗。"
RESIDENT = "方便，你问吧，我在这里住了二十多年，情况我都清楚，今年的路修得很好。"


@dataclass
class PhoneRoom(RealRoom):
    """A desk whose line is a softphone with an account at port, and whose sound is a headset."""

    port: int = 0

    def line(self, residents: Mapping[str, Resident]) -> Practice:
        """Start the child. Nobody practises: whoever answers, answers for real."""
        choice = LineChoice(
            "softphone",
            f"sip:1001@{HOST}:{self.port}",
            {"bind": HOST},
            {"microphone": "microphone", "ear": "ear"},
        )
        begin = Begin(
            PROTOCOL,
            choice,
            transcript=str(self.folder / "logs" / "line.log"),
            lock=str(self.folder / "line.lock"),
        )
        self.process = WorkerProcess(
            worker_command(), begin, self.clock, errors=self.folder / "errors.txt", log=self.log.append
        )
        self.worker = self.process  # type: ignore[assignment]
        return None  # type: ignore[return-value]


@dataclass
class Scene:
    """Everybody who takes part."""

    room: PhoneRoom
    telephone: Baresip
    his_voice: Samples
    our_voice: Samples
    sound: SoundServer


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    his_voice = speech(tmp_path / "resident.wav", RESIDENT, seconds=300.0)
    our_voice = speech(tmp_path / "interviewer.wav", INTERVIEWER, voice="cmn+f2", seconds=300.0)
    number = drawn(SEED, 40)[0].number
    with (
        sound_server(tmp_path / "sound") as sound,
        baresip(tmp_path / "telephone", tmp_path / "resident.wav", number) as telephone,
    ):
        for name, value in sound.environment.items():
            monkeypatch.setenv(name, value)
        room = PhoneRoom(tmp_path / "desk", SEED, 40, port=telephone.port)
        room.open()
        try:
            assert room.process.ready(PATIENCE), (
                room.log[:4],
                (room.folder / "errors.txt").read_text()[-2000:],
            )
            room.desk.sign_in("小李")
            yield Scene(room, telephone, his_voice, our_voice, sound)
        finally:
            room.close()


def sides(room: PhoneRoom) -> tuple[Samples, Samples]:
    """The one recording, opened with the centre's key: interviewer, respondent."""
    (path,) = (room.folder / "recordings").glob("*.age")
    sound = decrypt(path, list(centre().identities.values()))[len(wav.header()) :]
    left, right = wav.separate(sound[: len(sound) // 2 * 2])
    return np.frombuffer(left, "<i2"), np.frombuffer(right, "<i2")


def test_an_interview_from_the_dial_to_the_verified_recording(scene: Scene) -> None:
    room, desk = scene.room, scene.room.desk
    speaking = scene.sound.play("microphone", scene.our_voice)
    try:
        desk.next_case()
        desk.dial()
        room.shows(Page.INTERVIEW)
        room.until(lambda: room.process.samples > 20 * 8000)  # long enough for a third without a stall
        room.answer_until("q06")
        desk.send_dtmf("19*#")
        room.until(lambda: keys(scene.telephone) == "19*#")
        room.answer_until("")
        room.shows(Page.OUTCOME)
        assert desk.screen.proposed == COMPLETE
        desk.choose_outcome(COMPLETE)
    finally:
        stop([speaking])
    wait_until(lambda: scene.telephone.heard("CALL_CLOSED"), "his telephone is idle")
    verdict = room.verified()
    assert verdict.ok, verdict.text()
    assert commitments_open(room) > 12
    interviewer, respondent = sides(room)
    assert alike(respondent, scene.his_voice) >= 0.99, "the recording has him"
    # The way of the microphone through a loaded sound server is worth less; another voice reaches 0.4 here.
    assert alike(scene.telephone.recorded("dec"), scene.our_voice) >= 0.9, "he heard us"
    assert alike(interviewer, scene.our_voice) >= 0.9, "the recording has us"
    assert [entry["cause"] for entry in events(room, "dial.end")] == ["local_hangup"]


def test_a_resident_who_hangs_up_in_the_middle(scene: Scene) -> None:
    room, desk = scene.room, scene.room.desk
    desk.next_case()
    desk.dial()
    room.shows(Page.INTERVIEW)
    room.answer_until("q03")
    room.until(lambda: room.process.samples > 4 * 8000)
    scene.telephone.command("hangup")
    room.shows(Page.OUTCOME)
    desk.choose_outcome(desk.screen.proposed or "23")
    (ended,) = events(room, "dial.end")
    assert (ended["cause"], ended["raw"]) == ("remote_hangup", "BYE")
    desk.sign_out()
    room.ledger.journal.checkpoint()
    verdict = verify(room.folder, identities=list(centre().identities.values()))
    assert verdict.ok, verdict.text()
    transcript = (room.folder / "logs" / "line.log").read_text("utf-8")
    assert "INVITE sip:***@" in transcript
    assert drawn(SEED, 40)[0].number not in transcript


def keys(telephone: Baresip) -> str:
    """What was pressed and arrived at his telephone."""
    return "".join(str(event.get("param", "")) for event in telephone.heard("CALL_DTMF_START"))
