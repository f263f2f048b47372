"""The AT dialogue: whose answer is it, and what is no answer at all."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clock import VirtualClock
from hardware.at import HOLD, PLAIN, PROGRESS, STREAM, Ask, AtEngine, Reply
from hardware.wire_log import WireLog, masked


class Wire:
    """An engine and the ends of its wire."""

    def __init__(self) -> None:
        self.clock, self.sent, self.log = VirtualClock(0, 1000), b"", list[tuple[str, str]]()
        self.engine = AtEngine(
            self._send, self.clock, WireLog(lambda *said: self.log.append(said)), ("RING", "+CREG", "^")
        )

    def _send(self, data: bytes) -> None:
        self.sent += data

    def ask(
        self, text: str, *, finals: tuple[str, ...] = PLAIN, wants: str = "", timeout: int = 3000
    ) -> None:
        self.engine.ask(Ask(text, timeout, finals, wants))

    def wait(self, milliseconds: int) -> Reply | None:
        self.clock.advance(milliseconds)
        self.engine.tick()
        return self.engine.take()

    def hear(self, text: str) -> Reply | None:
        self.engine.feed(text.encode("latin-1"))
        return self.engine.take()


def test_an_answer_with_its_lines() -> None:
    wire = Wire()
    wire.ask("AT+CSQ")
    assert wire.sent == b"AT+CSQ\r"
    assert wire.hear("\r\n+CSQ: 20,99\r\n") is None
    assert wire.hear("\r\nOK\r\n") == Reply("OK", ("+CSQ: 20,99",))


def test_the_echo_of_the_command_that_switches_the_echo_off() -> None:
    wire = Wire()
    wire.ask("ATE0V1Q0X4")
    assert wire.hear("ATE0V1Q0X4\r\r\nOK\r\n") == Reply("OK")


@given(st.lists(st.integers(0, 60), max_size=8))
def test_split_anywhere_it_is_the_same(cuts: list[int]) -> None:
    wire, text = Wire(), "AT+CSQ\r\r\nRING\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
    wire.ask("AT+CSQ")
    edges = sorted({0, len(text), *(cut % len(text) for cut in cuts)})
    replies = [wire.hear(text[first:last]) for first, last in pairwise(edges)]
    assert [each for each in replies if each] == [Reply("OK", ("+CSQ: 20,99",))]
    assert wire.engine.heard() == ["RING"]


@given(st.binary(max_size=5000), st.binary(max_size=50))
def test_garbage_is_never_fatal_and_the_next_command_works(noise: bytes, more: bytes) -> None:
    wire = Wire()
    wire.engine.feed(noise)
    wire.ask("ATI", timeout=3000)
    wire.engine.feed(more)
    wire.clock.advance(20_000)
    wire.engine.tick()
    wire.clock.advance(20_000)
    wire.engine.tick()
    if wire.engine.in_data:
        wire.engine.leave_data()
    wire.engine.feed(b"\r\n")
    wire.engine.take()
    wire.ask("AT")
    assert wire.hear("\r\nOK\r\n") == Reply("OK")


def test_noise_within_a_line_does_not_hide_it() -> None:
    wire = Wire()
    wire.ask("AT")
    assert wire.hear("\xff\x00\r\n\xfeO\x00K\r\n") == Reply("OK")


def test_unsolicited_lines_in_between_do_not_belong_to_the_command() -> None:
    wire = Wire()
    wire.ask("AT+CLCC")
    wire.hear("\r\n^RSSI: 20\r\n\r\nNO CARRIER\r\n")
    assert wire.hear('\r\n+CLCC: 1,0,0,0,0,"1",129\r\n\r\nOK\r\n') == Reply(
        "OK", ('+CLCC: 1,0,0,0,0,"1",129',)
    )
    assert wire.engine.heard() == ["^RSSI: 20", "NO CARRIER"]


def test_a_call_s_end_ends_a_dial_command_and_no_other() -> None:
    wire = Wire()
    wire.ask("ATD1;", finals=(*PLAIN, *PROGRESS))
    assert wire.hear("\r\nBUSY\r\n") == Reply("BUSY")
    wire.ask("AT+VTS=1")
    assert wire.hear("\r\nNO CARRIER\r\n") is None
    assert wire.hear("\r\nOK\r\n") == Reply("OK")


def test_silence_is_an_answer_after_the_time_out() -> None:
    wire = Wire()
    wire.ask("ATH", timeout=1500)
    assert wire.wait(1499) is None
    reply = wire.wait(1)
    assert reply is not None
    assert reply.silent


def given_up(wire: Wire, text: str = "AT+VLS=1") -> None:
    wire.ask(text, timeout=1000)
    reply = wire.wait(1000)
    assert reply is not None
    assert reply.silent


def test_a_late_answer_while_nothing_is_asked_is_nothing() -> None:
    wire = Wire()
    given_up(wire)
    assert wire.hear("\r\nOK\r\n") is None
    wire.ask("ATH")
    assert wire.hear("\r\nERROR\r\n") == Reply("ERROR"), "nothing is owed any more: no need to wait"


def test_a_late_answer_does_not_complete_the_next_command() -> None:
    wire = Wire()
    given_up(wire)
    wire.ask("ATH")
    assert wire.hear("\r\nOK\r\n") is None, "this may be the late one"
    assert wire.wait(HOLD // 2) is None
    assert wire.hear("\r\nERROR\r\n") == Reply("ERROR")


def test_when_the_first_command_was_lost_the_answer_counts_after_a_moment() -> None:
    wire = Wire()
    given_up(wire)
    wire.ask("ATH")
    assert wire.hear("\r\nOK\r\n") is None
    assert wire.wait(HOLD) == Reply("OK")


def test_a_late_answer_to_a_query_is_known_by_its_line() -> None:
    wire = Wire()
    given_up(wire, "AT+CSQ")
    wire.ask("AT+VTS=1")
    assert wire.hear("\r\n+CSQ: 20,99\r\n\r\nOK\r\n") is None
    assert wire.wait(HOLD) is None
    assert wire.hear("\r\nERROR\r\n") == Reply("ERROR")


def test_a_query_is_not_satisfied_by_somebody_else_s_ok() -> None:
    wire = Wire()
    given_up(wire)
    wire.ask("AT+CREG?", wants="+CREG")
    assert wire.hear("\r\nOK\r\n") is None
    assert wire.hear("\r\n+CREG: 0,1\r\n\r\nOK\r\n") == Reply("OK", ("+CREG: 0,1",))


def test_the_voice_stream_begins_right_behind_connect() -> None:
    wire = Wire()
    wire.ask("AT+VTR", finals=(*PLAIN, STREAM))
    assert wire.engine.feed(b"\r\nCONNECT\r") == b""
    assert wire.engine.in_data
    assert wire.engine.feed(b"\n\x0a\x80") == b"\x0a\x80", "one newline belongs to CONNECT, the next is sound"
    wire.engine.leave_data(b"\r\nNO CARRIER\r\n")
    assert wire.engine.heard() == ["NO CARRIER"]


def test_one_command_at_a_time() -> None:
    wire = Wire()
    wire.ask("AT")
    with pytest.raises(RuntimeError, match="in flight"):
        wire.ask("ATH")


def test_no_number_stands_in_the_transcript() -> None:
    assert masked("ATDT12340", "12340") == "ATDT***"
    assert masked('+CLCC: 1,0,3,0,0,"13812340001",129') == '+CLCC: 1,0,3,0,0,"***",129'
    assert masked("+CSQ: 20,99") == "+CSQ: 20,99"
