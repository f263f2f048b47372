"""Pictures of every page, for people: python -m tests.ui.shots FOLDER [--scale 2] [--size 1366x768]. Needs a display or offscreen.

Not a test. Every picture is taken of the real window, fed with screens of the fake desk.
"""

import argparse
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from app.interview.screen import Entered, LineView, Notice, RecordingView, Screen, SendingView, UnsavedView
from app.interview.telephone_views import ConditionView, DeviceView, HeardView
from tests.ui.fake_desk import FakeDesk


def screens(language: str) -> Iterator[tuple[str, Screen]]:
    """A name and a screen for every state worth looking at, in the order of a shift."""
    desk = FakeDesk(cases=5)
    desk.switch_language(language)
    desk.show(study=_study(language))
    yield "01-sign-in", desk.screen
    yield "02-crashed-before", replace(desk.screen, notice=Notice.RESUMED_AFTER_CRASH)
    desk.sign_in("李梅 3021" if language == "zh" else "Li Mei 3021")
    yield "03-ready", desk.screen
    weak = DeviceView(
        conditions=(ConditionView("registration", "home"), ConditionView("signal", "17 (−79 dBm)"))
    )
    yield "03a-auto-dial-paused", replace(desk.screen, auto_dial=False, device=weak)
    unplugged = replace(weak, present=False)
    yield (
        "03b-line-lost",
        replace(desk.screen, notice=Notice.LINE_LOST, notice_text="SIGKILL", device=unplugged),
    )
    sent = SendingView(at=14 * 3_600_000, last=6 * 3_600_000 + 2 * 60_000)
    deaf = "The line voice_modem cannot be opened: no answer (COM3). Correct [line] in settings.toml."
    yield (
        "03b-no-line",
        replace(desk.screen, device=DeviceView(conditions=(ConditionView("line", deaf, good=False),))),
    )
    yield "03c-sent", replace(desk.screen, sending=replace(sent, at=sent.last))
    away = replace(sent, at=sent.last + 55 * 60_000, waiting=3, since=sent.last + 5 * 60_000)
    yield "03d-central-away", replace(desk.screen, sending=away)
    sending = replace(sent, waiting=12, since=sent.last, at=sent.last + 60_000)
    fork = "Central refused: the journal contradicts what it holds (POST http://10.0.0.2:12340/v1/journals/0a.1)."
    yield "03e-refused", replace(desk.screen, sending=replace(sending, refused=fork, word="fork"))
    lost = "Central had lost lines that it signed for (it held 212 of 380); they are handed in again"
    yield "03e-lost", replace(desk.screen, sending=replace(sent, at=sent.last, alarm=lost))
    yield (
        "03e-lost-and-refused",
        replace(desk.screen, sending=replace(sending, refused=fork, word="fork", alarm=lost)),
    )
    yield "03f-not-yet", replace(desk.screen, sending=SendingView())
    yield "04-no-cases", replace(desk.screen, notice=Notice.NO_CASES)
    desk.next_case()
    assert desk.screen.case is not None
    yield "05-case", desk.screen
    resumed = replace(desk.screen.case, resumes=True, attempts=2)
    yield "06-case-resumes", replace(desk.screen, case=resumed, notice=Notice.INTERVIEW_RESUMES)
    elsewhere = replace(desk.screen.case, begun_elsewhere=True, attempts=2)
    yield "06a-begun-elsewhere", replace(desk.screen, case=elsewhere)
    full = "The disk is full (/home/desk/journals). Free some space, then start again."
    refused = replace(sending, refused=fork, word="fork")
    yield "06c-case-refused", replace(desk.screen, sending=refused)
    yield "06b-case-stopped", replace(desk.screen, notice=Notice.STOPPED, notice_text=full)
    desk.dial()
    yield "07-dialing", replace(desk.screen, elapsed=4)
    yield "08-ringing", replace(desk.screen, line=LineView.RINGING, elapsed=17)
    assert desk.screen.case is not None
    by_hand = replace(desk.screen.case, number="13800000417")
    phone = DeviceView(by_hand=True, marks_answer=True, muted=True)
    yield "08-by-hand", replace(desk.screen, case=by_hand, device=phone, elapsed=5)
    busy = HeardView("busy", "15", 94, clip=True)
    yield "08a-busy", replace(desk.screen, line=LineView.RINGING, elapsed=5, heard=busy, proposed="15")
    said = replace(busy, what="announcement", outcome="13", confidence=97)
    yield "08b-announced", replace(desk.screen, line=LineView.RINGING, elapsed=7, heard=said, proposed="13")
    for _ in range(desk.rings * 2):
        desk.tick()
    yield from _interview(desk)
    desk.line_drops()
    yield "20-outcome", desk.screen
    ended = replace(desk.screen, heard=said, proposed="13")
    yield "20a-outcome-heard", ended
    yield "21-outcome-none", replace(desk.screen, proposed="")
    yield "22-note-required", replace(desk.screen, notice=Notice.NOTE_REQUIRED, proposed="38")
    yield "22a-time-needed", replace(desk.screen, notice=Notice.TIME_NEEDED, proposed="32")
    yield "22b-not-covered", replace(desk.screen, notice=Notice.NOT_COVERED, proposed="60")
    yield "22c-not-accepted", replace(desk.screen, notice=Notice.NOT_ACCEPTED, proposed="60")
    desk.choose_outcome("39")
    yield "23-saved", desk.screen
    yield from _correction(desk)
    stopped = "The disk is full (/home/desk/recordings). Free some space, then start again."
    yield (
        "24-stopped",
        replace(desk.screen, notice=Notice.STOPPED, notice_text=stopped, recording=RecordingView.TROUBLE),
    )


