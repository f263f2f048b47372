"""fangxin sample dnc: the centre's list of people who do not want to be called, and what it says to central."""

from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.centre import Centre
from app.clock import SystemClock, minute_in_china
from app.commands.cells import centre_at
from app.commands.cli import Commands
from app.commands.frames import Folder, Json
from app.commands.invocation import extra
from app.commands.speech import announce
from app.commands.tongue import Lang, said_in, tongue
from app.commands.typed import typed_number
from app.do_not_call import DoNotCall
from app.errors import StudyError, UsageError
from app.sample.digits import BadRow, Ill
from app.study.load import load
from app.withdrawal import entry_note

cli = Commands(
    "People who do not want to be called: one list for all studies of a centre, kept as keyed hashes."
)
List = Annotated[
    Path, typer.Argument(help="Folder of the list, on the centre's station; made the first time.")
]
Keys = Annotated[Path, typer.Option(help="Folder made by `fangxin centre keygen`: it signs the list.")]
By = Annotated[str, typer.Option("--by", help="Who decides it.")]
Reason = Annotated[str, typer.Option(help="Why it is decided.")]
_ONE_REQUEST = 500
"""Notes that are handed to central at once."""


@cli.command()
def add(context: typer.Context, folder: List, keys: Keys, by: By, reason: Reason, lang: Lang = "") -> None:
    """Put a number on the list. It is typed here, not on the command line, which others can read and the shell remembers."""
    with said_in(tongue(context, lang)):
        _decide(folder, keys, [_typed()], (by, reason), barred=True)


@cli.command()
def remove(context: typer.Context, folder: List, keys: Keys, by: By, reason: Reason, lang: Lang = "") -> None:
    """Take a number off the list, because its owner asks for it. That it stood there stays in the journal."""
    with said_in(tongue(context, lang)):
        _decide(folder, keys, [_typed()], (by, reason), barred=False)


@cli.command(name="import")
def import_(
    context: typer.Context,
    folder: List,
    table: Annotated[
        Path,
        typer.Argument(help="Text file: one number a line, in UTF-8. Nothing is taken while one is wrong."),
    ],
    keys: Keys,
    by: By,
    reason: Reason,
    lang: Lang = "",
) -> None:
    """Put all numbers of a file on the list. Destroy the file afterwards: the list does not need it."""
    with said_in(tongue(context, lang)):
        try:
            lines = table.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            todo = "One number a line, as text in UTF-8."
            raise UsageError("The do-not-call list cannot be read", where=str(table), todo=todo) from error
        _decide(folder, keys, _plain(lines, table), (by, reason), barred=True)


@cli.command(name="list")
def list_(context: typer.Context, folder: List, keys: Keys, lang: Lang = "", as_json: Json = False) -> None:
    """Say who was put on the list or taken off it, when, by whom and why. A number is shown as the first digits of its hash."""
    with said_in(tongue(context, lang)):
        entries = existing(folder, keys).entries()
        if as_json:
            rows = [
                {"key": e.key, "barred": int(e.barred), "by": e.by, "reason": e.reason, "wall": e.wall}
                for e in entries
            ]
            typer.echo(encode({"entries": rows}).decode())
            return
        for entry in entries:
            sign = "+" if entry.barred else "-"
            typer.echo(f"{sign} {entry.key[:12]}  {minute_in_china(entry.wall)}  {entry.by}: {entry.reason}")


@cli.command()
def tell(
    context: typer.Context,
    folder: List,
    study: Folder,
    keys: Keys,
    url: Annotated[str, typer.Option(help="Central's address.")],
    central: Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")],
    lang: Lang = "",
) -> None:
    """Hand the list to a study's central, and take in who said at one of its desks that he does not want to be called. Do it for every
    study in the field: so a resident says it once. Desks heed it from their next round on."""
    with said_in(tongue(context, lang)):
        source, listed, publisher = load(study), existing(folder, keys), Centre.read(keys).publisher
        notes = [entry_note(source.id, entry, publisher) for entry in listed.entries()]
        taken, answer = 0, dict[str, Value]()
        with centre_at(keys, url, central) as (client, _):
            for at in range(0, max(1, len(notes)), _ONE_REQUEST):
                answer = client.post("/v1/pool/do-not-call", {"v": 1, "notes": notes[at : at + _ONE_REQUEST]})
                taken += int(answer["taken"])
        said = [(str(row["key"]), int(row["wall"])) for row in answer["withdrawn"]]
        heard = listed.take_in(said, source.id)
        announce(
            f"{taken} decisions are new to central; {heard} numbers of residents who said so at a desk were put on the list"
        )


def _decide(folder: Path, keys: Path, numbers: list[str], who_why: tuple[str, str], *, barred: bool) -> None:
    listed = _list(folder, keys)
    changed = listed.decide(numbers, *who_why, barred=barred)
    all_ = len(numbers)
    if barred:
        announce(
            f"{changed} of {all_} numbers were put on the list. Tell every central: fangxin sample dnc tell"
        )
    else:
        announce(
            f"{changed} of {all_} numbers were taken off the list. Tell every central: fangxin sample dnc tell"
        )


def existing(folder: Path, keys: Path) -> DoNotCall:
    """The list in this folder. Raises UsageError when none was begun there: a slip in its name must not bar nobody."""
    if not (folder / "journal" / "journal.jsonl").is_file():
        todo = "Name its folder, or begin one with `fangxin sample dnc add`."
        raise UsageError("There is no do-not-call list in this folder", where=str(folder), todo=todo)
    listed = _list(folder, keys)
    listed.check()
    return listed


def _list(folder: Path, keys: Path) -> DoNotCall:
    return DoNotCall(folder, Centre.read(keys).publisher, SystemClock())


def _typed() -> str:
    with extra("centre"):  # libphonenumber: the centre's
        from app.sample.numbers import plain
    return typed_number(plain)


def _plain(lines: list[str], table: Path) -> list[str]:
    """The numbers of all lines; empty ones are passed over. Raises StudyError naming every line that is none."""
    with extra("centre"):
        from app.sample.numbers import plain
    read = [(n, plain(line)) for n, line in enumerate(lines, start=1) if line.strip()]
    bad = [BadRow(n, found) for n, found in read if isinstance(found, Ill)]
    for row in bad:
        announce(str(row), err=True)
    if bad:
        what = f"{len(bad)} of {len(read)} rows cannot be taken, so nothing was written"
        raise StudyError(what, where=str(table), todo="Mend the lines above.")
    return [found.digits for _, found in read if not isinstance(found, Ill)]
