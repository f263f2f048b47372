"""fangxin sample give, given: a supervisor gives one case to one desk, and sees what became of it."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.centre import Centre
from app.clock import SystemClock, minute_in_china, system_entropy
from app.commands.cells import By, Central, Folder, Keys, Reason, Url
from app.commands.frames import Draws, Json, Lang
from app.commands.invocation import verifiers
from app.commands.tongue import said_in, tongue
from app.drawing import DrawRoom, draws_signer
from app.errors import EvidenceError, UsageError
from app.evidence.age import Identity
from app.evidence.note import Signer
from app.sample.pull import Fate, Pull
from app.study.load import load
from app.sync.client import Client
from app.sync.pool_pulls import given as written
from app.sync.pool_pulls import opened_pulls


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    for command in (give, given):
        cli.command()(command)


def give(
    context: typer.Context,
    study: Folder,
    case: Annotated[str, typer.Argument(help="Case id, as the field report names it.")],
    to: Annotated[str, typer.Option("--to", help="Desk: the 8 digits that its name begins with.")],
    draws: Draws,
    keys: Keys,
    url: Url,
    central: Central,
    by: By,
    reason: Reason,
    lang: Lang = "",
) -> None:
    """Give this very case to this desk: it comes there next, whatever its delay, once the desk has had its round with central."""
    with said_in(tongue(context, lang)) as say:
        source, publisher = load(study).id, Centre.read(keys).publisher
        room = _room(source, publisher, draws)
        with _central(url, central, publisher) as client:
            desks = sorted({str(each["name"]).partition(".")[0] for each in client.devices()})
            if to not in desks:
                raise UsageError(f'There is no desk "{to}"', todo=f"Desks are: {', '.join(desks)}")
            # Its hour is central's: by it a call is known to have come after the decision.
            now = SystemClock().wall() + client.clock_offset
            decision = Pull(case, to, by, reason, now)
            client.post("/v1/pool/give", written(source, decision, publisher, room.recipient, system_entropy))
        typer.echo(say(f"Case {case} comes next at desk {to} once it has had its round with central"))


def given(
    context: typer.Context,
    study: Folder,
    draws: Draws,
    keys: Keys,
    url: Url,
    central: Central,
    as_json: Json = False,
    lang: Lang = "",
) -> None:
    """Say which cases were given to desks, by whom and why, and what became of each."""
    with said_in(tongue(context, lang)) as say:
        source, publisher = load(study).id, Centre.read(keys).publisher
        room = _room(source, publisher, draws)
        with _central(url, central, publisher) as client:
            documents = client.post("/v1/pool/given", {"v": 1})["given"]
        try:
            found = list(opened_pulls(documents, source, publisher.verifier, room))
        except EvidenceError as error:
            raise EvidenceError(
                "What central says of cases given to desks does not hold", where=url
            ) from error
        if as_json:
            typer.echo(encode({"given": [_document(pull, fate) for pull, fate in found]}).decode())
            return
        for pull, fate in found:
            said = f"{pull.case} → {pull.desk}  {minute_in_china(pull.wall)}  {pull.by}: {pull.reason}"
            typer.echo(f"{said}  {say(fate.text)}")
        if not found:
            typer.echo(say("No case was given to a desk"))


def _document(pull: Pull, fate: Fate) -> dict[str, Value]:
    told = {"case": pull.case, "desk": pull.desk, "by": pull.by, "reason": pull.reason}
    return {**told, "wall": pull.wall, "fate": str(fate)}


def _room(study: str, publisher: Signer, draws: Path) -> Identity:
    place = DrawRoom(draws, study, draws_signer(publisher), SystemClock(), system_entropy)
    if not (draws / "room.key").exists():
        todo = "Name the folder out of which `fangxin sample release` filled the pool."
        raise UsageError("The room's key is not in this folder", where=str(draws), todo=todo)
    return place.room_key()


def _central(url: str, central: str, publisher: Signer) -> Client:
    return Client(url, "centre", publisher, verifiers([central]), SystemClock(), system_entropy)