def _correction(desk: FakeDesk) -> Iterator[tuple[str, Screen]]:
    desk.show(correctable=True, auto_dial=True, lead=True, notice=Notice.NONE)
    yield "25-correctable-lead", desk.screen
    desk.correct()
    yield "25a-correcting", desk.screen
    yield "25b-correcting-note-missing", replace(desk.screen, notice=Notice.NOTE_REQUIRED)
    desk.choose_outcome("39", "x")
    yield "25c-corrected", desk.screen
    for notice in (Notice.TOO_LATE, Notice.NOT_DRAWN, Notice.WITHDRAWN):
        yield f"26-{notice.value}", replace(desk.screen, notice=notice)
    desk.called_back("x")
    yield "26-called_back", desk.screen


def _interview(desk: FakeDesk) -> Iterator[tuple[str, Screen]]:
    for place, value in enumerate(("", "45", "1", "3", "8", "10", "")):
        question = desk.screen.question
        assert question is not None
        screen = replace(desk.screen, elapsed=20 + 30 * place)
        yield f"{9 + place:02}-{question.name}", screen
        if question.name == "q1":
            yield "13a-said", replace(screen, practice=desk.said())
            yield "13b-stored", replace(screen, question=replace(question, value="10"))
            yield "13c-error", replace(screen, question=replace(question, error=_reason(screen)))
            unsaved = (UnsavedView(Entered.ANSWER, "3f2a9c0d11e8b7a4", "q1", "8"),)
            yield "13d-no-room", replace(screen, notice=Notice.NO_ROOM, notice_text="4")
            yield "13d-quota-full", replace(screen, notice=Notice.QUOTA_FULL)
            yield (
                "13d-stopped",
                replace(
                    screen,
                    notice=Notice.STOPPED,
                    notice_text="The disk has not taken any sound for 120 s.",
                    unsaved=unsaved,
                ),
            )
        desk.answer(value)
    yield "16-end", desk.screen
    at, desk._at = desk._at, 99
    desk.show(question=desk._question())
    yield "17-ends-here", desk.screen
    desk._at = at


def troubles(language: str) -> Iterator[tuple[str, Screen]]:
    """Whatever the telephone and its sound can have, in the chip of the strip: in a call, where it matters."""
    desk = FakeDesk(cases=5)
    desk.switch_language(language)
    desk.talk_at("q1")
    said = (
        ("microphone", "lost"),
        ("microphone", "not there"),
        ("ear", "does not answer"),
        ("line-audio", "moved to Realtek(R) Audio, Windows WASAPI"),
        ("line-audio", "no sound from the modem"),
        ("line-out", "lost"),
        ("microphone-level", "silent"),
        ("microphone-level", "clipping"),
        ("line-level", "silent"),
        ("one-way", "the respondent is not heard"),
        ("one-way", "the interviewer is not heard"),
        ("echo", "the headset, after 40 ms, -20 dB"),
        ("sim", "SIM PIN"),
        ("registration", "denied"),
        ("signal", "-109 dBm"),
        ("fault", "somebody is calling this line: try again when it is quiet"),
        ("fault", "the softphone program is not running; it is being started again"),
    )
    for place, (what, value) in enumerate(said):
        told = DeviceView(conditions=(ConditionView(what, value, good=False),))
        yield f"40-{place:02}-{what}", replace(desk.screen, elapsed=80, device=told)


def _study(language: str) -> str:
    from tests.ui.fake_desk import WORDS

    return WORDS[language]["study"]


def _reason(screen: Screen) -> str:
    from tests.ui.fake_desk import WORDS

    return WORDS[screen.language]["reason"]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", default="1")
    parser.add_argument("--size", default="1366x768")
    parser.add_argument("--only", default="")
    wanted = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = wanted.scale
    if not os.environ.get("DISPLAY"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tests.ui.camera import shoot

    width, _, height = wanted.size.partition("x")
    wanted.folder.mkdir(parents=True, exist_ok=True)
    shoot(wanted.folder, int(width), int(height), wanted.only)


if __name__ == "__main__":
    main()
