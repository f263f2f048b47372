"""Row 19: the wall clock is wrong or jumps, in the middle of a call and between two starts. Order is by number, the jump stands in the
journal, what was done is handed in all the same, receipts carry central's time, and the certificate says it in words."""

import itertools
import json
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from app.certificate import Checked, html, page_of
from app.clock import Reading, VirtualClock, seeded, system_entropy
from app.errors import StudyError
from app.evidence.journal import read
from app.evidence.note import open_note
from app.evidence.verify import verify
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.workstation import open_workstation
from tests.desk_room import NOON, centre, package
from tests.desk_talk import answers, ring, seat, talk
from tests.faults.campaign import Row, Seen, Trial
from tests.sync.test_renewal import handed_in
from tests.sync.world import NOW, Central, World

_HOUR = 3_600_000
_BREAK = 600_000
"""Between two starts: shorter than any jump, or a clock that was set back would show the time that it showed before."""
_JUMPS = {
    "one hour back": -_HOUR,
    "one hour ahead (summer time)": _HOUR,
    "one year ahead": 365 * 24 * _HOUR,
    "to 2038-01-19": 2_147_483_647_000 - NOON,
    "dead battery: to 1970": -NOON + 60_000,
}


def _shift(case: Trial, *, in_call: bool) -> Seen:
    name = list(_JUMPS)[case.number % len(_JUMPS)]
    jump = _JUMPS[name] + case.chance.randrange(5000)
    with ExitStack() as stack:
        world = stack.enter_context(World(case.folder))
        central, room = world.central(), seat(case.folder, answers(), answers())
        served = {"study": room.study.id, "version": room.study.version, "rehearsal": True}
        central.stores.install(package(case.folder), **served, centre_vkey=centre().publisher.vkey)  # type: ignore[arg-type]
        room.work(1)
        if in_call:
            ring(room)
            talk(room, until="q03")
            room.clock.now += jump
            room.pass_time(2000)
            room.work(2)
        start = ""
        room.close()
        room.clock = VirtualClock(room.clock.wall() + _BREAK + (0 if in_call else jump), boot="two")
        try:
            room.open()
            room.desk.sign_in("小李")
            room.work(0)
        except StudyError as error:
            start = str(error)
            room.station.store.close()
            assert "clock" in start, start
        keys, store = room.station.keys, open_workstation(room.folder, room.clock, seeded("sync")).store
        client = stack.enter_context(
            Client(
                central.url,
                room.station.name,
                keys.signer,
                [central.verifier],
                room.clock,
                system_entropy,
                attempts=1,
            )
        )
        code = central.stores.index.issue_code(seeded("code"), NOW)
        enrol(client, code, Introduction(room.station.name, keys.signer.verifier, keys.identity.recipient))
        room.station = open_workstation(room.folder, room.clock, seeded("sync"))
        assert room.station.study(calling=False) is not None
        if not start:
            room.ledger.journal.close()
        room.ledger = room.station.open_ledger(room.study, rehearsal=True)
        handed_in(room, client)
        for each in (store, room.station.store, room.ledger.journal):
            each.close()
        return {
            "clock": name,
            "start": start or "starts",
            **_judged(room.folder, central, in_call=in_call, jump=jump),
        }


def _judged(folder: Path, central: Central, *, in_call: bool, jump: int) -> dict[str, object]:
    lines = [entry.data for entry in read(folder / "journals" / "1" / "journal.jsonl")]
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    jumps = [line["after"] - line["before"] for line in lines if line["type"] == "clock.jump"]
    if in_call or jump < -_BREAK:
        assert jumps, f"the clock jumped by {jump / 1000} s, and the journal does not say so"
        assert not in_call or abs(jumps[0] - jump) < 3000, f"{jumps[0]} for {jump}"
    name = next((central.stores.folder / "journals").iterdir()).name
    receipt = central.stores.journal(name).newest_receipt() or ""
    (signed,) = open_note(receipt, [central.verifier]).signatures
    assert signed.seconds == NOW // 1000, f"the receipt says {signed.seconds}"
    verdict = verify(central.stores.folder, keys=[central.verifier, centre().publisher.verifier])
    assert verdict.ok, verdict.text()
    words = ""
    if jumps:
        checked = Checked(central.stores.folder, verdict)
        pages = [
            html(page_of(checked, lang, datetime.fromtimestamp(NOON / 1000, UTC))) for lang in ("zh", "en")
        ]
        assert "时钟跳变过" in pages[0]
        assert "wall clock of this workstation jumped" in pages[1]
        words = next(each.what for each in verdict.completeness if each.rule == "clock.jump")
    return {"jumps": len(jumps), "said": words, "receipt": "central's time", "handed in": len(lines)}


def _in_call(case: Trial) -> Seen:
    return _shift(case, in_call=True)


def _between(case: Trial) -> Seen:
    return _shift(case, in_call=False)


_STARTS = ("2026-03-01 09:00:00", "1970-01-02 00:00:00", "2038-01-19 03:14:06", "2026-03-01 10:00:00")
_CHILD = """
import json, sys
from pathlib import Path
from app.clock import SystemClock
from app.evidence.journal import Journal, read
from tests.evidence.journals import ORIGIN, SIGNER
folder = Path(sys.argv[1])
with Journal.open(folder, ORIGIN, SIGNER, SystemClock(), rehearsal=True) as journal:
    journal.append("shift.close")
    journal.checkpoint()
lines = [entry.data for entry in read(folder / "journal.jsonl")]
print(json.dumps([[line["type"], line["wall"]] for line in lines]))
"""


def _machine(case: Trial) -> Seen:
    """The same with the machine's own clock, four starts of a real process under faketime."""
    starts = [*_STARTS[:1], *case.chance.sample(_STARTS[1:], 3)]
    for start in starts:
        command = ["faketime", start, sys.executable, "-c", _CHILD, str(case.folder)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3]
        )
        assert done.returncode == 0, done.stderr[-400:]
    lines = json.loads(done.stdout)
    walls = [wall for kind, wall in lines if kind == "shift.close"]
    back = sum(after < before for before, after in itertools.pairwise(walls))
    assert back, f"faketime did not set this machine's clock: {walls}"
    assert sum(kind == "clock.jump" for kind, _ in lines) == back, lines
    return {"starts": ", ".join(starts), "clock.jump": back}


def _unnoticed(case: Trial) -> Seen:
    """The control: a journal that does not compare its two clocks."""
    with patch.object(Reading, "jumped", lambda *_: None):
        return _shift(case, in_call=True)


ROWS = [
    Row("19", "the wall clock jumps in the middle of a call", _in_call, short=5, long=25),
    Row("19.starts", "the wall clock is another at the next start", _between, short=5, long=25),
    Row("19.machine", "four starts under faketime", _machine, short=1, long=6, needs=("faketime",)),
    Row(
        "19.control",
        "a journal that does not compare its clocks",
        _unnoticed,
        short=1,
        long=5,
        control="the journal does not say so",
    ),
]
