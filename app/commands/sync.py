"""fangxin sync: hand in what the workstation holds, over the network or on a stick."""

from dataclasses import asdict, replace
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import SystemClock, system_entropy
from app.commands import stick
from app.commands.cli import Commands
from app.commands.invocation import invocation, verifiers
from app.commands.speech import announce, told
from app.errors import FangxinError, SyncError, UsageError
from app.evidence.durable import Lock, make_folder
from app.evidence.keys import DeviceKeys
from app.evidence.note import Verifier
from app.known_numbers import acquainted, hasher
from app.losses import alarm
from app.quotas import Quotas
from app.sample.calling import caller_of, calling_plan, quotas_of
from app.settings import Settings
from app.study.model import Study
from app.sync.client import Client, RefusedError
from app.sync.enrol import Introduction
from app.sync.enrol import enrol as introduce
from app.sync.outbox import Synced, sync_once
from app.sync.renewal import Reason, from_store, left_behind, refuse_restored, succession
from app.sync.room_key import room_key_of
from app.sync.shared_pool import Room, Round, pool_round, tell
from app.workstation import Workstation, open_workstation

_NO_ROOM = (
    "No cases of a pool: this workstation has no room's key yet. If it was enrolled after the release, the centre hands it over with "
    "`fangxin sample admit`; cases come with the next round."
)
cli = Commands("Hand in what this workstation holds.")
stick.register(cli)


@cli.command()
def enrol(
    context: typer.Context,
    code: Annotated[str, typer.Option(help="The one-time code from `fangxin central enrol`.")],
    publisher: Annotated[
        str, typer.Option(help="The study publisher's public key, or the file that holds it.")
    ],
    central: Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")],
) -> None:
    """Introduce this workstation to central and fetch the study that central serves."""
    station, url = _station(context)
    centrals, trusted = verifiers([central])[0], verifiers([publisher])[0]  # before the code is spent
    with _client(station, url, centrals) as client:
        keys = station.keys
        introduce(client, code, Introduction(station.name, keys.signer.verifier, keys.identity.recipient))
        study = station.install_study(client.study(), trusted)
    announce(f"Workstation {station.name} is enrolled for {study.id} version {study.version}")
    if station.hint:
        typer.echo(f"fangxin: {told(station.hint)}", err=True)


