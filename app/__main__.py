"""fangxin on the command line. `python -m app` is the program without a screen; ui/__main__.py adds the desk window.

Errors of the world go to stderr as one sentence with exit code 1 (what was asked about does not hold) or 2 (it was asked wrongly).
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import typer

from app import __version__, log, settings
from app.commands.cli import Commands, Misuse
from app.commands.help import misused
from app.commands.invocation import Invocation, OpenDesk, OpenLead
from app.commands.selftest import Check, run_selftest
from app.commands.speech import speaking, teller
from app.commands.tongue import tongue_before
from app.crash import be_discreet
from app.errors import FangxinError, UsageError
from app.line.child import WORKER_WORD
from app.own_process import LOOK_WORD
from app.sentences import said, system_language


@dataclass(frozen=True)
class Face:
    """What a face adds to the commands: the desk's and the team lead's window, None without one, and its own self-checks."""

    open_desk: OpenDesk | None = None
    open_lead: OpenLead | None = None
    checks: tuple[Check, ...] = ()


@dataclass
class Voice:
    """What goes wrong, said on stderr. language: the system's, until the settings say another."""

    language: str = field(default_factory=system_language)

    def fault(self, error: FangxinError) -> None:
        """One of the world's faults."""
        self._write(said(error, error.language or self.language))

    def misuse(self, error: Exception) -> None:
        """What the command line's reader says; it may have come before the settings were read."""
        context = getattr(error, "ctx", None)
        language = tongue_before(context) if context is not None else self.language
        self._write(misused(error, context, language))

    def complain(self, text: str) -> None:
        """A sentence of the system's, or of ours."""
        self._write(teller(self.language)(text))

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            sys.stderr.write(f"fangxin: {text}\n")


_DataDir = Annotated[Path | None, typer.Option(is_eager=True, help="Folder for this workstation's data.")]
_Rehearse = Annotated[bool, typer.Option("--rehearse", help="Open the desk for practice calls.")]
_Selftest = Annotated[bool, typer.Option("--selftest", help="Check this installation and end.")]
_Out = Annotated[Path | None, typer.Option(help="Where --selftest writes its report (JSON).")]
_Version = Annotated[bool, typer.Option("--version", help="Print the version and end.")]


_NAMES = frozenset(
    {
        "demo",
        "verify",
        "doctor",
        "lead",
        "study",
        "form",
        "sync",
        "line",
        "central",
        "centre",
        "sample",
        "witness",
        "results",
    }
)


def _add_commands(cli: Commands, words: Sequence[str]) -> None:
    """Add the commands that the words name, all for --help and where a name is misspelt. Each is loaded only then: the desk opens every
    morning and needs none, and together they take longer to load than Qt."""
    wanted = _NAMES.intersection(words)
    if not wanted and ("--help" in words or any(get_close_matches(word, _NAMES) for word in words)):
        wanted = _NAMES
    if "demo" in wanted:
        from app.commands import demo

        demo.register(cli)
    if "doctor" in wanted:
        from app.commands import doctor

        doctor.register(cli)
    if "verify" in wanted:
        from app.commands import evidence

        evidence.register(cli)
    if "lead" in wanted:
        from app.commands import lead

        lead.register(cli)
    for name in sorted(_NAMES - {"demo", "verify", "doctor", "lead"}):
        if name in wanted:
            cli.add_typer(_group(name), name=name)


def _group(name: str) -> typer.Typer:
    match name:
        case "study":
            from app.commands import study

            return study.cli
        case "form":
            from app.commands import form

            return form.cli
        case "sync":
            from app.commands import sync

            return sync.cli
        case "line":
            from app.commands import line

            return line.cli
        case "central":
            from app.commands import central

            return central.cli
        case "witness":
            from app.commands import witness

            return witness.cli
        case "sample":
            from app.commands import sample

            return sample.cli
        case "results":
            from app.commands import results

            return results.cli
        case _:
            from app.commands import centre

            return centre.cli


def build(face: Face, words: Sequence[str], voice: Voice | None = None) -> Commands:
    """The command line with this face behind it, as far as these words need it. voice: hears from the settings how to speak."""
    cli = Commands(
        "Fangxin (放心): telephone interviews whose recordings are sealed and whose results can be checked. "
        "Without a command the desk opens.",
        name="fangxin",
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @cli.callback(invoke_without_command=True)
    def root(
        context: typer.Context,
        data_dir: _DataDir = None,
        rehearse: _Rehearse = False,
        selftest: _Selftest = False,
        out: _Out = None,
        version: _Version = False,
    ) -> None:
        """Without a command: open the desk."""
        if version:
            typer.echo(f"fangxin {__version__}")
            raise typer.Exit
        log.be_silent()
        if selftest:
            raise typer.Exit(run_selftest(face.checks, out, typer.echo))
        context.obj = Invocation(settings.load(data_dir), face.open_desk, face.open_lead)
        if voice is not None:
            voice.language = context.obj.settings.language or voice.language
        context.with_resource(speaking(context.obj.settings.language or system_language()))
        if context.invoked_subcommand is None:
            raise typer.Exit(_open(context.obj, rehearse=rehearse))

    _add_commands(cli, words)
    return cli


def _open(called: Invocation, *, rehearse: bool) -> int:
    if called.open_desk is None:
        raise UsageError(
            "This is Fangxin without a screen", todo="Run `fangxin demo`, or `fangxin` for the desk window."
        )
    data_dir = called.settings.data_dir
    log.start(data_dir, days=called.settings.log_days)
    log.catch_crashes(data_dir, sys.stderr)
    return called.open_desk(called.settings, rehearse)


_STOPPED = 130
_STOP = "Stopped. What was acknowledged is kept."


def main(arguments: Sequence[str] | None = None, face: Face | None = None) -> int:
    """Run one command; returns the exit code. No traceback reaches the user for what the world does wrong."""
    be_discreet()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = list(sys.argv[1:] if arguments is None else arguments)
    child = _child(words)
    if child is not None:
        return child()
    voice = Voice()
    command = typer.main.get_command(build(face or Face(), words, voice))
    try:
        result = command.main(words, "fangxin", standalone_mode=False)
    except FangxinError as error:
        voice.fault(error)
        return error.exit_code
    except Misuse as error:
        voice.misuse(error)
        return UsageError.exit_code
    except BrokenPipeError:
        return 1  # whoever read our output has gone
    except OSError as error:
        voice.complain(f"{error.strerror or error} ({error.filename})." if error.filename else f"{error}.")
        return 1
    except (KeyboardInterrupt, typer.Abort):
        voice.complain(_STOP)
        return _STOPPED
    if result == _STOPPED:  # newer typers take Ctrl+C for themselves and say nothing
        voice.complain(_STOP)
    return result if isinstance(result, int) else 0


def _child(words: list[str]) -> Callable[[], int] | None:
    """What this program is when it has been started by itself; None = a person has started it."""
    if words == [WORKER_WORD]:
        from app import line_worker  # it names the drivers; only the desk's child process is one

        return line_worker.main
    if words == [LOOK_WORD]:
        from app import look_process  # only the team lead's window has such a child

        return look_process.main
    return None


if __name__ == "__main__":
    raise SystemExit(main())
