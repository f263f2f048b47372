"""fangxin --selftest: does this installation work? For IT after a rollout and for CI on a frozen build."""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from app import __version__
from app.canonical import Value, encode
from app.clock import SystemClock, system_entropy
from app.errors import LineError, UsageError
from app.evidence.age import Identity, decrypt, encrypt
from app.evidence.note import Signer, open_note, sign
from app.evidence.recording import Recorder, join
from app.line.child import worker_command
from app.line.contract import LineChoice
from app.line.messages import PROTOCOL, Begin
from app.line.process import WorkerProcess
from app.resources import resource
from app.sample.outcome import load_outcomes
from app.workstation import open_workstation


class Check(NamedTuple):
    """One thing that must work. run returns what it found (short, no personal data) or raises."""

    name: str
    run: Callable[[], str]


def run_selftest(more: tuple[Check, ...], out: Path | None, say: Callable[[str], None]) -> int:
    """Run all checks; writes a JSON report to out. Returns 0 when all passed, else 1."""
    results: list[dict[str, Value]] = []
    for check in (*_CHECKS, *more):
        try:
            found, passed = check.run(), True
        except Exception as error:  # noqa: BLE001 — whatever goes wrong is the finding
            found, passed = f"{type(error).__name__}: {error}", False
        say(f"{'ok  ' if passed else 'FAIL'}  {check.name}: {found}")
        results.append({"check": check.name, "ok": passed, "found": found})
    good = all(result["ok"] for result in results)
    report = {
        "version": __version__,
        "python": sys.version.split()[0],
        "system": sys.platform,
        "ok": good,
        "checks": results,
    }
    if out is not None:
        try:
            out.write_bytes(encode(report) + b"\n")
        except OSError as error:
            raise UsageError(f"The report cannot be written: {error.strerror}", where=str(out)) from error
    return 0 if good else 1


def _seal() -> str:
    identity = Identity.generate(system_entropy)
    sealed = encrypt(b"test", [identity.recipient], system_entropy)
    if decrypt(sealed, [identity]) != b"test":
        raise ValueError("what was sealed does not open")
    return f"{len(sealed)} bytes"


def _sign() -> str:
    signer = Signer("selftest", system_entropy(32))
    return open_note(sign("test\n", signer), [signer.verifier]).text.strip()


def _station() -> str:
    with tempfile.TemporaryDirectory() as folder:
        station = open_workstation(Path(folder) / "data", SystemClock(), system_entropy)
        try:
            station.store.set_setting("selftest", "1")
            lies = "a file, protected by its permissions only" if station.hint else "the system's"
            return f"store written, keystore: {lies}"
        finally:
            station.store.close()


def _recording() -> str:
    identity = Identity.generate(system_entropy)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "call.age"
        recorder = Recorder(path, "selftest", [identity.recipient], system_entropy, reserve_seconds=5)
        recorder.write(bytes(32000), bytes(32000))
        recorder.close()
        return f"{join(path, None, [identity], call_id='selftest')} samples"


def _line_worker() -> str:
    """The child process starts, speaks our protocol and ends when told to."""
    clock = SystemClock()
    began = clock.mono()
    worker = WorkerProcess(worker_command(), Begin(PROTOCOL, LineChoice("rehearsal")), clock)
    try:
        if not worker.ready(30):
            raise LineError("the line worker does not start")
        return f"{worker.name} line ready after {clock.mono() - began} ms"
    finally:
        worker.close()


def _resources() -> str:
    study = resource("studies", "dazhou-2017", "study.toml")
    if not study.is_file():
        raise FileNotFoundError(study)
    return f"{len(load_outcomes())} outcomes"


_CHECKS = (
    Check("sealing", _seal),
    Check("signing", _sign),
    Check("store and keys", _station),
    Check("recording", _recording),
    Check("line worker", _line_worker),
    Check("resources", _resources),
)
