"""fangxin centre: the centre's keys, and opening what came in."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.centre import Centre, read_recipient
from app.clock import system_entropy
from app.commands import custody
from app.commands.invocation import identities
from app.errors import UsageError
from app.evidence.durable import storage_errors, write_file
from app.results.open import open_archive

cli = typer.Typer(help="The centre's own machine: keys, and opening what came in.", no_args_is_help=True)
custody.register(cli)


@cli.command()
def keygen(
    folder: Annotated[Path, typer.Argument(help="New or empty folder, on the centre's machine only.")],
    name: Annotated[str, typer.Option(help="The publisher's name in signatures.")] = "centre/publisher",
) -> None:
    """Make the centre's keys. Whoever has this folder can open every interview: do it off line, then split and lock (see analyst.md)."""
    centre = Centre.generate(name, system_entropy)
    centre.write(folder)
    typer.echo(
        f"Keys are in {folder}. The publisher's public key, for workstations and central:\n{centre.publisher.vkey}"
    )


@cli.command(name="open")
def open_command(
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    out: Annotated[Path, typer.Option(help="Where to write interviews.jsonl and calls.jsonl.")],
    identity: Annotated[
        list[Path] | None, typer.Option(help="Identity file, or the folder of `centre keygen`.")
    ] = None,
    split: Annotated[
        Path | None, typer.Option(help="Folder of `centre keygen` whose centre's key the custodians have.")
    ] = None,
    sheet: custody.Sheets = None,
) -> None:
    """Verify an archive and open its interviews into one JSON line each."""
    keys = identities(identity or [])
    if split is not None:
        keys.append(custody.joined(sheet or [], read_recipient(split / "centre.pub")))
    if not keys:
        raise UsageError("No key was named", todo="Give --identity, or --split and the custodians' words.")
    opened = open_archive(archive, keys)
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        for name, rows in (("calls", opened.calls), ("interviews", opened.interviews)):
            lines = b"".join(encode(asdict(row)) + b"\n" for row in rows)
            write_file(out / f"{name}.jsonl", lines)
    typer.echo(f"{len(opened.calls)} calls and {len(opened.interviews)} interviews are in {out}")
