"""fangxin line: find, choose, try and examine the telephone line, without the desk."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from app import line_worker
from app.canonical import Value, encode
from app.clock import Clock, SystemClock, system_entropy
from app.commands import library
from app.commands.cli import Commands
from app.commands.invocation import invocation
from app.commands.speech import announce, language, told
from app.errors import FangxinError, LineError, UsageError
from app.evidence.age import Recipient
from app.evidence.journal import read
from app.line import doctor as examine
from app.line import sounds, trial
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.service import Bench
from app.settings import LineSettings, Settings, choose_line
from app.workstation import Workstation, open_workstation
from hardware.base import AudioBlock, Cause, LineEvent, Pickup, Resident, Utterance
from hardware.transcript import Transcript

cli = Commands("The telephone line of this workplace.")
cli.add_typer(library.cli, name="library")

_SPEECH = Utterance("演练", "", 4.0)
REHEARSED = (
    Resident("10000", Pickup.ANSWERS, 2.0, {"": _SPEECH}),
    Resident("10001", Pickup.BUSY),
    Resident("10002", Pickup.VACANT),
    Resident("10003", Pickup.POWERED_OFF),
    Resident("10004", Pickup.RINGS_OUT),
)
"""Who can be called over the rehearsal line here."""
CHECKED = {
    "clock": "时钟",
    "device": "设备",
    "disk": "磁盘",
    "echo": "回声",
    "keys": "密钥",
    "line": "线路",
    "microphone": "麦克风",
    "sound": "声音",
    "study": "调查包",
    "swap": "内存外泄",
}
"""What is checked, in Chinese."""
_DAY = 24 * 60 * 60 * 1000

_Driver = Annotated[
    str,
    typer.Option(help="rehearsal, voice_modem, cellular, softphone or manual; the chosen one if left out."),
]
_Port = Annotated[str, typer.Option(help="Serial port, SIP account, or whatever the driver takes.")]
_Option = Annotated[list[str] | None, typer.Option(metavar="name=value", help="An option of the driver.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]


@cli.command("list")
def list_lines(context: typer.Context, as_json: _Json = False) -> None:
    """List what is plugged in here, and what is chosen."""
    settings = invocation(context).settings
    chosen, lines, sounds_here = settings.line, line_worker.found(), line_worker.sound_devices()
    if as_json:
        document: dict[str, Value] = {
            "lines": lines,
            "sound": sounds_here,
            "chosen": {"driver": chosen.driver, "port": chosen.port},
        }
        typer.echo(encode(document).decode())
        return
    for line in lines:
        mark = "*" if (line.get("driver"), line.get("port")) == (chosen.driver, chosen.port) else " "
        typer.echo(
            f"{mark} {line.get('driver', ''):<12} {line.get('port', ''):<16} {line.get('name', '')}".rstrip()
        )
    for device in sounds_here:
        typer.echo(f"  {'sound':<12} {device}")
    announce("  softphone, manual: need no device; `fangxin line use DRIVER PORT` chooses")
    announce(f"Chosen: {chosen.driver or 'none'} {chosen.port}".rstrip())


@cli.command()
def use(
    context: typer.Context,
    driver: Annotated[str, typer.Argument(help="voice_modem, cellular, softphone or manual.")],
    port: Annotated[str, typer.Argument(help="Port of the device, as `fangxin line list` shows it.")] = "",
    option: _Option = None,
) -> None:
    """Choose the line of this workplace: written into settings.toml."""
    if driver not in line_worker.DRIVERS:
        raise UsageError(
            f'There is no driver "{driver}"', todo=f"Choose one of {', '.join(line_worker.DRIVERS)}."
        )
    settings = invocation(context).settings
    path = choose_line(settings.data_dir, LineSettings(driver=driver, port=port, options=_options(option)))
    announce(f"{driver} {port}".rstrip() + f" is this workplace's line now ({path})")


@cli.command()
def call(
    context: typer.Context,
    number: Annotated[
        str, typer.Argument(help="The number; over the rehearsal line 10000 answers, 10001 is busy.")
    ],
    driver: _Driver = "",
    port: _Port = "",
    option: _Option = None,
    record: Annotated[
        Path | None, typer.Option(help="Write both sides into a plain WAV here; for trying out only.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Hang up after so many seconds.")] = 30.0,
    as_json: _Json = False,
) -> None:
    """Make one call and tell it event by event. Exit 1 when the line fails."""
    clock = SystemClock()
    with _bench(invocation(context).settings, driver, port, option, clock) as bench:
        ended = trial.call(
            bench, number, _Told(clock, as_json=as_json), seconds=seconds, record=record, clock=clock
        )
    raise typer.Exit(1 if ended.cause is Cause.DEVICE else 0)


@cli.command()
def listen(
    path: Annotated[
        Path, typer.Argument(metavar="WAV", help="WAV, 16-bit PCM or A-law; the last channel is listened to.")
    ],
    as_json: _Json = False,
) -> None:
    """Say what the desk's ear makes of a recording: tones and announcements, where they are, how sure."""
    told = _Told(None, as_json=as_json)
    for event in sounds.listen(sounds.respondent(path)):
        told.heard(event, event.mono * 8)


