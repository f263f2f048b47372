"""fangxin sample give, given: a supervisor gives one case to one desk, and sees what became of it."""

from typing import Annotated

import typer

from app.canonical import Value, encode
from app.centre import Centre
from app.clock import SystemClock, minute_in_china, system_entropy
from app.commands.cells import By, Central, Folder, Keys, Reason, Url, centre_at, room_key_in
from app.commands.frames import Draws, Json
from app.commands.speech import announce, told
from app.commands.tongue import Lang, said_in, tongue
from app.errors import UsageError
from app.sample.pull import Fate, Pull
from app.study.load import load
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
    with said_in(tongue(context, lang)):
        source, publisher = load(study), Centre.read(keys).publisher
        room = room_key_in(source, draws, keys)
        with centre_at(keys, url, central) as (client, desks):
            if to not in desks:
                raise UsageError(f'There is no desk "{to}"', todo=f"Desks are: {', '.join(sorted(desks))}")
            # Its hour is central's: by it a call is known to have come after the decision.
            now = SystemClock().wall() + client.clock_offset
            decision = Pull(case, to, by, reason, now)
            client.post(
                "/v1/pool/give", written(source.id, decision, publisher, room.recipient, system_entropy)
            )
        announce(f"Case {case} comes next at desk {to} once it has had its round with central")


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
    with said_in(tongue(context, lang)):
        source, publisher = load(study), Centre.read(keys).publisher
        room = room_key_in(source, draws, keys)
        with centre_at(keys, url, central) as (client, _):
            documents = client.post("/v1/pool/given", {"v": 1})["given"]
            found = list(opened_pulls(documents, source.id, publisher.verifier, room))
        if as_json:
            typer.echo(encode({"given": [_document(pull, fate) for pull, fate in found]}).decode())
            return
        for pull, fate in found:
            said = f"{pull.case} → {pull.desk}  {minute_in_china(pull.wall)}  {pull.by}: {pull.reason}"
            typer.echo(f"{said}  {told(fate.text)}")
        if not found:
            announce("No case was given to a desk")


def _document(pull: Pull, fate: Fate) -> dict[str, Value]:
    told = {"case": pull.case, "desk": pull.desk, "by": pull.by, "reason": pull.reason}
    return {**told, "wall": pull.wall, "fate": str(fate)}
