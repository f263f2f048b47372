"""JavaRosa in its own process: compiles Oracle.java against the jar inside pyxform, then asks it line by line."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

SOURCE = Path(__file__).with_name("Oracle.java")
JAR = Path("validators", "odk_validate", "bin", "ODK_Validate.jar")

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the instance: its value as it would be stored, and what holds for it now."""

    path: str
    value: str
    relevant: bool
    required: bool
    readonly: bool


class OracleError(Exception):
    """JavaRosa could not do it: an exception of its own."""


def jar() -> Path:
    """ODK's validator as pyxform ships it; it holds JavaRosa."""
    spec = find_spec("pyxform")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / JAR


NOON = 1_795_320_000_000
"""2026-11-22 12:00 in China, ms since 1970 UTC: the moment at which both engines hold their interviews, when their clocks are held."""
_FAKETIME = ("lib/*/faketime", "lib/faketime")


def missing() -> str:
    """The program that is needed and not installed; "" = all are there."""
    return next((name for name in ("java", "javac") if shutil.which(name) is None), "")


def held_clock() -> dict[str, str]:
    """What makes a program see NOON for ever (libfaketime); {} when it is not installed. Timers go on as usual."""
    found = [path for place in _FAKETIME for path in Path("/usr").glob(f"{place}/libfaketime.so.1")]
    if not found:
        return {}
    moment = datetime.fromtimestamp(NOON / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    keep = {"DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "TZ": "UTC"}
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": moment, **keep}


class JavaRosa:
    """One JVM. folder: where the compiled driver goes. held: its clock stands at NOON. Used as a context; not shared between threads."""

    def __init__(self, folder: Path, *, timezone: str = "GMT+08:00", held: bool = False) -> None:
        subprocess.run(
            ["javac", "-nowarn", "-cp", str(jar()), "-d", str(folder), str(SOURCE)],
            check=True,
            capture_output=True,
        )
        options = [
            "-Xss16m",
            "-Xmx512m",
            "-XX:+UseSerialGC",
            f"-Duser.timezone={timezone}",
            "-Dfile.encoding=UTF-8",
        ]

        # Warnings of JavaRosa are many and not ours.
        self._process = subprocess.Popen(
            ["java", *options, "-cp", f"{jar()}{os.pathsep}{folder}", "Oracle"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, **(held_clock() if held else {})},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(timeout=20)
        self._process.stdout.close()

    def batch(self, commands: Sequence[Sequence[str]]) -> list[Reply]:
        """Several commands at once, one reply each; a reply with "error" is a fault of that command alone."""
        assert self._process.stdin
        assert self._process.stdout
        replies = []
        for start in range(0, len(commands), 50):  # fewer than a pipe holds
            part = commands[start : start + 50]
            self._process.stdin.write("".join(json.dumps(command) + "\n" for command in part))
            self._process.stdin.flush()
            for _ in part:
                line = self._process.stdout.readline()
                if not line:
                    raise OracleError("the Java process has ended")
                replies.append(json.loads(line))
        return replies

    def ask(self, *command: str) -> Reply:
        """One command. Raises OracleError when JavaRosa throws."""
        reply = self.batch([command])[0]
        if "error" in reply:
            raise OracleError(str(reply["error"]))
        return reply


def nodes(reply: Reply) -> Iterable[Node]:
    """The nodes of a DUMP."""
    return (Node(*each) for each in reply["nodes"])
