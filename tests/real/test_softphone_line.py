"""The softphone keeps the promises of every line with a real SIP engine and a real exchange (sipp), in real time."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hardware.contract import LineBench, LineContract
from tests.real.caller import calling
from tests.real.peers import sipp
from tests.real.scenarios import answers, called, ends, goes, let_go, says, scenario, takes

pytest.importorskip("pjsua2")
pytestmark = [pytest.mark.real, pytest.mark.long]

ANSWERING, RINGING, BUSY = "08182101001", "08182101002", "08182101003"
FASTER = 5
"""The contract's milliseconds go by so many times faster than the clock's: nothing here takes longer than 0.1 s by itself."""
PATIENCE = 12 * FASTER
"""A minute by the clock for the five seconds of a hang-up, which test_softphone_exchange.py measures."""

EXCHANGE = scenario(
    called(ends_in=("1", "3")),
    goes("busy", if_ends_in="3"),
    says("180 Ringing"),
    goes("answering", if_ends_in="1"),
    takes("CANCEL", timeout="8000", ontimeout="nobody"),
    says("200 OK"),
    ends("487 Request Terminated", late=True),
    goes("end"),
    '<label id="nobody"/>',
    ends("480 Temporarily Unavailable"),
    goes("end"),
    '<label id="busy"/>',
    ends("486 Busy Here"),
    goes("end"),
    '<label id="answering"/>',
    answers(),
    let_go(),
    '<label id="end"/>',
)


class TestContract(LineContract):
    """What every line must do."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[LineBench]:
        with sipp(EXCHANGE, tmp_path, calls=0) as exchange, calling(exchange.port) as caller:
            yield LineBench(
                caller.line,
                ANSWERING,
                RINGING,
                BUSY,
                lambda milliseconds: time.sleep(milliseconds / 1000 / FASTER),
                nobody_real=False,
                patience=PATIENCE,
            )