@cli.command()
def now(
    context: typer.Context,
    who: Annotated[str, typer.Option(help="Who calls here next, by name or number of the roster.")] = "",
    keep: Annotated[int, typer.Option(min=0, max=20, help="Cases of the room's pool to have on hand.")] = 4,
    counts: Annotated[
        bool, typer.Option("--counts", help="Exchange only the quota counts; may run during a call.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Send everything that is due; what central has countersigned counts as sent, and nothing else. Where the room draws from one
    pool, tell what was called and take the next cases; with --keep 0 give those back that nobody has called."""
    station, url = _station(context)
    try:
        done, shared = (_counts(station, url), None) if counts else _round(station, url, who, keep)
    except FangxinError as error:
        lost = _say_what_was_lost(station)
        if as_json and isinstance(error, SyncError):
            word = error.word if isinstance(error, RefusedError) else ""
            document = {"error": str(error), "refused": isinstance(error, RefusedError), "word": word, **lost}
            typer.echo(encode({**document, "waiting": len(station.store.pending())}).decode())
        raise
    lost = _say_what_was_lost(station)
    if as_json:
        document = {"objects": done.objects, "events": done.events, "waiting": len(station.store.pending())}
        document |= lost
        typer.echo(encode({**document, **(asdict(shared) if shared else {})}).decode())
        return
    announce(f"{done.objects} sealed files and {done.events} journal lines countersigned by central")
    if shared is not None:
        announce(
            f"{shared.settled} cases settled, {shared.leased} taken from the pool, {shared.on_hand} on hand"
        )
    else:
        announce(_NO_ROOM)


def _say_what_was_lost(station: Workstation) -> dict[str, str]:
    """Of central's losses nobody may have heard yet, this round's or an earlier one's. Returns what a document says of them."""
    text = alarm(station.store)
    if text:
        announce(f"fangxin: {told(text)}", err=True)
    return {"alarm": text} if text else {}


def _round(station: Workstation, url: str, who: str, keep: int) -> tuple[Synced, Round | None]:
    study = station.installed(calling=False)
    for keys in station.unfinished():
        _hand_in_the_old(station, keys, url, study)
    with _client(station, url, _central_of(study)) as client:
        folder = station.folder / "journals" / str(station.keys.epoch)
        refuse_restored(client, folder, [_central_of(study)])
        done = sync_once(
            station.store, folder, client, lambda p: announce(f"{p.done}/{p.total} bytes", err=True)
        )
        return done, _pool(station, study, client, who, keep)


def _hand_in_the_old(station: Workstation, keys: DeviceKeys, url: str, study: Study) -> None:
    """What an epoch that has ended had signed and not sent. A journal that is damaged may not go; that must not stop the new one's."""
    folder, old = station.folder / "journals" / str(keys.epoch), replace(station, keys=keys)
    if not (folder / "checkpoints").is_dir():
        return
    try:
        with _client(old, url, _central_of(study)) as client:
            done = sync_once(station.store, folder, client)
    except FangxinError as error:
        text = f"epoch {keys.epoch} could not be handed in: {error}"
        typer.echo(f"fangxin: {told(text)}", err=True)
    else:
        announce(f"{done.events} journal lines of epoch {keys.epoch}", err=True)


def _counts(station: Workstation, url: str) -> Synced:
    """Where this desk draws from no pool, nothing goes."""
    study = station.installed(calling=False)
    with _client(station, url, _central_of(study)) as client:
        if (room := _room(station, study, client)) is not None:
            quotas = Quotas(station.store, quotas_of(study))
            tell(client, station.store, room, quotas, station.clock, station.entropy)
    return Synced(0, 0, None)


def _room(station: Workstation, study: Study, client: Client) -> Room | None:
    """What this desk needs of its room, its queue by the study's plan; None when it draws from no pool."""
    key = room_key_of(client, station.store, station.keys.identity)
    if key is None:
        return None
    number_key = hasher(station.store, station.entropy)
    station.store.follow(calling_plan(study, rehearsal=study.rehearsal_only), number_key)
    return Room(key, tuple(person.id for person in study.roster), station.publisher, study.id)


def _pool(station: Workstation, study: Study, client: Client, who: str, keep: int) -> Round | None:
    room = _room(station, study, client)
    if room is None:
        return None
    caller = caller_of(study, who)
    caller = caller_of(study, who, acquainted(station.store, caller.id))
    quotas = Quotas(station.store, quotas_of(study))
    return pool_round(client, station.store, room, caller, quotas, station.clock, station.entropy, keep)


@cli.command()
def renew(
    context: typer.Context,
    reason: Annotated[
        Reason, typer.Option(help="Why the old epoch ends; key: the signing key may be known to others.")
    ],
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Central cannot be asked: take this workstation's own last receipt."),
    ] = False,
) -> None:
    """Begin a new epoch after a restore, a re-installation or a fork alarm. Then enrol again, with a new code."""
    settings = invocation(context).settings
    station = open_workstation(settings.data_dir, SystemClock(), system_entropy)
    study = station.installed(calling=False)
    if offline:
        after = from_store(station.store, station.name, station.keys.origin(study.id), reason)
    else:
        with _client(station, _address(settings), _central_of(study)) as client:
            after = succession(client, reason, [_central_of(study)])
    journal = station.folder / "journals" / str(station.keys.epoch)
    make_folder(journal)
    lock = Lock(journal / "journal.lock")  # nobody may be writing the old epoch while it ends
    try:
        renewed = station.renew(after)
    finally:
        lock.release()
    announce(
        f"This workstation is {renewed.name} now; central had signed for {after.size} lines of {after.previous}. Enrol it with a new code."
    )
    if reason in (Reason.RESTORED, Reason.FORKED) and (calls := left_behind(journal)):
        lost = f"{calls} calls of {after.previous} are in no journal that central has taken, and count nowhere until the centre decides"
        where = f"Copy {journal} onto a stick for the centre; their sealed files go with the next `fangxin sync now`."
        typer.echo(f"fangxin: {told(f'{lost}. {where}')}", err=True)


def _station(context: typer.Context) -> tuple[Workstation, str]:
    settings = invocation(context).settings
    url = _address(settings)
    return open_workstation(settings.data_dir, SystemClock(), system_entropy), url


def _address(settings: Settings) -> str:
    if not settings.central_url:
        raise UsageError(
            "Central's address is not set", todo="Set central_url in settings.toml or FANGXIN_CENTRAL_URL."
        )
    return settings.central_url


def _central_of(study: Study) -> Verifier:
    return verifiers([study.central_vkey])[0]


def _client(station: Workstation, url: str, central: Verifier) -> Client:
    return Client(url, station.name, station.keys.signer, [central], station.clock, station.entropy)
