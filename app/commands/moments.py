"""Times on the command line: as people in China read them off their clocks."""

from datetime import datetime
from typing import Annotated

import typer

from app.clock import CHINA, SystemClock
from app.errors import UsageError

Now = Annotated[
    str, typer.Option(help="As if it were this time in China: 2026-03-02T18:40. Without it: now.")
]


def moment(now: str) -> int:
    """ms wall of what --now says; "" = now. Raises UsageError when it is no time."""
    if not now:
        return SystemClock().wall()
    try:
        found = datetime.fromisoformat(now)
    except ValueError as error:
        raise UsageError(f'"{now}" is no time', todo="Write it as 2026-03-02T18:40.") from error
    return int((found if found.tzinfo else found.replace(tzinfo=CHINA)).timestamp() * 1000)
