"""What stands on a line between desk and worker: every message survives the trip, and no bad line is fatal."""

import json
import os
import sys
import threading
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import LineError, StorageError
from app.evidence.recording import Closed, Mark
from app.line import pipes
from app.line.codec import BadLineError, decode, encode
from app.line.contract import (
    Counts,
    Coverage,
    Covered,
    Gap,
    Heard,
    LineChoice,
    Lost,
    Marked,
    Overheard,
    Refused,
    Saved,
    Stalled,
    Trouble,
    Unheard,
)
from app.line.messages import (
    PROTOCOL,
    Abandon,
    Ask,
    Beat,
    Begin,
    Close,
    Dial,
    HangUp,
    MarkAnswered,
    Message,
    Mute,
    NotOpened,
    NotReady,
    Open,
    Opened,
    Progress,
    Ready,
    Said,
    SendDtmf,
    Told,
)
from app.line.pipes import Pipe
from hardware import base

CALL = "c" * 16
UTTERANCE = base.Utterance("我打八分。", "8", 1.25)
RESIDENT = base.Resident("13800000000", base.Pickup.ANSWERS, 3.5, {"年龄": UTTERANCE}, "consent")
CHOICE = LineChoice("softphone", "sip:a@b", {"password": "密"}, {"microphone": "USB"})
EVENTS = (
    base.Dialing(1, CALL),
    base.Alerting(2, CALL, early_media=True),
    base.Answered(3, CALL, "user"),
    base.Announcement(4, CALL, base.Cause.POWERED_OFF, 88),
    base.Ended(5, CALL, base.Cause.BUSY, "486 Busy Here"),
    base.DeviceLost(6, ""),
    base.DeviceBack(7, ""),
    base.ToneHeard(8, CALL, "busy", 8000, 4000, 95),
    base.Condition(9, "", "signal", "17", good=False),
    base.HeadsetKey(10, "", "mute"),
    base.Fault(11, CALL, "no carrier"),
)
REPORTS = (
    *(Heard(event, 16_000) for event in EVENTS),
    Marked(Mark(1, "ab", 8000)),
    Gap(80, 160),
    Saved(Closed("ab", "cd", 99, 16_000)),
    Trouble(StorageError("The disk is full", where="/x", todo="Free some.")),
    Stalled(StorageError("The disk has not taken any sound for 60 s", todo="Ask IT.")),
    Refused(LineError("The modem does not answer")),
    Lost(CALL, "SIGKILL"),
    Unheard("right", 32_000, over=False),
    Covered(Coverage(80_000, Counts(1, 2, 3, 4), Counts(5, 6, 7, 8))),
    Overheard(8000, b"\x00\xff\n" * 3),
)
MESSAGES: tuple[Message, ...] = (
    Begin(PROTOCOL, CHOICE, "/log", "/lock", (RESIDENT,), "seed"),
    Open(CALL, "/data/中/c.age", "S1", ("age1x", "age1y"), 2400),
    Dial("13800000000"),
    HangUp(),
    SendDtmf("12#"),
    MarkAnswered(),
    Mute(on=True),
    Abandon(),
    Ask("q01", 2.5),
    Beat(),
    Close(),
    Ready(PROTOCOL, "rehearsal", True, (base.Capability.DTMF, base.Capability.CAUSE)),
    NotReady(LineError("No modem", where="COM7", todo="Plug it in.")),
    Opened(CALL, "ab" * 32),
    NotOpened(CALL, StorageError("The disk is full")),
    *(Told(CALL, report) for report in REPORTS),
    Progress(CALL, 8000, 1),
    Said(True, UTTERANCE),
)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_every_message_survives_the_trip_on_one_line(message: Message) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    back = decode(line)
    assert encode(back) == line
    match message:
        case NotReady() | NotOpened() | Told(report=Trouble() | Stalled() | Refused()):
            pass  # errors compare by identity
        case _:
            assert back == message


def test_every_message_there_is_has_been_tried() -> None:
    assert {type(message) for message in MESSAGES} == set(Message.__args__)


def test_the_reason_of_a_disk_fault_crosses_over() -> None:
    error = StorageError("The disk is full", where="/x")
    error.__cause__ = OSError(28, os.strerror(28))
    told = decode(encode(Told(CALL, Trouble(error))))
    assert isinstance(told, Told)
    assert isinstance(told.report, Trouble)
    assert str(told.report.error) == str(error)
    assert isinstance(told.report.error.__cause__, OSError)
    assert told.report.error.__cause__.errno == 28


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello\n",
        b"[]\n",
        b"1e400\n",
        b"\xff\xfe\n",
        b"[" * 100_000,
        b"{}\n",
        b'{"is":"Nothing"}\n',
        b'{"is":5}\n',
        b'{"is":"Dial"}\n',
        b'{"is":"Dial","number":5}\n',
        b'{"is":"Dial","number":"1","more":1}\n',
        b'{"is":"Mute","on":1}\n',
        b'{"is":"Heard","event":{"is":"Dialing","mono":1,"call_id":""},"at":0}\n',
        b'{"is":"Told","call":"","report":{"is":"Dialing","mono":1,"call_id":""}}\n',
        b'{"is":"Told","call":"","report":{"is":"Overheard","at":1,"sound":"#"}}\n',
        b'{"is":"StorageError","what":"","where":"","todo":"","code":0}\n',
        b'{"is":"Ready","protocol":1,"name":"","rehearsal":true,"capabilities":["telepathy"]}\n',
    ],
)
def test_a_bad_line_is_a_bad_line_and_nothing_worse(line: bytes) -> None:
    with pytest.raises(BadLineError):
        decode(line)


json_like = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.sampled_from(["Told", "Heard", "Begin", "Open"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["is", "call", "report", "at", "event", "x"]), inner, max_size=4)
    ),
)


@given(json_like)
def test_whatever_json_comes_it_is_a_message_or_a_bad_line(value: object) -> None:
    line = json.dumps(value).encode()
    try:
        decode(line)
    except BadLineError:
        return
    assert isinstance(value, Mapping)


def test_garbage_between_messages_is_logged_without_its_content_and_passed_over() -> None:
    """stdout of a child may carry what a library prints; what it prints may be private."""
    ours, theirs = os.pipe()
    back, out = os.pipe()
    logged: list[str] = []
    pipe = Pipe(os.fdopen(ours, "rb"), os.fdopen(out, "wb"), logged.append)
    os.write(theirs, b"ALSA lib: secret 13800000000\n" + encode(Beat()) + b"{}\n" + encode(Dial("1")))
    assert pipe.receive(5) == Beat()
    assert pipe.receive(5) == Dial("1")
    os.close(theirs)
    assert pipe.receive(5) is None
    assert pipe.ended
    pipe.close()
    pipe.join()
    os.close(back)
    assert len(logged) == 2
    assert "secret" not in "".join(logged)


@pytest.mark.skipif(sys.platform == "win32", reason="sizes of pipes; not tried on Windows")
def test_a_desk_that_hangs_and_reads_nothing_does_not_keep_the_worker_from_ending(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipes, "_FAREWELL", 0.1)
    ours, theirs = os.pipe()
    hung, out = os.pipe()
    pipe = Pipe(os.fdopen(ours, "rb"), os.fdopen(out, "wb", buffering=0), lambda _: None)
    for _ in range(3):
        pipe.send(Dial("1" * 60_000))
    closing = threading.Thread(target=pipe.close, daemon=True)
    closing.start()
    closing.join(10)
    assert not closing.is_alive()
    os.close(hung)
    os.close(theirs)
    pipe.join()
