"""fangxin centre: the centre's keys, and opening what came in."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.centre import Centre
from app.centre_journal import journal_keys
from app.clock import system_entropy
from app.commands import custody, listen
from app.commands.cli import Commands
from app.commands.speech import announce
from app.evidence.durable import storage_errors, write_file
from app.results.open import open_archive

cli = Commands("The centre's own machine: keys, and opening what came in.")
custody.register(cli)
listen.register(cli)


@cli.command()
def keygen(
    folder: Annotated[Path, typer.Argument(help="New or empty folder, on the centre's machine only.")],
    name: Annotated[str, typer.Option(help="The publisher's name in signatures.")] = "centre/publisher",
) -> None:
    """Make the centre's keys. Whoever has this folder can open every interview: do it off line, then split and lock (see analyst.md)."""
    centre = Centre.generate(name, system_entropy)
    centre.write(folder)
    with storage_errors(folder):
        write_file(
            folder / "journals.vkey", "".join(f"{key}\n" for key in journal_keys(centre.publisher)).encode()
        )
    announce(
        f"Keys are in {folder}. The publisher's public key, for workstations and central:\n{centre.publisher.vkey}"
    )


@cli.command(name="open")
def open_command(
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    out: Annotated[Path, typer.Option(help="Where to write interviews.jsonl and calls.jsonl.")],
    identity: custody.Identities = None,
    split: custody.Split = None,
    sheet: custody.Sheets = None,
) -> None:
    """Verify an archive and open its interviews into one JSON line each."""
    opened = open_archive(archive, custody.keys_of(identity, split, sheet))
    with storage_errors(out):
        out.mkdir(parents=True, exist_ok=True)
        for name, rows in (("calls", opened.calls), ("interviews", opened.interviews)):
            lines = b"".join(encode(asdict(row)) + b"\n" for row in rows)
            write_file(out / f"{name}.jsonl", lines)
    announce(f"{len(opened.calls)} calls and {len(opened.interviews)} interviews are in {out}")
