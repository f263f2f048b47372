"""The transcript of a line: what IT mails in with a fault, and what must not stand in it."""

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware import transcript
from hardware.transcript import LONGEST, Transcript, masked

NOON = datetime(2026, 11, 26, 12, 0, 0, 123_000, tzinfo=UTC)


def test_a_dialogue_can_be_read_with_time_and_direction(tmp_path: Path) -> None:
    log = Transcript(tmp_path / "logs" / "line.log", lambda: NOON)
    log.note("note", "voice_modem COM7")
    log.note("out", "ATDT13812345678;")
    log.note("in", "NO CARRIER")
    log.close()
    assert (tmp_path / "logs" / "line.log").read_text("utf-8").splitlines() == [
        "2026-11-26T12:00:00.123Z - voice_modem COM7",
        "2026-11-26T12:00:00.123Z > ATDT138********;",
        "2026-11-26T12:00:00.123Z < NO CARRIER",
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('+CLCC: 1,0,2,0,0,"13812345678",129', '+CLCC: 1,0,2,0,0,"138********",129'),
        ("INVITE sip:02812340@10.0.0.1", "INVITE sip:028*****@10.0.0.1"),
        ("+86 138-1234-5678", "+861**********"),
        ("(028) 8612 3456", "(028********"),
        ("AT+IPR=115200", "AT+IPR=115200"),
        ("VID:PID=0572:1340", "VID:PID=0572:1340"),
        ("AT+VSM=128,8000", "AT+VSM=128,8000"),
        ("Q.850;cause=16", "Q.850;cause=16"),
        ("REGISTER sip:192.168.10.120:5060", "REGISTER sip:192.168.10.120:5060"),
    ],
)
def test_numbers_are_masked_and_settings_stay_readable(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(st.text(), st.text("0123456789", min_size=7, max_size=15), st.text())
def test_no_number_gets_through_whatever_stands_around_it(before: str, number: str, after: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "line.log"
        log = Transcript(path, lambda: NOON)
        log.note("in", f"{before}|{number}|{after}")
        log.close()
        assert number not in path.read_text("utf-8").partition(" ")[2]


def test_a_device_that_spews_garbage_neither_breaks_lines_nor_fills_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transcript, "LARGEST", 20_000)
    path = tmp_path / "line.log"
    for _ in range(5):
        log = Transcript(path, lambda: NOON)
        for _ in range(20):
            log.note("in", "\x00\r\n\udcff\x10" * 1000)
        log.close()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["line.log", "line.log.1"]
    assert sum(each.stat().st_size for each in tmp_path.iterdir()) < 3 * 20_000
    lines = path.read_text("utf-8").splitlines()
    assert all(line.startswith("2026-11-26T12:00:00.123Z < ") for line in lines)
    assert max(map(len, lines)) < LONGEST + 60


def test_a_disk_that_refuses_costs_the_log_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log = Transcript(tmp_path / "logs" / "line.log", lambda: NOON)
    log.note("in", "OK")
    log.close()
    assert (tmp_path / "logs").read_text() == "a file where the folder should be"
