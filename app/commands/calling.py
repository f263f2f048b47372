"""fangxin sample, in the field: the next case, why a case is or is not called, who knows whom, and the field report."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import SystemClock, system_entropy
from app.commands.invocation import identities, invocation
from app.errors import UsageError
from app.known_numbers import acquaint, acquainted, hasher
from app.pool import Asked
from app.results.field import FieldReport, field_report
from app.results.open import open_archive
from app.results.table import Tally
from app.sample.calling import calendar_for, caller_of, calling_plan
from app.sample.outcome import load_outcomes
from app.sample.plan import Plan, skills_missing, wants
from app.sample.queue import explain
from app.study.load import load
from app.study.model import Study
from app.workstation import Workstation, open_workstation

_CHINA = timezone(timedelta(hours=8))
Now = Annotated[
    str, typer.Option(help="As if it were this time in China: 2026-03-02T18:40. Without it: now.")
]
Who = Annotated[str, typer.Option(help="Person of the roster, by name or number.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    for command in (pick, why, knows, report):
        cli.command()(command)


def pick(context: typer.Context, now: Now = "", who: Who = "", as_json: Json = False) -> None:
    """Say which case this workstation would hand out next. Nothing is taken."""
    station, study, plan = _station(context)
    moment, pool = _moment(now), station.store.follow(plan, hasher(station.store, system_entropy))
    caller = caller_of(study, who, acquainted(station.store, caller_of(study, who).id)) if who else None
    found = pool.best(Asked(moment, caller=caller))
    due = None if found else pool.next_due(moment)
    reason = explain(station.store.case(found), moment, plan) if found else ""
    crew = [caller_of(study, person.name) for person in study.roster]
    waiting = pool.waiting_for()
    starved = {skill: waiting[skill] for skill in skills_missing(waiting, crew)}
    if as_json:
        told = {"case": found or "", "why": reason, "next_due": due or 0, "starved": starved}
        typer.echo(encode(told).decode())
    elif found:
        typer.echo(f"{found}  {reason}")
    else:
        typer.echo("No case may be dialled now." + (f" Next due {_clock(due)}." if due else ""))
    if starved and not as_json:
        listed = ", ".join(f"{skill} ({n})" for skill, n in starved.items())
        typer.echo(f"Cases that are ready and that nobody on the roster can call: {listed}.")


def why(context: typer.Context, case: Annotated[str, typer.Argument(help="Case id.")], now: Now = "") -> None:
    """Say why a case is or is not handed out."""
    station, study, plan = _station(context)
    one = station.store.case(case)
    typer.echo(explain(one, _moment(now), plan))
    asks = wants(one, plan)
    if asks.skill:
        crew = [caller_of(study, person.name) for person in study.roster]
        starved = skills_missing([asks.skill], crew)
        typer.echo(f"It asks for {asks.skill}" + (", which nobody on the roster has." if starved else "."))
    if asks.another_than:
        typer.echo(f"Not for {asks.another_than}, who made the last call.")
    for attempt in one.attempts:
        outcome = plan.outcome(attempt)
        typer.echo(
            f"  {_clock(attempt.ended)}  {attempt.outcome} {outcome.zh if outcome else 'cut off'}  {attempt.by}"
        )


def knows(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="Person of the roster, by name or number.")],
    number: Annotated[
        str, typer.Argument(help="A number that this person must never call: the own one, a relative's.")
    ],
) -> None:
    """Never give this number to this person. Only a keyed hash of it is kept."""
    station, study, _ = _station(context)
    person = caller_of(study, who).id
    acquaint(station.store, person, hasher(station.store, system_entropy)(number))
    typer.echo(f"{person} is not given this number any more.")


def report(
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    study: Annotated[Path, typer.Option(help="Study folder: hours and holidays.")],
    identity: Annotated[list[Path], typer.Option(help="Identity file, or the folder of `centre keygen`.")],
    released: Annotated[
        int, typer.Option(min=0, help="Numbers handed out; those never dialled count too.")
    ] = 0,
    as_json: Json = False,
) -> None:
    """The field report: dials, contacts, completes, refusals, dead numbers; rates; whether the drawn order was kept."""
    calendar = calendar_for(load(study))
    opened = open_archive(archive, identities(identity))
    found = field_report(opened.calls, load_outcomes(), calendar, released=released)
    if as_json:
        typer.echo(encode(_document(found)).decode())
        return
    for title, table in _tables(found).items():
        typer.echo(f"{title:<14}   dials contacts complete  refused     dead    hours  yield")
        for name, tally in table.items():
            typer.echo(_line(name, tally))
    shown = ("RR1", "RR3", "RR5", "COOP1", "REF1", "CON1", "e")
    for rate in (found.rates[name] for name in shown):
        typer.echo(f"{rate.name:<6} {_share(rate.value):>6}   {rate.formula}")
    typer.echo(
        f"Order of the draw: {_share(found.cherry_all)} of the pairs of numbers were first dialled the other way round "
        "(0 % = as drawn)."
    )


def _station(context: typer.Context) -> tuple[Workstation, Study, Plan]:
    station = open_workstation(invocation(context).settings.data_dir, SystemClock(), system_entropy)
    study = station.study()
    if study is None:
        raise UsageError(
            "No study is installed on this workstation", todo="Enrol it first: fangxin sync enrol."
        )
    return station, study, calling_plan(study, rehearsal=study.rehearsal_only)


def _moment(now: str) -> int:
    if not now:
        return SystemClock().wall()
    try:
        moment = datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError(f'"{now}" is no time', todo="Write it as 2026-03-02T18:40.") from error
    return int((moment if moment.tzinfo else moment.replace(tzinfo=_CHINA)).timestamp() * 1000)


def _clock(wall: int) -> str:
    return datetime.fromtimestamp(wall / 1000, UTC).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")


def _tables(found: FieldReport) -> Mapping[str, Mapping[str, Tally]]:
    return {
        "all": {"": found.total},
        "by hour": found.by_hour,
        "by interviewer": found.by_interviewer,
        "by slice": found.by_slice,
        "by line": found.by_line,
        "by replicate": found.by_replicate,
    }


def _line(name: str, tally: Tally) -> str:
    counts = (tally.calls, tally.contacts, tally.completes, tally.refusals, tally.dead)
    numbers = " ".join(f"{n:>8}" for n in counts)
    return f"  {name[:13]:<13}{numbers} {tally.seconds / 3600:8.1f} {_share(tally.yielded):>6}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _document(found: FieldReport) -> dict[str, object]:
    return {
        "tables": {
            title: {
                name: {field: getattr(tally, field) for field in tally.__slots__}
                for name, tally in table.items()
            }
            for title, table in _tables(found).items()
        },
        "rates": {name: _text(rate.value) for name, rate in found.rates.items()},
        "order": {
            "all": _text(found.cherry_all),
            **{name: _text(value) for name, value in found.cherry.items()},
        },
        "starved": dict(found.starved),
    }


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"  # canonical JSON has no floats
