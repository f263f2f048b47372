"""fangxin witness: the supervisor's own machine, which sees to it that central's log only ever grows."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from cryptography.x509 import Certificate

from app.canonical import encode
from app.certificate import Checked, told
from app.clock import SystemClock, system_entropy
from app.commands.cli import Commands
from app.commands.invocation import extra, verifiers
from app.commands.speech import announce, language
from app.errors import EvidenceError, SyncError, UsageError
from app.evidence.note import Verifier
from app.evidence.stamp import certificates
from app.evidence.verify import check_history
from app.evidence.witnessing import read_witness
from app.sentences import said
from app.witness.keeper import Keeper, witness_signer
from app.witness.round import Central, look
from app.witness.stamps import stamp_newest

cli = Commands("The witness on the supervisor's machine.")
Data = Annotated[Path, typer.Option(help="The witness's folder; made when it is not there.")]
_LogKey = Annotated[
    str,
    typer.Option(
        help="The public key of central's log (log.vkey), got by another way than from central's address."
    ),
]


@cli.command()
def key(
    data: Data,
    name: Annotated[
        str, typer.Option(help="The witness's name in signatures, once and for all.")
    ] = "witness",
) -> None:
    """Print the witness's public key; make it the first time. It goes into the study package and to every auditor."""
    typer.echo(witness_signer(data, system_entropy, name).vkey)


@cli.command()
def run(
    data: Data,
    central: Annotated[str, typer.Option(envvar="FANGXIN_CENTRAL_URL", help="Central's address, https://…")],
    log_key: _LogKey,
    every: Annotated[int, typer.Option(min=1, max=86400, help="Seconds between two looks.")] = 600,
    once: Annotated[bool, typer.Option("--once", help="Look once and end; exit 1 means alarm.")] = False,
    tsa: Annotated[
        str,
        typer.Option(help="Address of a time-stamp authority (RFC 3161), asked for a stamp at each look."),
    ] = "",
    tsa_cert: Annotated[list[Path] | None, typer.Option(help="The authority's certificate (PEM).")] = None,
) -> None:
    """Look at central's log again and again, until Ctrl+C: cosign what has only grown, refuse and keep what has not."""
    trusted = [each for path in tsa_cert or [] for each in certificates(path.read_bytes())]
    with (
        Keeper.open(data, _log(log_key), SystemClock(), system_entropy) as keeper,
        closing(Central(central)) as log,
    ):
        while True:
            good = _looked(keeper, log)
            if good and tsa:
                good = _said(lambda: _stamped(keeper, tsa, trusted))
            if once:
                raise typer.Exit(0 if good else 1)
            time.sleep(every)


@cli.command()
def sheet(
    data: Data,
    out: Annotated[Path, typer.Option(help="The sheet to write, .pdf or .html.")],
) -> None:
    """Write the sheet of this day: counts, and the cosigned checkpoint as a code to scan."""
    with extra("witness"):
        from app.witness.sheet import sheet_of, write_sheet  # drawing PDFs and codes is an extra
    clock = SystemClock()
    if not (data / "log.vkey").is_file():
        todo = "Name the folder in which `witness run` has looked at central."
        raise UsageError("There is nothing of a witness here", where=str(data), todo=todo)
    with Keeper.open(data, _log(str(data / "log.vkey")), clock, system_entropy) as keeper:
        made = sheet_of(keeper, clock.wall())
    write_sheet(out, made)
    announce(f"{out}: {made.size} lines of central's log, {len(made.rows)} workstations")


@cli.command()
def check(
    text: Annotated[
        Path,
        typer.Argument(
            metavar="scan", help="File with what a scanner read off a sheet; or a witness's folder."
        ),
    ],
    archive: Annotated[Path, typer.Argument(help="The archive to hold against it.")],
    witness_key: Annotated[
        list[str], typer.Option(help="The witness's public key: the line itself, or a file of such lines.")
    ],
    tsa: Annotated[
        list[Path] | None, typer.Option(help="A time-stamp authority's certificate (PEM).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Does an archive still begin with what the witness saw? Reads the log and the journals only; `fangxin verify` checks the rest."""
    witnessed = read_witness([text], verifiers(witness_key), tsa or [])
    verdict = check_history(archive, witnessed)
    shown = told(Checked(archive, verdict), language(), datetime.now(UTC).astimezone())
    typer.echo(encode(verdict.to_json()).decode() if as_json else shown)
    raise typer.Exit(0 if verdict.ok else 1)


def _log(text: str) -> Verifier:
    return verifiers([text])[0]


def _looked(keeper: Keeper, log: Central) -> bool:
    def step() -> None:
        seen = look(keeper, log)
        if seen.alarm:
            raise EvidenceError(
                f"ALARM: {seen.alarm}",
                where=str(keeper.folder / "refused"),
                todo="Call the commissioning body.",
            )
        if seen.new:
            announce(f"{seen.size} lines, {seen.new} of them new: cosigned")

    return _said(step)


def _stamped(keeper: Keeper, tsa: str, trusted: list[Certificate]) -> None:
    found = stamp_newest(keeper, tsa, trusted)
    if found is not None:
        announce(f"{found[0].name}: {found[1].authority}")


def _said(step: Callable[[], None]) -> bool:
    """Take a step of a round. What central or the network does wrong is said and the next round comes; what the disk does wrong is not
    caught: a witness that cannot remember must not go on."""
    try:
        step()
    except (EvidenceError, SyncError) as error:
        typer.echo(f"fangxin: {said(error, language())}", err=True)
        return False
    return True
