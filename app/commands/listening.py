"""fangxin sample listening: the calls that the draw has chosen for the team lead's ear."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import minute_in_china
from app.commands.invocation import identities
from app.results.listening import Share, listening_sample
from app.results.open import open_archive


def listening(
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    identity: Annotated[list[Path], typer.Option(help="Identity file, or the folder of `centre keygen`.")],
    completes: Annotated[
        float, typer.Option(min=0, max=100, help="Of an interviewer's complete interviews, per cent.")
    ] = 10,
    coded: Annotated[
        float, typer.Option(min=0, max=100, help="Of refusals, not eligible and dead numbers, per cent.")
    ] = 3,
    least: Annotated[int, typer.Option(min=0, help="Complete interviews of everybody, at least.")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Which calls the team lead hears: the draw chooses them, neither desk nor lead."""
    opened = open_archive(archive, identities(identity))
    chosen = listening_sample(opened.calls, Share(completes / 100, coded / 100, least))
    if as_json:
        rows = [
            {"call": c.call, "device": c.device, "interviewer": c.interviewer, "outcome": c.outcome}
            for c in chosen
        ]
        typer.echo(encode(rows).decode())
        return
    for call in chosen:
        typer.echo(
            f"{call.interviewer:<8} {minute_in_china(call.started)}  {call.call}  {call.outcome}  {call.seconds} s  {call.device}"
        )
    typer.echo(f"{len(chosen)} of {len(opened.calls)} calls are to be heard")
