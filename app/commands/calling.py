"""fangxin sample, in the field: the next case, why a case is or is not called, who knows whom, and the field report (fieldwork.py)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.canonical import encode
from app.clock import SystemClock, minute_in_china, system_entropy
from app.commands.fieldwork import report
from app.commands.invocation import invocation
from app.commands.listening import listening
from app.commands.moments import Now, moment
from app.commands.speech import announce, language, told
from app.commands.tongue import Lang, said_in, tongue
from app.commands.typed import typed_number
from app.errors import UsageError
from app.known_numbers import acquaint, acquainted, hasher
from app.pool import Pool
from app.pulls import Pulls
from app.queue_order import Asked
from app.quotas import Quotas
from app.results.field_words import SKILLS
from app.results.field_words import why as lacks
from app.results.words import Words
from app.sample.calling import caller_of, calling_plan, quotas_of
from app.sample.digits import meant
from app.sample.plan import Plan, skills_missing, wants
from app.sample.pull import Fate
from app.sample.queue import explain
from app.sample.starved import starved
from app.study.model import Study
from app.workstation import STORE, Workstation, open_workstation

Who = Annotated[str, typer.Option(help="Person of the roster, by name or number.")]
_IN_VAIN = (
    "The sample puts it into a quota cell that is full ({}): it is not dialled until there is a place, except for an appointment or an "
    "interview that has begun."
)
_GIVEN = "Given to this desk by {} at {}: {}. {}"
Db = Annotated[
    Path | None,
    typer.Option(help="Data folder of a workstation, or the store.db in it; not given: this computer's."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(cli: typer.Typer) -> None:
    """Add the commands to `fangxin sample`."""
    for command in (pick, why, knows, report, listening):
        cli.command()(command)


def pick(
    context: typer.Context,
    now: Now = "",
    who: Who = "",
    db: Db = None,
    lang: Lang = "",
    as_json: Json = False,
) -> None:
    """Say which case this workstation would hand out next. Nothing is taken."""
    with said_in(tongue(context, lang)):
        station, study, plan = _station(context, db)
        asked, pool = moment(now), station.store.follow(plan, hasher(station.store, system_entropy))
        caller = caller_of(study, who, acquainted(station.store, _person(study, who))) if who else None
        quotas = Quotas(station.store, quotas_of(study))
        closed = quotas.full_units("county", (unit.code for unit in study.units))
        given = Pulls(station.store).next(pool, asked, caller, hasher(station.store, system_entropy))
        found = given.case if given else None
        found = found or pool.best(Asked(asked, caller=caller, closed=closed, full=quotas.refusing()))
        due = None if found else pool.next_due(asked)
        reason = explain(station.store.case(found), asked, plan) if found else ""
        reason = (
            _GIVEN.format(given.by, minute_in_china(given.wall), given.reason, Fate.NEXT.text)
            if given
            else reason
        )
        crew = [caller_of(study, person.name) for person in study.roster]
        waiting = pool.waiting_for()
        lacking = {skill: waiting[skill] for skill in skills_missing(waiting, crew)}
        if as_json:
            document = {"case": found or "", "why": reason, "next_due": due or 0, "starved": lacking}
            typer.echo(encode(document).decode())
        elif found:
            typer.echo(f"{found}  {told(reason)}")
        else:
            announce(_none_now(due))
        if lacking and not as_json:
            listed = ", ".join(f"{_skill(skill)} ({n})" for skill, n in lacking.items())
            announce(f"Cases that are ready and that nobody on the roster can call: {listed}.")


def _none_now(due: int | None) -> str:
    if due is None:
        return "No case may be dialled now."
    return f"No case may be dialled now. Next due {minute_in_china(due)}."


def why(
    context: typer.Context,
    case: Annotated[str, typer.Argument(help="Case id.")],
    now: Now = "",
    db: Db = None,
    lang: Lang = "",
) -> None:
    """Say why a case is or is not handed out, and what it lacks, as the field report does."""
    with said_in(tongue(context, lang)):
        station, study, plan = _station(context, db)
        one, asked = station.store.case(case), moment(now)
        pool = station.store.follow(plan, hasher(station.store, system_entropy))
        for line in (*_about_its_number(station, case, asked), *_given(station, pool, case, asked)):
            typer.echo(line)
        announce(explain(one, asked, plan))
        quotas = Quotas(station.store, quotas_of(study))
        if cells := quotas.refused(station.store.known_of(case)):
            announce(_IN_VAIN.format("; ".join(cells)))
        crew = [caller_of(study, person.id) for person in study.roster]
        closed = quotas.full_units("county", (u.code for u in study.units))
        asks, lacking = wants(one, plan), starved([one], asked, plan, crew, closed)
        for each in lacking:
            typer.echo(
                each.text
                if language() == "en"
                else f"{lacks(each, {unit.code: Words(unit.zh, unit.en) for unit in study.units}).zh}。"
            )
        if asks.skill and not lacking:
            announce(f"It asks for {_skill(asks.skill)}.")
        if asks.another_than and not lacking:
            announce(f"Not for {asks.another_than}, who made the last call.")
        for attempt in one.attempts:
            outcome = plan.outcome(attempt)
            name = Words(outcome.zh, outcome.en).of(language()) if outcome else told("cut off")
            typer.echo(f"  {minute_in_china(attempt.ended)}  {attempt.outcome} {name}  {attempt.by}")


def _skill(name: str) -> str:
    return SKILLS[name].zh if language() == "zh" and name in SKILLS else name


def _about_its_number(station: Workstation, case: str, now: int) -> Iterator[str]:
    if (bar := station.store.bar_of(case)) is not None:
        said = f"{bar.by}: {bar.reason}" if bar.by else f"its resident, at the call of case {bar.case}"
        since = minute_in_china(bar.since)
        yield told(f"Not called any more: its number is on the do-not-call list since {since}, by {said}.")
    elif (rests := station.store.rests(case)) > now:
        yield told(
            f"Not before {minute_in_china(rests)}: its number was called in another sample; only an appointment is kept."
        )


def _given(station: Workstation, pool: Pool, case: str, now: int) -> Iterator[str]:
    """What a supervisor has decided about it, and what becomes of that."""
    pulls = Pulls(station.store)
    now_is = {pull.sha256: fate for pull, fate in pulls.standing(pool, now)}
    for pull, fate in pulls.of(case):
        text = now_is.get(pull.sha256, fate).text
        yield told(_GIVEN.format(pull.by, minute_in_china(pull.wall), pull.reason, text))


def knows(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help="Person of the roster, by name or number.")],
    lang: Lang = "",
) -> None:
    """Never give somebody's own number, or a relative's, to this person. It is typed here, not on the command line, which others can read
    and the shell remembers; only a keyed hash of it is kept."""
    with said_in(tongue(context, lang)):
        station, study, _ = _station(context)
        person = _person(study, who)
        number = typed_number(meant)
        acquaint(station.store, person, hasher(station.store, system_entropy)(number))
        announce(f"{person} is not given this number any more.")


def _person(study: Study, who: str) -> str:
    """The number of somebody on the roster. Raises UsageError: a slip in a name would keep a relative's number from nobody."""
    found = caller_of(study, who).id
    if found not in {person.id for person in study.roster}:
        named = ", ".join(f"{person.id} {person.name}" for person in study.roster)
        raise UsageError(f'"{who}" is not on the roster', todo=f"On it are: {named}.")
    return found


def _station(context: typer.Context, db: Path | None = None) -> tuple[Workstation, Study, Plan]:
    folder = db.parent if db is not None and db.name == STORE else db
    if folder is not None and not (folder / STORE).is_file():  # opening makes what is not there
        raise UsageError("There is no workstation's data here", where=str(db), todo="Name its data folder.")
    station = open_workstation(folder or invocation(context).settings.data_dir, SystemClock(), system_entropy)
    study = station.installed()
    return station, study, calling_plan(study, rehearsal=study.rehearsal_only)
