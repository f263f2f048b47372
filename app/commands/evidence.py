"""fangxin verify: the check that anyone can make."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.certificate import Checked, Render, kind_of, told, write_certificate
from app.commands.invocation import bar, extra, identities, verifiers
from app.commands.tongue import said_in, tongue
from app.errors import FangxinError, UsageError
from app.evidence.cdr import read_list
from app.evidence.verify import verify as verify_path
from app.evidence.witnessing import read_witness

_Where = Annotated[
    Path, typer.Argument(help="An archive, a workstation's data folder, or a journal's folder.")
]
Keys = Annotated[
    list[str] | None, typer.Option(help="A public key you trust: the line itself, or a file of such lines.")
]
_Identities = Annotated[
    list[Path] | None,
    typer.Option(help="A private key file (age identity), to check what is sealed as well."),
]
_Cdr = Annotated[
    Path | None, typer.Option(help="A carrier's list of calls (CSV), to compare every call with.")
]
_CdrZone = Annotated[str, typer.Option(help="Time zone of the times in --cdr that name none.")]
Witness = Annotated[list[Path] | None, typer.Option(help="A cosigned checkpoint, or a witness's folder.")]
WitnessKeys = Annotated[
    list[str] | None, typer.Option(help="The witness's public key: the line itself, or a file of such lines.")
]
_Tsa = Annotated[list[Path] | None, typer.Option(help="A time-stamp authority's certificate (PEM).")]
_Certificate = Annotated[
    Path | None, typer.Option(help="Write the verdict as a page for people too (.html or .pdf).")
]
_Lang = Annotated[
    str,
    typer.Option(
        metavar="zh|en", is_eager=True, help="Language of the verdict and the certificate, zh or en."
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add the command."""
    cli.command()(verify)


def verify(
    context: typer.Context,
    path: _Where,
    key: Keys = None,
    identity: _Identities = None,
    cdr: _Cdr = None,
    cdr_zone: _CdrZone = "+08:00",
    witness: Witness = None,
    witness_key: WitnessKeys = None,
    tsa: _Tsa = None,
    certificate: _Certificate = None,
    lang: _Lang = "",
    as_json: _Json = False,
) -> None:
    """Has anything been altered, and is anything missing? Two separate answers. Exit 0 only when both are good."""
    language = tongue(context, lang)  # asked wrongly is said now, not after hours
    render = _render(certificate)
    zone = _zone(cdr_zone)
    go_together(tsa, witness, witness_key)
    with said_in(language), checking() as heard:
        verdict = verify_path(
            path,
            keys=verifiers(key or []),
            identities=identities(identity or []),
            carrier=read_list(cdr, zone) if cdr else None,
            witnessed=read_witness(witness, verifiers(witness_key or []), tsa or []) if witness else None,
            progress=heard,
        )
    checked = Checked(path, verdict, tuple(key or ()))
    if certificate is not None:
        write_certificate(certificate, checked, language, render)
    typer.echo(
        encode(verdict.to_json()).decode()
        if as_json
        else told(checked, language, datetime.now(UTC).astimezone())
    )
    raise typer.Exit(0 if verdict.ok else 1)


class _StoppedError(FangxinError):
    """Somebody pressed Ctrl+C."""

    exit_code = 130


@contextmanager
def checking() -> Iterator[Callable[[int, int], None]]:
    """The bar of a check. Ctrl+C ends it with a word that nobody takes for a verdict."""
    try:
        with bar("checking") as heard:
            yield heard
    except KeyboardInterrupt:
        what = "The check was stopped before its end: this is no verdict"
        raise _StoppedError(what, todo="Nothing was changed; run it again.") from None


def go_together(tsa: object, witness: object, witness_key: object) -> None:
    """Raises UsageError for options of which one says nothing without the other."""
    if tsa and not witness:
        todo = "Pass --witness, the folder that holds the tokens."
        raise UsageError(
            "A time-stamp authority's word is looked for beside a witness's checkpoints", todo=todo
        )
    if witness and not witness_key:
        todo = "Pass --witness-key: without it anybody could have signed that."
        raise UsageError("The witness's own key is needed", todo=todo)


def _render(certificate: Path | None) -> Render | None:
    """How the certificate is to be written, None = as HTML. Raises UsageError for another kind of file, or without the library for PDF."""
    if certificate is None or kind_of(certificate) == "html":
        return None
    with extra("witness"):
        from app.certificate_pdf import pdf  # drawing PDFs is an extra, and slow to load
    return pdf


def _zone(text: str) -> timezone:
    """ "+08:00" as a zone. Raises UsageError."""
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})", text)
    if match is None or int(match[2]) > 14:
        raise UsageError(f'"{text}" is no time zone', todo="Write it like +08:00.")
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))
