"""fangxin sample, the room's pool: which columns go with a case; how full the quota cells are, and closing or opening one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.centre import Centre
from app.clock import SystemClock, system_entropy
from app.commands.invocation import extra, verifiers
from app.commands.speech import announce, language
from app.commands.tongue import Lang, said_in, tongue
from app.drawing import DrawRoom, draws_signer
from app.errors import EvidenceError, UsageError
from app.evidence.age import Identity
from app.quotas import decision_note
from app.results.field_words import NO_CELLS, state
from app.sample.calling import quotas_of
from app.sample.case import Case
from app.sample.cells import CellState, cell_states
from app.sample.quota import Cell, Closure, cell_of, named
from app.study.load import load
from app.study.model import StudySource
from app.sync import room_key
from app.sync.client import Client
from app.sync.pool_counts import known_cells
from app.sync.roll import enrolled

Folder = Annotated[Path, typer.Argument(help="Study folder.")]
Draws = Annotated[Path, typer.Option(help="Folder of this study's draws: the room's key lies there.")]
Keys = Annotated[
    Path,
    typer.Option(help="Folder made by `fangxin centre keygen`: requests and decisions are signed with it."),
]
Url = Annotated[str, typer.Option(help="Central's address.")]
Central = Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")]
CellText = Annotated[str, typer.Argument(help="The cell, as county=3,sex=1.")]
By = Annotated[str, typer.Option("--by", help="Who decides it.")]
Reason = Annotated[str, typer.Option(help="Why it is decided.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    for command in (admit, cells, close_cell, open_cell):
        cli.command()(command)


def admit(
    context: typer.Context,
    study: Folder,
    draws: Draws,
    keys: Keys,
    url: Url,
    central: Central,
    lang: Lang = "",
) -> None:
    """Give every enrolled desk the room's key, sealed to it: without it a desk gets no cases of the pool. `release` does it too; this
    is for a desk that was enrolled since. Compare the names: each must be a machine of the room."""
    with said_in(tongue(context, lang)):
        room = room_key_in(load(study), draws, keys)
        with centre_at(keys, url, central) as (client, desks):
            announce(admitted(room_key.admit(client, desks, room, system_entropy)))


def admitted(desks: Sequence[str]) -> str:
    """What is said when the room's key was handed out."""
    names = ", ".join(desks) or "none"
    return (
        f"{len(desks)} desks have the room's key and get cases from their next round on: {names}. If one of them is no machine of yours, "
        "stop: central has named it"
    )


