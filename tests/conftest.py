"""What holds for every test: it never touches the user's folders or keystore, and a test against a real peer is not silently left out."""

import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from _pytest.reports import TestReport
from hypothesis import settings

if TYPE_CHECKING:
    from tests.field_day import FieldDay

settings.register_profile("fangxin", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("fangxin")

REQUIRE = "FANGXIN_REQUIRE_PEERS"
_HOMES = {
    "HOME": "home",
    "USERPROFILE": "home",
    "APPDATA": "home/AppData/Roaming",
    "LOCALAPPDATA": "home/AppData/Local",
    "XDG_DATA_HOME": "data",
    "XDG_CONFIG_HOME": "config",
    "XDG_CACHE_HOME": "cache",
    "XDG_STATE_HOME": "state",
    "XDG_RUNTIME_DIR": "run",
}
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30
"""Bytes that must be free there, to be on the safe side."""
_SCRATCH = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Before any test module is imported: a home of our own for this process and all that it starts, and no way to a real keystore."""
    if (
        signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    ):  # as whoever starts us in the background leaves it; Ctrl+C is tried here
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if in_memory(config):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    scratch = Path(tempfile.mkdtemp(prefix="fangxin-tests-"))
    config.stash[_SCRATCH] = scratch
    for name in list(os.environ):
        if name.startswith("FANGXIN_") and name != REQUIRE:
            del os.environ[name]
    for name, folder in _HOMES.items():
        (scratch / folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ[name] = str(scratch / folder)
    for name in ("LC_ALL", "LC_MESSAGES"):
        os.environ.pop(name, None)
    os.environ["LANG"] = "C.UTF-8"  # commands speak the system's language; tests that read Chinese say so
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    os.environ["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={scratch / 'no-bus'}"


def in_memory(config: pytest.Config) -> bool:
    """Whether the tests' folders may lie in memory: thousands of fsyncs are asked for and counted, and no test of an ordinary run cuts
    the power. The long tests, with their large archives, stay on the disk."""
    if "not long" not in config.option.markexpr or not os.access(_MEMORY, os.W_OK | os.X_OK):
        return False
    found = os.statvfs(_MEMORY)
    return found.f_bavail * found.f_frsize >= _ROOM and not found.f_flag & os.ST_NOEXEC


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the home away again."""
    if (scratch := config.stash.get(_SCRATCH, None)) is not None:
        shutil.rmtree(scratch, ignore_errors=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, TestReport, TestReport]:
    """Where the real peers are required, a test that skips for want of one has failed. Runs in the worker, so xdist changes nothing."""
    report = yield
    required = os.environ.get(REQUIRE, "") not in ("", "0")
    if required and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("real"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE} is set, and this test against a real peer was left out: {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module that is left out because a library is not there."""
    report = yield
    if os.environ.get(REQUIRE, "") not in ("", "0") and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{REQUIRE} is set, and {collector.nodeid} was left out: {report.longrepr}"
    return report


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[FieldDay]":
    """A day of field work, nothing drawn yet."""
    from tests.field_day import FieldDay

    with closing(FieldDay(tmp_path, monkeypatch)) as made:
        yield made
