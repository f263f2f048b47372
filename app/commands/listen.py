"""fangxin centre listen: one recording, heard by who holds a key to it, and written down before."""

import getpass
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app import line_worker
from app.clock import SystemClock, system_entropy
from app.commands.custody import Identities, Sheets, Split, keys_of
from app.commands.invocation import bar, invocation
from app.commands.listening import Log, journals
from app.commands.speech import announce
from app.commands.tongue import Lang, said_in, tongue
from app.custody.listening import ListeningRoom, Wish
from app.errors import UsageError
from hardware.base import RATE


def register(cli: typer.Typer) -> None:
    """Add the command to `fangxin centre`."""
    cli.command()(listen)


def listen(
    context: typer.Context,
    call: Annotated[str, typer.Argument(help="The call's id, as `sample listening` names it.")],
    archive: Annotated[Path, typer.Argument(help="Central's folder, or a copy of it.")],
    identity: Identities = None,
    split: Split = None,
    sheet: Sheets = None,
    by: Annotated[
        str,
        typer.Option(
            help="Who listens; not given: the name of this account. The journal keeps only a commitment to it."
        ),
    ] = "",
    out: Annotated[
        Path | None,
        typer.Option(help="Do not play: write a WAV that everybody who gets at it can hear. Delete it."),
    ] = None,
    mono: Annotated[bool, typer.Option("--mono", help="Both sides in both ears, for one earpiece.")] = False,
    log: Log = None,
    lang: Lang = "",
) -> None:
    """Hear a call: interviewer left, respondent right. That you listen stands in a signed journal before anything sounds, and
    afterwards how much you heard. Ctrl+C ends it. Played from memory; nothing is left on the disk."""
    with said_in(tongue(context, lang)):
        settings = invocation(context).settings
        room = ListeningRoom(log or journals(settings.data_dir), SystemClock(), system_entropy)
        wish = Wish(archive, call, keys_of(identity, split, sheet), by or _account())
        if out is not None:
            heard = room.copy(wish, out)
            told = "{out}: {seconds} s of plain sound. Whoever gets at the file hears the call: delete it when it has been heard."
        else:
            speaker = partial(line_worker.open_playback, settings.sound.get("ear", ""), mono=mono)
            with _ctrl_c() as stopped, bar("listening") as progress:
                heard = room.play(wish, speaker, stopped=stopped, progress=progress)
            told = "Heard to its end: {seconds} s." if heard.whole else "Stopped after {seconds} s."
        seconds = f"{heard.samples / RATE:.1f}"
        announce(told.replace("{out}", str(out)).replace("{seconds}", seconds))
        announce(f"That it was heard stands in {heard.journal}")


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError) as error:  # what Pythons raise where the account has no name
        raise UsageError(
            "This computer does not say who is signed in", todo="Give your name with --by."
        ) from error


@contextmanager
def _ctrl_c() -> Iterator[Callable[[], bool]]:
    """In this block Ctrl+C asks for an end, so that it cannot come between the sound and the line that tells of it. The second one is
    meant as ever: a device may hang."""
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
