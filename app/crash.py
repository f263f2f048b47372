"""What a process tells of its own faults: where they happened, never what it had in its hands.

An exception's text often quotes the value it stumbled over (a number, a name, somebody's words), and a core dump is everything at once.
Traces are made here, without texts; cores are not made at all.
"""

import ctypes
import errno
import sys
import threading
import traceback
from types import TracebackType

if sys.platform != "win32":
    import resource

_SET_DUMPABLE = 4
"""PR_SET_DUMPABLE of Linux: no core, not even to a program named in core_pattern, which the limit alone does not stop; and no other
process of the same user may look into this one's memory."""
_NO_HEAP = 1
"""WER_FAULT_REPORTING_FLAG_NOHEAP of Windows."""


def be_discreet() -> None:
    """For the start of every process that may hold numbers, answers or keys. Hooks that somebody has set already stay."""
    forbid_core_dumps()
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _told
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda what: _told(what.exc_type, what.exc_value, what.exc_traceback)
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda what: _told(what.exc_type, what.exc_value, what.exc_traceback)


def forbid_core_dumps() -> None:
    """This process leaves no image of its memory when it dies. Windows: its own error reports leave the heap out (not tried there)."""
    if sys.platform == "win32":
        ctypes.windll.kernel32.WerSetFlags(_NO_HEAP)
        return
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, most))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def trace_of(error: BaseException) -> str:
    """Frames, lines of our source and kinds of exceptions, oldest cause first, as Python prints them but without any exception's text.
    What the system named by a number keeps its name (ENOSPC)."""
    parts: list[str] = []
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        frames = "".join(traceback.format_list(traceback.extract_tb(each.__traceback__)))
        parts.append(f"{frames}{_kind(each)}\n")
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)
    return "\nand then:\n".join(reversed(parts))


def _kind(error: BaseException) -> str:
    name = type(error).__qualname__
    code = getattr(error, "errno", None) if isinstance(error, OSError) else None
    group = f" of {', '.join(map(_kind, error.exceptions))}" if isinstance(error, BaseExceptionGroup) else ""
    return f"{name} {errno.errorcode.get(code, '')}".rstrip() + group if code else name + group


def _told(
    kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
) -> None:
    if sys.stderr is not None:
        sys.stderr.write(
            trace_of(error) if error is not None else f"{kind.__qualname__ if kind else 'fault'}\n"
        )
