"""What every command is handed: the settings in force, and how to open the desk window."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import typer

from app.centre import read_identity
from app.commands.speech import prompt, told
from app.errors import EvidenceError, UsageError
from app.evidence.age import Identity
from app.evidence.note import Verifier
from app.evidence.suite import verifier_of
from app.settings import Settings

OpenDesk = Callable[[Settings, bool], int]
"""(settings, rehearse) → exit code, once the window is closed."""


OpenLead = Callable[[Settings, Path | None, Path | None, Path | None], int]
"""(settings, archive, study folder, draw) → exit code, once the team lead's window is closed."""


@dataclass(frozen=True)
class Invocation:
    """settings: in force; open_desk, open_lead: None when this program has no window."""

    settings: Settings
    open_desk: OpenDesk | None
    open_lead: OpenLead | None = None


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around imports of what a bare workstation does not carry: a missing library becomes a UsageError that names the extra."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise UsageError(
            f"This command is not installed here: {error.name} is missing", todo=f"Install fangxin[{name}]."
        ) from error


def invocation(context: typer.Context) -> Invocation:
    """The invocation of a command."""
    found = context.find_object(Invocation)
    assert found is not None
    return found


def may_ask() -> bool:
    """A person sits at the terminal and a window could open."""
    screen = sys.platform in ("win32", "darwin") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    return screen and sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty()


_STEPS = 1000
"""Of a bar: more nobody sees, and each costs as much as a line of a journal."""


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr, gone when it is through; none where nobody looks. Gives what is to be told (done, of how much).

    It may be told millions of times, and is drawn only where that changes something."""
    from rich.console import Console  # only where somebody waits
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(
        told(what), *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task, shown = progress.add_task("", total=None), -1

        def tell(done: int, total: int) -> None:
            nonlocal shown
            if done >= total or shown < 0 or abs(done - shown) * _STEPS >= total:
                shown = done
                progress.update(task, completed=done, total=total)

        yield tell


def empty_folder(folder: Path) -> Path:
    """The folder, made if need be. UsageError when there is something in it or it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError("This folder is not empty", where=str(folder), todo="Name a new one with --out.")
    except OSError as error:
        raise UsageError(
            f"This folder cannot be used: {error.strerror}", where=str(folder), todo="Name another."
        ) from error
    return folder


def identities(paths: list[Path]) -> list[Identity]:
    """Age identities from files, or from all *.key files but the publisher's in a folder."""
    files: list[Path] = []
    for path in paths:
        found = (
            sorted(p for p in path.glob("*.key") if p.name != "publisher.key") if path.is_dir() else [path]
        )
        if not found:  # looking into nothing must not pass for having looked
            raise UsageError(
                "No private key is in this folder", where=str(path), todo="Name the file of one."
            )
        files += found
    return [read_identity(path, ask_passphrase) for path in files]


def ask_passphrase(path: Path) -> str:
    """The passphrase of a key file, typed unseen."""
    return prompt(f"Passphrase of {path.name}", unseen=True)


_NO_KEY = "This is neither a public key nor a file that is there"
_GIVE = "Give the line name+hash+key, or a file that holds it."


def verifiers(given: list[str]) -> list[Verifier]:
    """Public keys, each given as a vkey or as a file that holds some, one a line."""
    found: list[Verifier] = []
    for text in given:
        path, before = Path(text), len(found)
        if "+" not in text and not path.is_file():
            raise UsageError(_NO_KEY, where=text, todo=_GIVE)
        try:
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else [text]
            found += [verifier_of(line) for line in lines if line.strip()]
        except EvidenceError as error:
            raise UsageError(error.what, where=text) from error
        except (UnicodeDecodeError, OSError) as error:
            raise UsageError("This file holds no public key", where=text) from error
        if len(found) == before:  # else an empty file would stand for trust in whatever lies in the archive
            raise UsageError("This file holds no public key", where=text, todo=_GIVE)
    return found
