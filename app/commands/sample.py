"""fangxin sample: the frame, what a design costs, the draw that can be proved, and why a case is or is not called."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import Value, encode
from app.centre import Centre
from app.clock import SystemClock, system_entropy
from app.commands import calling, cells, do_not_call, frames, giving
from app.commands.cli import Commands
from app.commands.designing import design
from app.commands.frames import Draws, Folder, Json
from app.commands.invocation import extra
from app.commands.speech import announce
from app.commands.tongue import Lang, said_in, tongue
from app.do_not_call import barred_in, number_key
from app.draw_files import read_secret
from app.drawing import PAPER, SCRIPT_PAGE, DrawRoom, check_design, check_frame, draws_signer
from app.errors import UsageError
from app.evidence.durable import storage_errors, write_file
from app.sample.draw import Bundle, exclusion_digest
from app.sample.frame import Drawable, load_frame
from app.sample.paper import script as audit_script
from app.sample.records import read_records
from app.sample.source import said
from app.study.load import load
from app.study.model import StudySource
from app.sync.pool_offer import offer
from app.sync.room_key import admit

cli = Commands("Sampling frame, draw, pool, quotas and queue.")
frames.register(cli)
calling.register(cli)
cli.command()(design)
cells.register(cli)
giving.register(cli)
cli.add_typer(do_not_call.cli, name="dnc")
Name = Annotated[str, typer.Option(help="Name of the draw, as wave1.")]
Keys = Annotated[
    Path, typer.Option(help="Folder made by `fangxin centre keygen`: the draw's journal is signed with it.")
]
_DRAWS, _NAME, _KEYS = Path("draws"), "draw", Path("keys")
"""Where the centre's station has them when nobody says otherwise."""
Listed = Annotated[
    Path | None,
    typer.Option("--list", help="Draw from this clean list (`sample list`) and not from the frame."),
]
Exclude = Annotated[Path | None, typer.Option(help="Do-not-call list: one number a line.")]
DoNotCall = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the do-not-call list (`sample dnc`): frozen as it stands now, for draw and audit too."
    ),
]


