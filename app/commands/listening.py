"""fangxin sample listening: the calls that the draw has chosen for the team lead's ear, and which of them were heard."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.clock import minute_in_china
from app.commands.invocation import identities, invocation
from app.commands.speech import announce, told
from app.commands.tongue import Lang, said_in, tongue
from app.custody.listening import Listened, listened
from app.results.listening import Share, listening_sample
from app.results.open import calls_told, open_archive
from app.results.table import CallRow
from hardware.base import RATE

Log = Annotated[
    Path | None,
    typer.Option(help="Folder of the journals of who listened; not given: listening, in the data folder."),
]


def listening(
    context: typer.Context,
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    identity: Annotated[
        list[Path] | None,
        typer.Option(
            help="Private key file, or the folder of `centre keygen`. Not given: the journals alone are read."
        ),
    ] = None,
    completes: Annotated[
        float, typer.Option(min=0, max=100, help="Share of each interviewer's complete interviews, per cent.")
    ] = 10,
    coded: Annotated[
        float,
        typer.Option(min=0, max=100, help="Share of refusals, ineligible people and dead numbers, per cent."),
    ] = 3,
    least: Annotated[
        int, typer.Option(min=0, help="At least so many complete interviews of each interviewer.")
    ] = 3,
    log: Log = None,
    lang: Lang = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List the calls that the team lead hears: the draw chooses them, neither desk nor lead. Those that were heard are marked."""
    with said_in(tongue(context, lang)):
        calls = open_archive(archive, identities(identity)).calls if identity else calls_told(archive)
        chosen = listening_sample(calls, Share(completes / 100, coded / 100, least))
        heard = listened(log or journals(invocation(context).settings.data_dir))
        if as_json:
            typer.echo(encode([_row(call, heard.get(call.call, Listened())) for call in chosen]).decode())
            return
        for call in chosen:
            said = f"{call.interviewer:<8} {minute_in_china(call.started)}  {call.call}  {call.outcome}  {call.seconds} s  {call.device}"
            typer.echo(f"{said}  {_mark(heard.get(call.call, Listened()))}".rstrip())
        done = sum(call.call in heard for call in chosen)
        announce(f"{len(chosen)} of {len(calls)} calls are to be heard; {done} of them were")


def journals(data_dir: Path) -> Path:
    """Where the journals of who listened lie when nobody says otherwise."""
    return data_dir / "listening"


def _row(call: CallRow, heard: Listened) -> dict[str, Value]:
    row: dict[str, Value] = {"call": call.call, "device": call.device, "interviewer": call.interviewer}
    return row | {"outcome": call.outcome, "heard": heard.samples // RATE, "copied": int(heard.copied)}


def _mark(heard: Listened) -> str:
    if heard.samples:
        return told(f"heard {heard.samples / RATE:.0f} s")
    return told("copied") if heard.copied else ""
