"""The log: one JSON object a line, for our own events and libraries', and no telephone number in it, however careless the line."""

import errno
import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app import log
from app.errors import StorageError

NUMBER = "13800138000"
NAME = "".join(("欧阳", "鹮翀"))
"""Put together, so that it does not stand in the line of source that a trace shows."""
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    """Start the log in a folder; call for its lines."""
    root, level = logging.getLogger(), logging.getLogger().level
    path = log.start(tmp_path)

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    yield read
    for handler in [h for h in root.handlers if isinstance(h, log._Daily)]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_event_is_one_json_object_a_line(lines: Any) -> None:
    structlog.get_logger("desk").info("call ended", call="ab12cd34ef56ab78", cause="busy", n=3)
    (line,) = lines()
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "call ended",
        "call": "ab12cd34ef56ab78",
        "cause": "busy",
        "n": 3,
        "level": "info",
    }


def test_what_a_library_logs_is_such_a_line_too(lines: Any) -> None:
    logging.getLogger("some.library").warning("sent %s to %s", 3, NUMBER)
    (line,) = lines()
    assert (line["event"], line["level"], line["logger"]) == ("sent 3 to ***", "warning", "some.library")


class Full(io.StringIO):
    """A disk that takes nothing."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


@dataclass
class Careless:
    number: str


@pytest.mark.parametrize(
    "value",
    [
        NUMBER,
        int(NUMBER),
        f"+86 {NUMBER}",
        "138-0013-8000",
        "0818 2345678",
        f"phone{NUMBER}",
        f"a{NUMBER}b",
        "１３８００１３８０００",
        [NUMBER],
        {"deep": [{"number": NUMBER}], NUMBER: 1},
        (1, (2, NUMBER)),
        Careless(NUMBER),
        ValueError(NUMBER),
        Path(f"/data/{NUMBER}.age"),
        NUMBER.encode(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_number_gets_through_in_any_shape(lines: Any, value: Any) -> None:
    structlog.get_logger().info("careless", value=value)
    (line,) = lines()
    text = json.dumps(line, ensure_ascii=False)
    assert "***" in text
    for digits in (NUMBER, "0013", "2345678", "１３８００１３"):
        assert digits not in text


def test_a_trace_says_where_it_happened_and_not_with_what(lines: Any) -> None:
    try:
        try:
            raise OSError(errno.ENOSPC, "No space left", f"of {NAME}")
        except OSError as error:
            raise ValueError(f"cannot dial {NAME}, {NUMBER}") from error
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("library").exception("failed too")
    assert len(lines()) == 2
    for line in lines():
        text = json.dumps(line, ensure_ascii=False)
        for told in ("ValueError", "OSError ENOSPC", "test_log.py", "test_a_trace_says_where"):
            assert told in text
        assert NUMBER not in text
        assert NAME not in text


@given(
    st.text(max_size=30),
    st.sampled_from([NUMBER, "18981812345", "2345678", "0818-2345678"]),
    st.text(max_size=30),
)
def test_a_number_is_masked_wherever_it_stands(before: str, number: str, after: str) -> None:
    text = f"{before} {number}，{after}"
    assert number not in log.mask(text)


@given(
    st.sampled_from([8, 16, 32, 64]).flatmap(lambda n: st.text("0123456789abcdef", min_size=n, max_size=n))
)
def test_our_own_ids_stay_readable(identity: str) -> None:
    if any(letter in "abcdef" for letter in identity):
        assert log.mask(f"call={identity}.") == f"call={identity}."


@pytest.mark.parametrize("text", ["2026-11-26T17:49:58Z", "The clock says 2026-11-26 17:49."])
def test_times_stay_readable(text: str) -> None:
    assert log.mask(text) == text


@given(st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    once = log.mask(text)
    assert log.mask(once) == once


def test_a_log_that_cannot_be_written_says_so_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"cannot be written.*--data-dir"):
        log.start(tmp_path / "file")


def test_a_log_that_fails_later_disturbs_nobody(lines: Any, capsys: pytest.CaptureFixture[str]) -> None:
    (handler,) = [h for h in logging.getLogger().handlers if isinstance(h, log._Daily)]
    whole, handler.stream = handler.stream, Full()
    structlog.get_logger().info("nobody hears this")
    handler.stream = whole
    structlog.get_logger().info("half a pair: \ud800")
    assert [line["event"] for line in lines()] == ["half a pair: \ud800"]
    assert capsys.readouterr().err == ""


def test_starting_again_does_not_write_twice(lines: Any, tmp_path: Path) -> None:
    log.start(tmp_path)
    structlog.get_logger().info("once")
    assert len(lines()) == 1


def test_a_fault_of_our_own_is_one_sentence_for_the_user_and_a_traceback_in_the_log(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from app import log
folder = Path(sys.argv[1])
log.start(folder)
log.catch_crashes(folder, sys.stderr)
found = "no such thing as {NAME}, {NUMBER}"
raise LookupError(found)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("Fangxin met a fault of its own (LookupError).")
    (line,) = [
        json.loads(text) for text in (tmp_path / "logs" / "fangxin.log").read_text("utf-8").splitlines()
    ]
    assert "LookupError" in line["exception"]
    assert NAME not in line["exception"]
    assert NUMBER not in line["exception"]
    assert line["level"] == "error"
