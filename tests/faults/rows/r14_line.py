"""Row 14: what a modem or a cellular module does to a call at a random moment: pulled, hung, garbage, a storm of RING, +++ in the data,
and back under another name. On the emulated devices of tests/hardware, virtual clock; the real pty and the driver's own
tests are tests/hardware/test_serial_port.py and test_robustness.py."""

from collections import Counter
from unittest.mock import patch

from hardware.base import Answered, Cause, DeviceBack, Dialing, Ended
from hardware.serial_line import SerialLine
from tests.faults.campaign import Row, Seen, Trial
from tests.hardware.contract import LineBench
from tests.hardware.test_cellular import Desk as Cellular
from tests.hardware.test_voice_modem import Desk as Modem

_ENDS = 15_000
"""Milliseconds after a device has gone in which the call must be over."""
_MOST_COMMANDS = 40
"""Commands a second that a driver may send: more is a busy loop."""
_DEEDS = ("pulled", "hung", "garbage", "RING storm", "+++")


def _call(case: Trial) -> Seen:
    deed, chance = _DEEDS[case.number % len(_DEEDS)], case.chance
    desk = (Cellular, Modem)[case.number // len(_DEEDS) % 2]()
    device = desk.module if isinstance(desk, Cellular) else desk.modem
    bench = desk.ready()
    bench.line.dial(bench.answering, "c")
    after = chance.randrange(0, 20_000, 50)
    bench.wait(after)
    answered = any(isinstance(event, Answered) for event in bench.events)
    assert not any(isinstance(event, Ended) for event in bench.events), "the call was over before"
    before, said = desk.clock.mono(), len(device.said)
    match deed:
        case "pulled":
            desk.port.cut()
        case "hung":
            device.faults.dead = True
        case "garbage":
            device.faults.garbage = chance.randbytes(200)
            device.put(chance.randbytes(3000))
        case "RING storm":
            for _ in range(chance.randrange(20, 200)):
                device.say("RING", after=chance.randrange(8_000))
        case _:
            device.put(b"+++" * chance.randrange(1, 40))
    ended = _end_of(bench, hang_up=deed != "pulled")
    if deed == "hung":
        assert len(device.said) > said or desk.port.reopened, "the driver never asked the device that hangs"
    elif deed != "pulled":
        assert not [*device._due, *device._ready], f"{deed}: the driver has not read all of it"
    seconds = max(1, (desk.clock.mono() - before) // 1000)
    commands = (len(device.said) - said) // seconds
    assert commands <= _MOST_COMMANDS, f"{deed}: {commands} commands a second"
    if deed == "pulled":
        assert ended.cause is Cause.DEVICE, (
            f"the device was pulled, and the call ended as {ended.cause.value}"
        )
    back = deed == "pulled" and _plugged_in_again(desk, bench)
    return {"fault kind": deed, "line": type(desk.line).__name__, "after ms": after, "answered": answered} | {
        "cause": ended.cause.value,
        "commands a second": commands,
        "back": back,
    }


def _end_of(bench: LineBench, *, hang_up: bool) -> Ended:
    if hang_up:  # a call whose sound still comes need not end by itself: it must be possible to end it
        bench.wait(10_000)
        bench.line.hang_up()
    bench.wait(_ENDS)
    kinds = Counter(type(event) for event in bench.events if event.call_id == "c")
    assert kinds[Ended] == 1, f"the call ended {kinds[Ended]} times"
    assert kinds[Dialing] <= 1
    return next(event for event in bench.events if isinstance(event, Ended))


def _plugged_in_again(desk: Cellular | Modem, bench: LineBench) -> bool:
    """Under another name; the next call works."""
    desk.plug_in()
    bench.until(DeviceBack, within=30_000)
    bench.events.clear()
    bench.line.dial(bench.answering, "d")
    bench.until(Answered)
    bench.line.hang_up()
    bench.wait(5_000)
    assert [event for event in bench.events if isinstance(event, Ended) and event.call_id == "d"]
    return True


def _believed(case: Trial) -> Seen:
    """The control: a driver that takes no notice of a device that is gone."""
    with patch.object(SerialLine, "lose", lambda *_: None):
        return _call(Trial(case.seed, _DEEDS.index("pulled"), case.folder, case.chance))


ROWS = [
    Row("14", "a modem or module pulled, hung or mad in a call", _call, short=10, long=200),
    Row(
        "14.control",
        "a device pulled, and a driver that does not notice",
        _believed,
        2,
        10,
        control="ended 0 times",
    ),
]
