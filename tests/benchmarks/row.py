"""One line of the benchmark table, the machine it holds for, and how other processes are timed."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Row:
    """what was measured, the value with its unit, and what it compares with ("" = nothing)."""

    what: str
    value: str
    against: str = ""


@dataclass(frozen=True)
class Cost:
    """seconds: wall time, the process's start included. cpu: seconds of it that a core worked for the process; compared are these, for the
    machine may be shared. peak: MiB that it had in memory at most."""

    seconds: float
    cpu: float
    peak: float

    def __str__(self) -> str:
        return f"{self.cpu:.1f} s CPU ({self.seconds:.1f} s wall), peak {self.peak:.0f} MiB"


def table(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    wide = max(len(row.what) for row in rows)
    broad = max(len(row.value) for row in rows)
    return "\n".join(f"  {row.what:<{wide}}  {row.value:<{broad}}  {row.against}".rstrip() for row in rows)


def machine() -> str:
    """Processor, cores, memory, Python, system: one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next(
            (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), model
        )
    memory = ""
    if hasattr(os, "sysconf"):
        memory = f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.1f} GiB, "
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {cores} cores, {memory}Python {platform.python_version()}, {platform.system()} {platform.release()}{load}"


def run(*arguments: object, **environment: str) -> tuple[float, subprocess.CompletedProcess[str]]:
    """A Python process of our own: wall seconds from its start to its end, and what it said."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    return time.perf_counter() - began, done


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON object on the last line of a process's output. RuntimeError with its last words when there is none."""
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        words = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise RuntimeError(words[-1])
    found: dict[str, Any] = json.loads(lines[-1])
    return found


_SMALL = """import json, os, sys, time
began, null = time.perf_counter(), [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
_, status, usage = os.wait4(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=null), 0)
print(json.dumps([os.waitstatus_to_exitcode(status), time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss]))
"""
"""Between us and what is measured: a process counts as its own peak what the one had that it came from."""


def cost_of(*arguments: object, program: str = "") -> Cost:
    """What a process costs; without a program, Python. RuntimeError when it fails."""
    words = [*(program.split() or [sys.executable]), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    small = [sys.executable, "-I", "-S", "-c", _SMALL, *words]
    done = subprocess.run(small, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    code, wall, cpu, peak = json.loads(done.stdout)
    if code:
        raise RuntimeError(f"{' '.join(words[:5])} ended with {code}")
    return Cost(wall, cpu, peak / 1024)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share (0–1) of the values lies."""
    return sorted(values)[min(len(values) - 1, round(share * len(values)))]
