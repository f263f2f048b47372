"""fangxin line library: the room's own announcements, heard, named and shared by a team lead."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.commands.cli import Commands
from app.commands.invocation import identities, invocation
from app.commands.speech import announce
from app.errors import UsageError
from app.evidence.durable import storage_errors, write_file
from app.hearing.library import Offer, RoomLibrary
from app.sample.outcome import load_outcomes

cli = Commands("Announcements that the desk knows, and clips that wait for a team lead.")
_Name = Annotated[str, typer.Argument(help="The clip's id, as `list` shows it.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def _library(context: typer.Context) -> RoomLibrary:
    return RoomLibrary(invocation(context).settings.data_dir)


@cli.command("list")
def show(context: typer.Context, as_json: _Json = False) -> None:
    """List what is known, and what waits. Votes: how often interviewers closed a call with which outcome after this recording."""
    room, outcomes = _library(context), load_outcomes()
    known, offers = room.accepted(), room.offers()
    if as_json:
        accepted: list[Value] = [
            {"id": each.id, "outcome": each.outcome, "seconds": each.seconds} for each in known
        ]
        waiting: list[Value] = [_offered(name, offer) for name, offer in offers.items()]
        typer.echo(encode({"accepted": accepted, "offered": waiting}).decode())
        return
    for each in known:
        label = outcomes[each.outcome].zh if each.outcome in outcomes else "?"
        announce(f"{each.id}  known    {each.outcome} {label}  {each.seconds} s")
    for name, offer in offers.items():
        votes = ", ".join(f"{key} {outcomes[key].zh} ×{count}" for key, count in offer.votes.items())
        notes = [word for word, said in (("DISPUTED", offer.disputed), ("heard", offer.heard)) if said]
        announce(f"{name}  waiting  {votes}  {offer.entry.seconds} s  {' '.join(notes)}".rstrip())
    if not known and not offers:
        announce("Nothing is known and nothing waits. Interviewers' outcomes offer clips by themselves.")


@cli.command()
def hear(
    context: typer.Context,
    clip: _Name,
    identity: Annotated[list[Path], typer.Option(help="The team lead's private key file (age identity).")],
    out: Annotated[Path, typer.Option(help="The WAV file to write. Delete it when you have listened.")],
) -> None:
    """Open a clip that waits, to be listened to. Only then can it be accepted."""
    sound = _library(context).hear(clip, identities(identity))
    with storage_errors(out):
        write_file(out, sound)
    announce(f"{out}: {(len(sound) - 44) // 16000} s")


@cli.command()
def accept(
    context: typer.Context,
    clip: _Name,
    outcome: Annotated[str, typer.Option(help="Another outcome than the one with most votes.")] = "",
) -> None:
    """Accept a clip as the announcement that interviewers say it is: the desk knows it from its next start on. The clip
    is deleted, its landmarks stay."""
    entry = _library(context).accept(clip, load_outcomes(), outcome)
    announce(f"{entry.id} is known as {entry.outcome} {load_outcomes()[entry.outcome].zh}.")


@cli.command()
def reject(context: typer.Context, clip: _Name) -> None:
    """Reject a clip: it is no announcement, or of no use. It is deleted and not offered again."""
    _library(context).reject(clip)
    announce(f"{clip} is not offered again.")


@cli.command()
def export(context: typer.Context, study: Annotated[Path, typer.Argument(help="A study's folder.")]) -> None:
    """Copy what is known into a study: signed with it, every workstation of the study knows it."""
    if not study.is_dir():
        raise UsageError("There is no such folder", where=str(study))
    made = _library(context).export(study)
    announce(
        f"{len(made)} announcements are in {study / 'announcements'}. Build the study anew to share them."
    )


@cli.command("import")
def take_in(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A folder of announcements, or a study's folder.")],
) -> None:
    """Take in what another room's team lead has accepted."""
    found = _library(context).take_in(folder)
    if not found:
        raise UsageError("There are no announcements in this folder", where=str(folder))
    announce(f"{len(found)} announcements are known from now on.")


def _offered(name: str, offer: Offer) -> dict[str, Value]:
    return {
        "id": name,
        "votes": dict(offer.votes),
        "heard": int(offer.heard),
        "disputed": int(offer.disputed),
        "seconds": offer.entry.seconds,
    }
