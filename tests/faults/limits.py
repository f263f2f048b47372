"""Something done in a child process with a limit on memory and time; what it said, how long it took, by how much it grew."""

import json
import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

from app.errors import FangxinError

MEMORY = 256 << 20
"""Bytes of address space that reading may take, beyond what the process had."""
SECONDS = 20
"""Of processor time; a machine that is busy with something else gives it later, a child that waits for ever is ended after _WAIT."""
_WAIT = 180


def in_a_child(act: Callable[[], object], memory: int = MEMORY) -> dict[str, object]:
    """Run it in a forked child under limits; what it said, how long it took, what it grew by (MB)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os._exit(_limited(act, writer, memory))
    os.close(writer)
    told = b""
    while piece := os.read(reader, 65536):
        told += piece
    os.close(reader)
    _, status = os.waitpid(child, 0)
    assert told, f"the child died with status {status}: killed by its limits"
    said = json.loads(told)
    assert isinstance(said, dict)
    assert said["kind"] == "words", f"{said['kind']}: {said['said']}"
    return {name: value for name, value in said.items() if name != "kind"}


def _limited(act: Callable[[], object], writer: int, memory: int) -> int:
    now = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    signal.alarm(_WAIT)
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    try:
        act()
        kind, said = "silence", "it was taken"
    except FangxinError as error:
        kind, said = "words", str(error)[:160]
    except BaseException as error:  # noqa: BLE001 - a trial tells whatever came out
        kind, said = type(error).__name__, str(error)[:160]
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    answer = {"kind": kind, "said": said, "took": round(time.monotonic() - started, 2), "MB": grown}
    os.write(writer, json.dumps(answer).encode())
    return 0
