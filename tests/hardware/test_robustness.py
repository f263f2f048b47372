"""What lines and devices do to us in the field, one misfortune at a time (issue "The line and the sound", point 3)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.base import Alerting, Answered, Cause, DeviceBack, DeviceLost, Dialing, Ended, Fault
from tests.hardware.contract import check_call
from tests.hardware.emulators.device import Faults
from tests.hardware.test_cellular import ANSWERING, BUSY, RINGING
from tests.hardware.test_cellular import Desk as CellularDesk
from tests.hardware.test_voice_modem import ANSWERING as LAND
from tests.hardware.test_voice_modem import RINGING as LAND_RINGING
from tests.hardware.test_voice_modem import Desk as ModemDesk


def test_no_carrier_inside_a_connected_call_ends_it() -> None:
    desk = CellularDesk()
    bench = desk.ready()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    desk.module.leave()
    ended = bench.ended(within=5000)
    assert ended.cause is Cause.REMOTE_HANGUP
    check_call(bench.events, "c")


def test_no_carrier_of_somebody_else_s_call_does_not_end_ours() -> None:
    desk = CellularDesk()
    bench = desk.ready()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    desk.module.ring()
    bench.wait(1000)
    desk.module.stop_ringing()
    bench.wait(5000)
    assert not [event for event in bench.events if isinstance(event, Ended)]


@pytest.mark.parametrize("how", ["etx", "bare"])
def test_a_modem_that_falls_out_of_its_stream_ends_the_call(how: str) -> None:
    desk = ModemDesk()
    bench = desk.ready()
    bench.line.dial(LAND, "c")
    bench.until(Answered)
    desk.modem.drop(how)
    ended = bench.ended(within=10_000)
    assert (ended.cause, ended.raw) == (Cause.REMOTE_HANGUP, "NO CARRIER")


def test_busy_tone_after_the_resident_has_hung_up_ends_the_call_but_one_sign_does_not() -> None:
    desk = ModemDesk()
    bench = desk.ready()
    bench.line.dial(LAND, "c")
    bench.until(Answered)
    desk.modem.tell("b")
    bench.wait(5000)
    assert not [event for event in bench.events if isinstance(event, Ended)], (
        "speech sounds like busy tone now and then"
    )
    desk.modem.leave()
    assert bench.ended(within=10_000).cause is Cause.REMOTE_HANGUP


@pytest.mark.parametrize("desk", [CellularDesk, ModemDesk])
def test_silence_after_dialling_ends_by_itself(desk: type[CellularDesk] | type[ModemDesk]) -> None:
    bench = desk(faults=Faults(mute={"ATD.*"})).ready()
    bench.line.dial("02812345", "c")
    ended = bench.ended(within=110_000)
    assert ended.cause in (Cause.NO_ANSWER, Cause.DEVICE, Cause.UNKNOWN)


@pytest.mark.parametrize("desk", [CellularDesk, ModemDesk])
def test_silence_after_dialling_and_a_hang_up_within_five_seconds(
    desk: type[CellularDesk] | type[ModemDesk],
) -> None:
    bench = desk(faults=Faults(mute={"ATD.*"})).ready()
    bench.line.dial("02812345", "c")
    bench.wait(8000)
    bench.line.hang_up()
    assert bench.ended(within=5000).cause is Cause.LOCAL_HANGUP


def test_ringing_into_a_dial_of_an_analogue_line_is_not_answered() -> None:
    desk = ModemDesk()
    bench = desk.ready()
    desk.modem.ring()
    bench.wait(500)
    bench.events.clear()
    bench.line.dial(LAND, "c")
    assert bench.ended(within=5000).raw == "RING"
    assert not [line for line in desk.modem.said if line.startswith("ATD")], (
        "going off hook would answer the stranger"
    )
    assert [event for event in bench.events if isinstance(event, Fault)]


def test_ringing_into_a_dial_of_a_module_is_turned_away_first() -> None:
    desk = CellularDesk()
    bench = desk.ready()
    desk.module.ring()
    bench.wait(500)
    bench.events.clear()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    assert desk.module.said.index("AT+CHUP") < next(
        n for n, line in enumerate(desk.module.said) if line.startswith("ATD")
    )


def test_a_device_that_falls_silent_in_a_call_is_asked_three_times_before_it_is_given_up() -> None:
    desk = CellularDesk()
    bench = desk.ready()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    desk.module.faults.dead = True
    assert bench.ended(within=15_000).cause is Cause.DEVICE
    assert desk.module.said[-3:] == ["AT", "AT", "AT"]
    assert desk.port.reopened
    desk.module.faults.dead = False
    desk.module.stat = None
    bench.until(DeviceBack, within=30_000)


def test_a_late_answer_to_the_list_of_calls_changes_nothing() -> None:
    desk = CellularDesk(faults=Faults(delay={r"AT\+CLCC": 2300}))
    bench = desk.ready()
    bench.line.dial(RINGING, "c")
    bench.wait(20_000)
    bench.line.hang_up()
    assert bench.ended(within=5000).cause is Cause.LOCAL_HANGUP
    check_call(bench.events, "c")


@pytest.mark.parametrize(
    ("settings_of", "what", "value"),
    [
        ({"sim": ""}, "sim", "SIM not inserted"),
        ({"sim": "SIM PIN"}, "sim", "SIM PIN"),
        ({"registration": 2}, "registration", "searching"),
        ({"registration": 3}, "registration", "denied"),
        ({"signal": 3}, "signal", "-108 dBm"),
        ({"signal": 99}, "signal", "unknown"),
    ],
)
def test_card_network_and_signal_are_told(settings_of: dict[str, object], what: str, value: str) -> None:
    desk = CellularDesk(**settings_of)
    desk.bench.wait(4000)
    assert desk.conditions(what) == [(value, False)]


def test_a_busy_number_has_its_cause_in_the_module_s_words() -> None:
    bench = CellularDesk().ready()
    bench.line.dial(BUSY, "c")
    ended = bench.ended()
    assert (ended.cause, ended.raw) == (Cause.BUSY, "+CEER: User busy")


def test_module_sound_is_asked_for_until_it_comes_and_both_directions_carry() -> None:
    desk = CellularDesk(pcm_refusals=3)
    bench = desk.ready()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    bench.wait(6000)
    assert desk.conditions("line-audio") == [("on", True)]
    pcm = desk.line.pcm
    assert pcm is not None
    pcm.read()
    for _ in range(50):
        desk.clock.advance(20)
        pcm.write(b"\x05\x00" * 160)
    assert len(pcm.read()) == 2 * 8000
    assert len(desk.sound.heard) == 2 * 8000
    bench.line.hang_up()
    bench.ended()
    assert "AT+CPCMREG=0,1" in desk.module.said


def test_a_module_from_which_only_silence_comes_says_so() -> None:
    desk = CellularDesk()
    desk.sound.far = lambda start, count: bytes(2 * count)
    bench = desk.ready()
    bench.line.dial(ANSWERING, "c")
    bench.until(Answered)
    bench.wait(10_000)
    assert ("only digital silence comes from the far side", False) in desk.conditions("line-audio")


def test_our_voice_never_gets_more_than_a_tenth_of_a_second_ahead() -> None:
    desk = ModemDesk()
    bench = desk.ready()
    bench.line.dial(LAND, "c")
    bench.until(Answered)
    pcm = desk.line.pcm
    assert pcm is not None
    before = len(desk.modem.heard)
    for _ in range(50):  # somebody writes twice as fast as the line takes it
        desk.clock.advance(20)
        pcm.write(b"\x00\x10" * 320)
    assert (len(desk.modem.heard) - before) // 2 <= 8000 + 800 + 160
    desk.clock.advance(1000)
    pcm.write(b"\x00\x10" * 16_000)
    line = desk.line.sound
    assert line.sent - line.received <= 800
    assert line.dropped


def test_keys_are_heard_as_tones_without_leaving_the_stream() -> None:
    desk = ModemDesk()
    bench = desk.ready()
    bench.line.dial(LAND, "c")
    bench.until(Answered)
    commands = len(desk.modem.said)
    bench.line.send_dtmf("19")
    bench.wait(1500)
    assert any(desk.modem.heard)
    assert len(desk.modem.said) == commands


def test_keys_of_a_half_duplex_modem_go_by_command() -> None:
    desk = ModemDesk(options={"duplex": "half"})
    bench = desk.ready()
    bench.line.dial(LAND, "c")
    bench.until(Answered)
    bench.line.send_dtmf("19")
    bench.wait(3000)
    assert desk.modem.keys == "19"
    assert desk.modem.mode == "VRX", "and the recording goes on"


DEEDS = st.sampled_from(
    ["look", "hang up", "answered", "key", "ring", "pull", "plug in", "deaf", "hear again", "dial", "wait"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([CellularDesk, ModemDesk]), st.lists(st.tuples(DEEDS, st.integers(0, 4000)), max_size=14)
)
def test_whatever_happens_every_call_ends_once_and_a_hang_up_within_five_seconds(  # noqa: C901 — one arm a deed
    kind: type[CellularDesk] | type[ModemDesk], deeds: list[tuple[str, int]]
) -> None:
    desk = kind()
    bench = desk.ready()
    calls, plugged = 0, True
    device = desk.module if isinstance(desk, CellularDesk) else desk.modem
    for deed, after in deeds:
        match deed:
            case "dial" if not calls or any(
                isinstance(e, Ended) and e.call_id == f"c{calls}" for e in bench.events
            ):
                calls += 1
                bench.line.dial(LAND_RINGING if kind is ModemDesk else RINGING, f"c{calls}")
            case "hang up":
                bench.line.hang_up()
            case "answered":
                bench.line.mark_answered()
            case "key":
                bench.line.send_dtmf("1")
            case "ring":
                device.ring()
            case "pull" if plugged:
                plugged = False
                desk.port.cut()
            case "plug in" if not plugged:
                plugged = True
                desk.plug_in()
                device = desk.module if isinstance(desk, CellularDesk) else desk.modem
            case "deaf" | "hear again":
                device.faults.dead = deed == "deaf"
            case _:
                pass
        bench.wait(after)
    bench.line.hang_up()
    bench.wait(5000)
    for number in range(1, calls + 1):
        mine = [event for event in bench.events if event.call_id == f"c{number}"]
        assert [type(event) for event in mine].count(Ended) == 1, mine
        assert isinstance(mine[0], Dialing)
        assert not [
            event
            for event in mine[mine.index(next(e for e in mine if isinstance(e, Ended))) + 1 :]
            if isinstance(event, Alerting | Answered)
        ]
    assert sum(isinstance(event, DeviceLost) for event in bench.events) <= len(deeds) + 1