@cli.command()
def doctor(
    context: typer.Context,
    driver: _Driver = "",
    port: _Port = "",
    option: _Option = None,
    number: Annotated[
        str, typer.Option("--call", help="A number that answers: then the line is tried both ways.")
    ] = "",
    seconds: Annotated[float, typer.Option(min=1, max=120, help="How many seconds to listen.")] = 8.0,
    as_json: _Json = False,
) -> None:
    """Check whether this workplace is fit to make calls. Speak into the microphone meanwhile. Exit 1 when something is wrong."""
    settings, clock = invocation(context).settings, SystemClock()
    findings = [*here(settings, clock)]
    try:
        with _bench(settings, driver, port, option, clock) as bench:
            findings.append(examine.Finding("device", good=True, says=f"The line {bench.line.name} is open."))
            if number:
                findings += examine.through_a_call(bench, number, seconds, clock)
            else:
                findings += examine.sound(bench, seconds)
    except FangxinError as error:
        findings.append(examine.fault("device", error))
    raise typer.Exit(0 if tell_findings(findings, as_json=as_json) else 1)


def tell_findings(findings: Iterable[examine.Finding], *, as_json: bool) -> bool:
    """Print what was found; is all of it well?"""
    found = tuple(findings)
    good = not any(finding.good is False for finding in found)
    if as_json:
        typer.echo(encode({"ok": good, "findings": [each.to_json() for each in found]}).decode())
    else:
        for each in found:
            typer.echo(_line(each) if language() == "zh" else each.line())
    return good


def _line(found: examine.Finding) -> str:
    sign = {True: "正常", False: "故障", None: "注意"}[found.good]
    return f"{sign}  {CHECKED.get(found.check, found.check)}：{told(f'{found.says} {found.todo}'.rstrip())}"


class _Told:
    """Prints what happens, one line an event."""

    def __init__(self, clock: Clock | None, *, as_json: bool) -> None:
        self._clock, self._began, self._as_json = clock, clock.mono() if clock else 0, as_json

    def heard(self, event: LineEvent, at: int) -> None:
        """One line: the event's name, when (ms since the start), how much sound there was (samples), what it says."""
        said: dict[str, Value] = {}
        for field in fields(event)[2:]:
            value = getattr(event, field.name)
            said[field.name] = getattr(value, "value", value)
        now = self._clock.mono() - self._began if self._clock else at // 8
        if self._as_json:
            typer.echo(encode({**said, "event": type(event).__name__, "ms": now, "sample": at}).decode())
        else:
            words = " ".join(f"{name}={value}" for name, value in said.items())
            typer.echo(f"{now / 1000:8.2f} s  {type(event).__name__} {words}".rstrip())

    def sound(self, block: AudioBlock) -> None:
        """Nothing to print."""


def _options(given: list[str] | None) -> dict[str, str]:
    pairs = [each.partition("=") for each in given or ()]
    if bad := [name for name, equals, _ in pairs if not (name and equals)]:
        raise UsageError(f'"{bad[0]}" is no option of a driver', todo="Write name=value.")
    return {name: value for name, _, value in pairs}


@contextmanager
def _bench(
    settings: Settings, driver: str, port: str, option: list[str] | None, clock: Clock
) -> Iterator[Bench]:
    """The line, open; closed afterwards. Its transcript goes where the desk's goes."""
    line = settings.line
    if driver:
        choice = LineChoice(driver, port, _options(option), settings.sound)
    elif line.driver:
        choice = LineChoice(
            line.driver, port or line.port, {**line.options, **_options(option)}, settings.sound
        )
    else:
        raise UsageError(
            "No telephone line is chosen here",
            todo="Name one with --driver and --port, or `fangxin line use`.",
        )
    transcript = Transcript(settings.data_dir / "logs" / "line.log")
    try:
        bench = line_worker.build(
            Begin(PROTOCOL, choice, residents=REHEARSED, seed="line"), clock, transcript.note
        )
        try:
            yield bench
        finally:
            bench.line.close()
            bench.sound.close()
    finally:
        transcript.close()


def here(settings: Settings, clock: Clock) -> Iterator[examine.Finding]:
    """Disk, clock, keys and study: what needs no line."""
    yield examine.disk(settings.data_dir)
    if not (settings.data_dir / "store.db").exists():
        yield examine.clock_of(clock, 0)
        yield examine.Finding(
            "study",
            good=None,
            says="No desk has been opened here yet: there are no keys and no study to check.",
        )
        return
    try:
        station = open_workstation(settings.data_dir, clock, system_entropy)
    except FangxinError as error:
        yield examine.fault("keys", error)
        return
    yield _keys(station)
    try:
        journal = station.folder / "journals" / str(station.keys.epoch) / "journal.jsonl"
        last = max((entry.data["wall"] for entry in read(journal)), default=0) if journal.exists() else 0
        yield examine.clock_of(clock, last)
        study = station.study()
        if study is None:
            raise LineError("No study is installed", todo="Enrol with `fangxin sync enrol`.")
        for text in (*study.recipients.centre, *study.recipients.lead, *study.recipients.contact):
            Recipient.parse(text)
        days = (study.expires - clock.wall()) // _DAY
        yield examine.Finding(
            "study",
            good=True,
            says=f"{study.id} {study.version}: signed, its keys are sound, valid for {days} days.",
        )
    except FangxinError as error:
        yield examine.fault("study", error)
    finally:
        station.store.close()


def _keys(station: Workstation) -> examine.Finding:
    """Where the key of this workstation lies. A file is no fault, but whoever runs the machine must know."""
    if station.hint:
        return examine.Finding("keys", good=None, says=station.hint)
    return examine.Finding(
        "keys", good=True, says="The key of this workstation lies in the system's keystore."
    )
