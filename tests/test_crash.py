"""A process that dies leaves no image of its memory, and its last words are where it happened, not with what."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NAME = "欧阳鹮翀"
needs_cores = pytest.mark.skipif(
    sys.platform != "linux", reason="cores are made and looked for as Linux does it"
)


def ran(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A process of its own that is allowed cores of any size."""
    allowed = "import resource as r; _, most = r.getrlimit(r.RLIMIT_CORE); r.setrlimit(r.RLIMIT_CORE, (most, most))\n"
    return subprocess.run(
        [sys.executable, "-c", allowed + program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=folder,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


SAYS = """
import ctypes, os, resource
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE)[0], flush=True)
os.abort()
"""


@needs_cores
def test_a_process_that_holds_secrets_dies_without_a_core(tmp_path: Path) -> None:
    done = ran("from app.crash import be_discreet; be_discreet()" + SAYS, folder=tmp_path)
    assert done.returncode == -signal.SIGABRT
    assert done.stdout.strip() == "0 0"
    assert list(tmp_path.iterdir()) == []


@needs_cores
def test_control_without_it_the_kernel_would_dump_it(tmp_path: Path) -> None:
    assert ran(SAYS, folder=tmp_path).stdout.startswith("1 ")


@needs_cores
@pytest.mark.parametrize(
    "entry",
    ["from app.__main__ import main; main(['--version'])", "from app.line_worker import main; main()"],
)
def test_every_process_of_the_workstation_begins_so(entry: str, tmp_path: Path) -> None:
    asks = "import ctypes, sys; sys.stderr.write(str(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)))"
    assert ran(f"{entry}; {asks}", folder=tmp_path).stderr.endswith("0")


@pytest.mark.parametrize(
    "where",
    [
        "raise ValueError(sys.argv[1])",
        "threading.Thread(target=lambda: int(sys.argv[1])).start()",
        "class Last:\n    def __del__(self): raise KeyError(sys.argv[1])\nLast()",
    ],
)
def test_a_fault_on_any_thread_is_told_without_what_it_was_about(where: str, tmp_path: Path) -> None:
    program = f"import sys, threading\nfrom app.crash import be_discreet\nbe_discreet()\n{where}\n"
    done = ran(program, NAME, folder=tmp_path)
    assert "Error" in done.stderr
    assert NAME not in done.stdout + done.stderr


def test_what_caused_it_is_told_too_and_a_ring_of_causes_ends() -> None:
    from app.crash import trace_of

    first, second = ValueError(NAME), OSError(28, NAME)
    first.__cause__, second.__cause__ = second, first
    assert trace_of(first) == "OSError ENOSPC\n\nand then:\nValueError\n"
    assert trace_of(ExceptionGroup(NAME, [first])) == "ExceptionGroup of ValueError\n"
