"""The daily part of the hunt for secrets: an interview and a fault of ours at a desk in a folder. The whole day: row 34 of the campaign."""

import base64
import sys
from pathlib import Path

import pytest

from tests.faults.rows.r34_secrets import hunted
from tests.faults.secrets.canaries import Canary, key, number, text, writings
from tests.faults.secrets.day import short
from tests.faults.secrets.scan import Hunter

NUMBER = number("number", "13898765432")
CANARIES = [NUMBER, text("name", "欧阳鹮翀"), key("key", bytes(n * n % 251 for n in range(3, 35)))]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and lets a desk die as Linux does it")
@pytest.mark.parametrize("fault", ["", "number logged"])
def test_nothing_that_was_said_dialled_or_kept_secret_is_left_in_any_file(fault: str, tmp_path: Path) -> None:
    day = short(tmp_path, "daily", frozenset({fault} - {""}))
    hunter = Hunter(day.canaries)
    finds, documented = hunted(day, hunter)
    finds += [f"process: {hit.canary}" for hit in hunter.block(day.seen)]
    if fault:
        assert [find for find in finds if "logs/fangxin.log: number" in find], finds
    else:
        assert finds == []
        assert documented == {"workstation data/device.key": 1}
        assert hunter.patterns > 2000
        assert (day.disks["workstation"].mounted / "work" / "support.zip").stat().st_size > 1000


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: str(canary.name))
def test_every_writing_is_found_in_the_middle_of_something_else(canary: Canary) -> None:
    hunter, around = Hunter(CANARIES), bytes(range(255, -1, -1)) * 3
    for encoding, pattern in writings(canary).items():
        found = [hit for hit in hunter.block(around + pattern + around) if hit.place == len(around)]
        assert {hit.canary for hit in found} == {canary.name}, encoding
    assert hunter.block(around * 10_000) == []


def test_a_base64_text_is_found_at_each_of_its_three_alignments() -> None:
    hunter = Hunter([NUMBER])
    for before in (b"", b"a", b"ab", b"abc"):
        coded = base64.b64encode(before + b"+8613898765432 is the number")
        assert {hit.encoding.split()[-2] for hit in hunter.block(coded)} == {"base64"}
