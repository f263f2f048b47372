"""fangxin sync export · sync import: hand in on a stick, and take central's receipts from it. In between: fangxin central import."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import SystemClock, system_entropy
from app.commands.frames import Json
from app.commands.invocation import invocation, verifiers
from app.commands.speech import announce
from app.errors import SyncError
from app.evidence.keys import DeviceKeys
from app.study.model import Study
from app.sync.carry import Carried, export_to, take_back
from app.workstation import Workstation, open_workstation

Stick = Annotated[Path, typer.Argument(help="Folder on the stick.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sync`."""
    cli.command(name="export")(export)
    cli.command(name="import")(import_)


def export(context: typer.Context, stick: Stick, as_json: Json = False) -> None:
    """Copy everything that central has not signed for onto a stick. Nothing counts as sent by that; the stick is trusted with nothing."""
    station, _ = _station(context)
    done = [
        export_to(stick, station.store, _journal(station, keys), f"{keys.device}.{keys.epoch}", keys.signer)
        for keys in _epochs(station)
    ]
    if not any(each.events for each in done):
        raise SyncError("This workstation has nothing to hand in yet", where=str(station.folder))
    # each epoch's manifest names every sealed file that waits: they are the same files
    _say(Carried(max(each.objects for each in done), sum(each.events for each in done)), as_json, _ON_IT)


def import_(context: typer.Context, stick: Stick, as_json: Json = False) -> None:
    """Take central's receipts from a stick that was at central. What they stand for counts as sent, and nothing else does."""
    station, study = _station(context)
    central = verifiers([study.central_vkey])
    done = Carried(0, 0)
    for keys in _epochs(station):
        name = f"{keys.device}.{keys.epoch}"
        came = take_back(stick, station.store, _journal(station, keys), name, keys.signer.verifier, central)
        done = Carried(done.objects + came.objects, done.events + came.events)
    if not done.events and not done.objects:
        todo = "Bring it to central first: fangxin central import."
        raise SyncError(
            "No receipt of central's for this workstation is on this stick", where=str(stick), todo=todo
        )
    _say(done, as_json, _SIGNED)


_ON_IT = "{objects} sealed files and {events} journal lines are on the stick. Bring it to central, and then back here."
_SIGNED = "{objects} sealed files and {events} journal lines are countersigned by central"


def _say(done: Carried, as_json: bool, sentence: str) -> None:
    told = {"objects": done.objects, "events": done.events}
    if as_json:
        typer.echo(encode(told).decode())
    else:
        announce(sentence.format(**told))


def _station(context: typer.Context) -> tuple[Workstation, Study]:
    station = open_workstation(invocation(context).settings.data_dir, SystemClock(), system_entropy)
    return station, station.installed(calling=False)


def _epochs(station: Workstation) -> list[DeviceKeys]:
    """Those with a journal whose lines central may still take, oldest first."""
    return [
        keys
        for keys in (*station.unfinished(), station.keys)
        if (_journal(station, keys) / "checkpoints").is_dir()
    ]


def _journal(station: Workstation, keys: DeviceKeys) -> Path:
    return station.folder / "journals" / str(keys.epoch)