def cells(
    context: typer.Context,
    study: Folder,
    draws: Draws,
    keys: Keys,
    url: Url,
    central: Central,
    lang: Lang = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how full the quota cells are over all desks, as these last told it, and what was decided about them."""
    with said_in(tongue(context, lang)):
        source, publisher = load(study), Centre.read(keys).publisher
        room = room_key_in(source, draws, keys)
        with centre_at(keys, url, central) as (client, _):
            told = client.post("/v1/pool/all-cells", {"v": 1})
            known = known_cells(told, source.id, publisher.verifier, room)
        states = cell_states(quotas_of(source), known, source.form)
        if as_json:
            typer.echo(encode({"cells": [cell_document(cell) for cell in states]}).decode())
        else:
            typer.echo("\n".join(cell_line(cell, language()) for cell in states) or NO_CELLS.of(language()))


def close_cell(
    context: typer.Context,
    study: Folder,
    cell: CellText,
    keys: Keys,
    url: Url,
    central: Central,
    by: By,
    reason: Reason,
    lang: Lang = "",
) -> None:
    """Close a quota cell for all desks: nobody new is interviewed in it; whoever has begun is."""
    with said_in(tongue(context, lang)):
        _decide(load(study), cell, keys, url, central, (by, reason), open_=False)


def open_cell(
    context: typer.Context,
    study: Folder,
    cell: CellText,
    keys: Keys,
    url: Url,
    central: Central,
    by: By,
    reason: Reason,
    lang: Lang = "",
) -> None:
    """Open a quota cell for all desks, also one that has reached its target."""
    with said_in(tongue(context, lang)):
        _decide(load(study), cell, keys, url, central, (by, reason), open_=True)


def cell_line(cell: CellState, spoken: str) -> str:
    """One cell for a terminal. spoken: "zh" or "en"."""
    if spoken == "zh":
        name = cell.zh if cell.zh == cell.cell else f"{cell.zh}（{cell.cell}）"
        counted = f"目标 {cell.target}" if cell.done is None else f"已完成 {cell.done}/{cell.target}"
        running = "" if cell.running is None else f"，正在访问 {cell.running}"
        return f"配额 {name}：{counted}{running}，{state(cell).zh}"
    counted = f"target {cell.target}" if cell.done is None else f"{cell.done} of {cell.target} done"
    running = "" if cell.running is None else f", {cell.running} running"
    name = cell.en if cell.en == cell.cell else f"{cell.en} ({cell.cell})"
    return f"Quota {name}: {counted}{running}, {state(cell).en}"


def cell_document(cell: CellState) -> dict[str, Value]:
    """One cell for programs; null = not known here."""
    by = cell.decided
    return {
        "cell": cell.cell,
        "target": cell.target,
        "done": cell.done,
        "running": cell.running,
        "open": cell.open,
        "by": by.by if by else "",
        "reason": by.reason if by else "",
        "decided": by.wall if by else 0,
    }


def columns(panel: Path | None, names: list[str], cases: list[Case]) -> dict[str, dict[str, str]]:
    """Number → column → text: the named columns of a table, for these cases only. Raises UsageError, StudyError."""
    if (panel is None) != (not names):
        raise UsageError(
            "Columns come out of a table", todo="Name it with --panel, and each of its columns with --column."
        )
    if panel is None:
        return {}
    with extra("centre"):
        from app.sample.listing import read_columns  # libphonenumber: the centre's
    return read_columns(panel, names, {case.number for case in cases})


def room_key_in(source: StudySource, draws: Path, keys: Path) -> Identity:
    """The room's key. Raises UsageError where the folder has none."""
    if not (draws / "room.key").exists():
        missing = "The room's key is not in this folder" if draws.is_dir() else "There is no such folder"
        todo = "Name the folder out of which `fangxin sample release` filled the pool."
        raise UsageError(missing, where=str(draws), todo=todo)
    signer = draws_signer(Centre.read(keys).publisher)
    return DrawRoom(draws, source.id, signer, SystemClock(), system_entropy).room_key()


def _decide(
    source: StudySource,
    text: str,
    keys: Path,
    url: str,
    central: str,
    who_why: tuple[str, str],
    *,
    open_: bool,
) -> None:
    known: dict[str, Cell] = {named(cell): cell for quota in quotas_of(source) for cell in quota.targets}
    chosen = named(cell_of(text))
    if chosen not in known:
        some = ", ".join(list(known)[:3]) or "it has no quotas"
        raise UsageError(
            f'The study has no quota cell "{text}"', where="study.toml, quotas", todo=f"Cells are: {some} …"
        )
    decision = Closure(known[chosen], *who_why, SystemClock().wall(), open=open_)
    note = decision_note(source.id, decision, Centre.read(keys).publisher)
    with centre_at(keys, url, central) as (client, _):
        client.post("/v1/pool/decisions", {"v": 1, "note": note})
    if open_:
        announce(
            f"{chosen} is open for every desk from its next round with central on. It stands in central's log."
        )
    else:
        announce(
            f"{chosen} is closed for every desk from its next round with central on. It stands in central's log."
        )


@contextmanager
def centre_at(keys: Path, url: str, central: str) -> Iterator[tuple[Client, dict[str, str]]]:
    """The centre at central, and the desks that are enrolled there, for which central has signed (app/sync/roll.py). Nothing is sent
    before who answers has shown that he holds central's key. What comes back and is not the room's or the centre's own work is told as
    central's."""
    publisher = Centre.read(keys).publisher
    with Client(url, "centre", publisher, verifiers([central]), SystemClock(), system_entropy) as client:
        desks = enrolled(client, system_entropy)
        try:
            yield client, desks
        except EvidenceError as error:
            raise EvidenceError("What central says of the room does not hold", where=url) from error