@cli.command()
def commit(
    context: typer.Context,
    study: Folder,
    n: Annotated[int, typer.Option("--n", min=1, help="Numbers to draw.")],
    draws: Draws = _DRAWS,
    name: Name = _NAME,
    keys: Keys = _KEYS,
    replicate: Annotated[int, typer.Option(min=1, help="Numbers in a replicate, 250 to 500.")] = 250,
    segments: Annotated[
        int, typer.Option(min=0, help="Draw so many segments first (two stages); 0 = all.")
    ] = 0,
    secret: Annotated[
        Path | None, typer.Option(help="File with 64 hex digits; without it a new secret is made.")
    ] = None,
    exclude: Exclude = None,
    listed: Listed = None,
    beacon: Annotated[
        str, typer.Option(help='Take a future drand round instead of dice: its name, as "quicknet 12345678".')
    ] = "",
    dnc: DoNotCall = None,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Freeze the design and commit to a secret, before the dice are rolled. Print the paper and have it signed."""
    with said_in(tongue(context, lang)):
        check_design(name, n, replicate)
        source = load(study)
        chosen = read_secret(secret) if secret is not None else system_entropy(32)
        numbers, hashes = _frame(study, listed, chosen), _listed_in(dnc, keys)
        barred = exclusion_digest(chosen, _numbers(exclude) | _barred(numbers, hashes, keys))
        bundle = Bundle(source.id, source.version, numbers.digest, n, replicate, barred, _code(), segments)
        check_frame(numbers, bundle)
        tables = read_records(study / "frame")
        committed = _room(source, draws, keys).commit(name, bundle, chosen, tables, beacon, hashes)
        printed = [str(draws / name / each) for each in (PAPER, SCRIPT_PAGE)]
        words = f"C = {committed}\nbundle {bundle.digest}\nTo print and sign: {printed[0]} and {printed[1]}"
        _say({"commitment": committed, "bundle": bundle.digest, "print": printed}, words, as_json)


@cli.command()
def draw(
    context: typer.Context,
    study: Folder,
    public: Annotated[
        str,
        typer.Option(
            help="Public randomness: 40 or more dice digits, or the signature (96 hex digits) of the named drand round."
        ),
    ],
    draws: Draws = _DRAWS,
    name: Name = _NAME,
    keys: Keys = _KEYS,
    secret: Annotated[
        Path | None, typer.Option(help="The committed secret, where it was not left in the draw's folder.")
    ] = None,
    exclude: Exclude = None,
    listed: Listed = None,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Draw the sample that secret and public randomness fix."""
    with said_in(tongue(context, lang)):
        source = load(study)
        room = _room(source, draws, keys)
        known = read_secret(secret) if secret else room.secret(name)
        numbers = _frame(study, listed, known)
        barred = _numbers(exclude) | _barred(numbers, room.dnc(name), keys)
        with extra("centre"):
            count = room.draw(name, numbers, public, barred, known)
        sample, used = str(draws / name / "sample.csv"), room.randomness(name)
        told = {"public": used, "numbers": count, "sample": sample}
        _say(told, f"B = {said(used)}\n{count} numbers in ticket order: {sample}", as_json)


@cli.command()
def audit(
    context: typer.Context,
    study: Folder,
    secret: Annotated[Path, typer.Option(help="The secret, as shown to the sworn auditors.")],
    draws: Draws = _DRAWS,
    name: Name = _NAME,
    keys: Keys = _KEYS,
    exclude: Exclude = None,
    script: Annotated[Path | None, typer.Option(help="Write the independent one-page script here.")] = None,
    barred: Annotated[
        Path | None,
        typer.Option(help="Write the excluded numbers here, for that script. Destroy them when it has run."),
    ] = None,
    listed: Listed = None,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Recompute a draw from its sealed record. Exit 1 when something does not hold."""
    with said_in(tongue(context, lang)):
        source, shown = load(study), read_secret(secret)
        room, numbers = _room(source, draws, keys), _frame(study, listed, shown)
        excluded = _numbers(exclude) | _barred(numbers, room.dnc(name), keys)
        with extra("centre"):
            checks = room.audit(name, numbers, shown, excluded)
        if barred is not None:
            with storage_errors(barred):
                write_file(barred, "".join(f"{number}\n" for number in sorted(excluded)).encode())
        if script is not None:
            script.write_bytes(audit_script())
        if as_json:
            typer.echo(encode([{"what": c.what, "holds": c.holds} for c in checks]).decode())
        else:
            for checked in checks:
                announce(f"holds  {checked.what}" if checked.holds else f"FAILS  {checked.what}")
            made = room.published(name)
            announce(
                f"Compare with the signed paper: C {made.commitment}, bundle {made.bundle}, B {made.randomness}"
            )
        if not all(checked.holds for checked in checks):
            raise typer.Exit(1)


@cli.command()
def release(
    context: typer.Context,
    study: Folder,
    url: Annotated[str, typer.Option(help="Central's address.")],
    central: Annotated[str, typer.Option(help="Central's public key, or the file that holds it.")],
    draws: Draws = _DRAWS,
    name: Name = _NAME,
    keys: Keys = _KEYS,
    replicate: Annotated[int, typer.Option(min=1, help="Which replicate of the draw.")] = 1,
    listed: Listed = None,
    panel: Annotated[
        Path | None, typer.Option(help="Table with the numbers and what is known of them.")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(help="Column of --panel that goes with its case, sealed for the room."),
    ] = None,
    lang: Lang = "",
) -> None:
    """Release a replicate into the room's pool at central, whole. Every enrolled desk is given the room's key, sealed to it."""
    with said_in(tongue(context, lang)):
        place = _room(load(study), draws, keys)
        cases = place.release(name, replicate, _frame(study, listed, place.secret(name)))
        room = place.room_key(new=True)
        publisher = Centre.read(keys).publisher
        known = cells.columns(panel, column or [], cases)
        with cells.centre_at(keys, url, central) as (client, desks):
            named = admit(client, desks, room, system_entropy)
            offered = offer(cases, room.recipient, number_key(publisher), system_entropy, known)
            answer = client.post("/v1/pool/cases", offered)
        announce(f"{answer['added']} of {len(cases)} cases are new in the pool; {cells.admitted(named)}")


def _say(told: Mapping[str, Value], words: str, as_json: bool) -> None:
    if as_json:
        typer.echo(encode(told).decode())
    else:
        announce(words)


def _frame(study: Path, listed: Path | None, secret: bytes) -> Drawable:
    if listed is None:
        return load_frame(sorted((study / "frame").glob("*.csv")))
    with extra("centre"):
        from app.sample.listing import ListFrame, read_listing  # libphonenumber, as above
    listing, report = read_listing(listed, secret)
    if report.bad_in_all or report.twice:
        raise UsageError(
            "This list is not clean", where=str(listed), todo="Make it clean with `fangxin sample list`."
        )
    return ListFrame(listing, secret)


def _room(source: StudySource, draws: Path, keys: Path) -> DrawRoom:
    return DrawRoom(
        draws, source.id, draws_signer(Centre.read(keys).publisher), SystemClock(), system_entropy
    )


def _listed_in(dnc: Path | None, keys: Path) -> frozenset[str]:
    return do_not_call.existing(dnc, keys).on_it() if dnc else frozenset()


def _barred(frame: Drawable, hashes: frozenset[str], keys: Path) -> frozenset[str]:
    return barred_in(frame, hashes, Centre.read(keys).publisher)


def _numbers(path: Path | None) -> frozenset[str]:
    if path is None:
        return frozenset()
    todo = "One number a line, digits only, as the frame has it."
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError("The do-not-call list cannot be read", where=str(path), todo=todo) from error
    for at, line in enumerate(lines, start=1):
        if line and not (line.isascii() and line.isdigit()):  # it would bar nobody, and nobody would be told
            raise UsageError("This is no number to leave out", where=f"{path}, line {at}", todo=todo)
    return frozenset(line for line in lines if line)


def _code() -> str:
    from app import __version__

    return f"fangxin {__version__}"
