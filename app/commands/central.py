"""fangxin central: the blind server that takes sealed objects and journals, and never a key that opens them."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode, hexdigest
from app.central.carry import import_from
from app.central.registry import Registry
from app.central.stores import FolderStore, open_index
from app.clock import SystemClock, system_entropy
from app.commands.cli import Commands
from app.commands.frames import Json
from app.commands.invocation import extra, verifiers
from app.commands.speech import announce
from app.errors import UsageError
from app.study.bundle import open_bundle

cli = Commands("The central server: it takes what is sealed and can open none of it.")
Data = Annotated[Path, typer.Option(help="Central's folder; made when it is not there.")]


@cli.command()
def install(
    package: Annotated[Path, typer.Argument(help="The signed .study file.")],
    data: Data,
    key: Annotated[list[str], typer.Option(help="The publisher's public key, or the file that holds it.")],
) -> None:
    """Serve this study from now on."""
    clock = SystemClock()
    publisher = verifiers(key)
    study = open_bundle(package, trusted=publisher, now=clock.wall())
    with FolderStore.open(data, system_entropy) as stores:
        stores.install(
            package.read_bytes(),
            study=study.id,
            version=study.version,
            rehearsal=study.rehearsal_only,
            centre_vkey=publisher[0].vkey,
            witness_vkeys=study.witness_vkeys,
        )
        stores.log.append(
            clock, "study", study=study.id, version=study.version, sha256=hexdigest(package.read_bytes())
        )
    announce(f"{study.id} version {study.version} is served from {data}")


@cli.command()
def key(
    data: Data,
    name: Annotated[str, typer.Option(help="Central's name in signatures, once and for all.")] = "central",
) -> None:
    """Print central's public key; make it the first time. It goes into every study package."""
    with FolderStore.open(data, system_entropy, name=name) as stores:
        typer.echo(stores.signer.vkey)


@cli.command()
def enrol(data: Data) -> None:
    """Issue a one-time code for one workstation; central may be running meanwhile."""
    with closing(open_index(data)) as index:
        typer.echo(index.issue_code(system_entropy, SystemClock().wall()))


@cli.command()
def accept_older(data: Data) -> None:
    """Go on with an older copy of central's registry where the newest is lost. That is written into central's log.
    Central must not be running."""
    index = data / ".central" / "index.db"
    if not index.exists():  # a slip in its name must not make another central
        raise UsageError(
            "This is not central's folder", where=str(data), todo="Give the folder that central uses."
        )
    FolderStore.open(data, system_entropy, older_registry=SystemClock()).close()
    announce(
        "Central goes on with the older registry; its log says so.\n"
        "Workstations that it does not know any more must be enrolled again, with new codes.\n"
        "What desks took and settled since that copy is unknown to it: a case may be handed out a second time."
    )


@cli.command(name="import")
def import_(
    stick: Annotated[Path, typer.Argument(help="Folder on a stick that `fangxin sync export` has filled.")],
    data: Data,
    as_json: Json = False,
) -> None:
    """Take in what a workstation without a network hands in on a stick, and put the receipts onto it. Central must not be running."""
    open_index(data).close()  # a slip in its name must not make another central
    with FolderStore.open(data, system_entropy) as stores:
        came = import_from(stick, Registry(stores, SystemClock()))
    if not came:
        todo = "Fill it with `fangxin sync export` at a workstation."
        raise UsageError("Nothing on this stick comes from a workstation", where=str(stick), todo=todo)
    if as_json:
        rows = [{"journal": each.name, "lines": each.size, "batches": each.batches} for each in came]
        typer.echo(encode({"taken": rows}).decode())
        return
    for each in came:
        announce(f"{each.name}: {each.size} journal lines are here, {each.batches} batches countersigned")
    announce("The receipts are on the stick. Bring it back: fangxin sync import")


@cli.command()
def serve(
    data: Data,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 = any free one.")] = 12340,
    public_url: Annotated[
        str, typer.Option(help="How workstations address it behind a proxy, https://…")
    ] = "",
) -> None:
    """Take what the workstations hand in, until Ctrl+C."""
    with extra("central"):
        from app.central.server import serve as serve_forever  # starlette and uvicorn are an extra
    with FolderStore.open(data, system_entropy) as stores:
        registry = Registry(stores, SystemClock())
        serve_forever(
            registry,
            host=host,
            port=port,
            public_url=public_url,
            started=lambda url: announce(f"Central listens at {url}"),
        )


@cli.command()
def status(data: Data) -> None:
    """Say which devices are enrolled and what alarms there are, as JSON."""
    with closing(open_index(data)) as index:
        devices = [device.name for device in index.devices()]
        alarms = [{"name": a.name, "size": a.size, "wall": a.wall} for a in index.alarms()]
        typer.echo(encode({"study": index.setting("study"), "devices": devices, "alarms": alarms}).decode())
