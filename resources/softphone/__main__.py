"""The softphone program: a SIP telephone without a face, told what to do by JSON lines on its standard input.

Its own program, not a part of Fangxin's: Fangxin starts it as `python resources/softphone` and talks to it over the pipe
(../docs/softphone.md, "The pipe"). It needs the standard library and pjsua2, and may run on another Python than Fangxin.

Licence: these files are Apache-2.0, as all of Fangxin. pjsua2 is GPL-2.0-or-later: whoever hands out this program together with
pjsua2 hands out the two under the GPL, version 3 (../docs/decisions/ says why).
"""

import ctypes
import sys
from contextlib import suppress

from wire import Wire

MISSING = 3
"""Exit code when pjsua2 is not there."""


def main() -> int:
    """Speak until told to close, or until nobody is there any more to tell. `--check`: say whether pjsua2 is there, and end."""
    forbid_core_dumps()
    if "--check" not in sys.argv[1:]:
        return _serve(Wire())
    try:
        import pjsua2
    except ImportError as error:
        sys.stderr.write(f"pjsua2 is not there: {error}\n")
        return MISSING
    sys.stdout.write(f"pjsua2 {pjsua2.__version__}, Python {sys.version.split()[0]}\n")
    return 0


def forbid_core_dumps() -> None:
    """Numbers and the password at the PBX are in this process: it leaves no image of its memory (as app/crash.py for Fangxin's own)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE


def _serve(wire: Wire) -> int:
    try:
        from engine import serve  # here, as it imports pjsua2: want of it is told in words
    except ImportError as error:
        wire.say("missing", text=f"{error} (Python {sys.version.split()[0]}, {sys.executable})")
        return MISSING
    with suppress(BrokenPipeError):  # nobody listens any more
        serve(wire)
    return 0


if __name__ == "__main__":
    sys.exit(main())
