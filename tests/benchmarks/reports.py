"""How long `sample report` takes over a field period's journals, and how much memory, against a plain json.loads of the same lines.

Sixty desks, without a pool and without keys: what a team lead's window reads every minute.
"""

import hashlib
import random
from pathlib import Path

from app.canonical import encode
from tests.benchmarks.row import Row, percentile, run, told

_DESKS = 60
_ANSWERS = 15
_COMING = ("16", "16", "16", "13", "11", "12", "15", "36", "31", "60")
"""One interview in ten dials."""
_START = 1_772_499_600_000  # 2026-03-03 09:00 in China

_OURS = """
import json, resource, sys, time
from pathlib import Path
from app.progress import Sources, field_work
from app.resources import resource as shipped
from app.study.load import load
sources = Sources(Path(sys.argv[1]), load(shipped("studies", "dazhou-2017")))
times = []
for _ in range(2):
    began = time.process_time()
    _, found = field_work(sources, 1_772_600_000_000)
    times.append(time.process_time() - began)
most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"first": times[0], "again": times[1], "kib": most, "calls": found.total.calls}))
"""
_PLAIN = """
import json, sys, time
from pathlib import Path
began, lines = time.process_time(), 0
for path in sorted(Path(sys.argv[1]).glob("journals/*/journal.jsonl")):
    with path.open("rb") as file:
        for line in file:
            json.loads(line)
            lines += 1
print(json.dumps({"first": time.process_time() - began, "lines": lines}))
"""
_WINDOW = """
import json, sys, time
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.clock import SystemClock
from ui.lead.room import Room
from ui.lead.look import LookProcess
from app.progress import Sources
from app.resources import resource as shipped
from app.study.load import load
from ui.errands import Errands
from ui.language import Language
from ui.lead.window import LeadWindow
from ui.theme import Theme
app, errands = QApplication([]), Errands()
looking = LookProcess(Sources(Path(sys.argv[1]), load(shipped("studies", "dazhou-2017"))))
window = LeadWindow(Room(looking), errands, SystemClock(), Language("zh"), Theme(app))
window.showMaximized()
app.processEvents()
late, last, spent = [], [time.perf_counter()], [time.process_time()]
def beat():
    now = time.perf_counter()
    late.append(max(0.0, (now - last[0]) * 1000 - 10))
    last[0] = now
    spent.append(time.process_time())
timer = QTimer()
timer.timeout.connect(beat)
timer.start(10)
window.drawn.connect(lambda: QTimer.singleShot(200, app.quit))
window.look()
began = time.perf_counter()
app.exec()
took = time.perf_counter() - began
calls = window._seen[1].total.calls
window.close()
errands.stop()
busy = max(b - a for a, b in zip(spent, spent[1:])) * 1000
print(json.dumps({"late": late, "busy": busy, "calls": calls, "took": took}))
"""


def measure(folder: Path, calls: int, seed: str) -> list[Row]:
    """Processor seconds, each in a process of its own, the files in the system's cache for both; the best of two, in turns."""
    archive = folder / "archive"
    size = sum(journal(archive, desk, calls // _DESKS, seed) for desk in range(_DESKS))
    ours, plain = [], []
    for _ in range(2):
        ours.append(told(run("-c", _OURS, archive)[1]))
        plain.append(told(run("-c", _PLAIN, archive)[1]))
    best, bare = (min(found, key=lambda each: float(each["first"])) for found in (ours, plain))
    seen = told(run("-c", _WINDOW, archive, QT_QPA_PLATFORM="offscreen")[1])
    late = seen["late"]
    beside = f"json.loads of the same {bare['lines']:,} lines ({bare['first']:.1f} s, {size / 1e6:.0f} MB)"
    return [
        Row(
            f"field report of {best['calls']:,} calls at {_DESKS} desks",
            f"{best['first']:.1f} s, {best['kib'] / 1024:.0f} MB",
            f"{best['first'] / bare['first']:.1f} × {beside}",
        ),
        Row(
            "  the next look of the team lead's window", f"{best['again']:.1f} s", "what was read stays read"
        ),
        Row(
            "  its window's loop meanwhile",
            f"late p50 {percentile(late, 0.5):.0f} ms, p99 {percentile(late, 0.99):.0f} ms",
            f"at most {max(late):.0f} ms in {seen['took']:.0f} s, of them at most {seen['busy']:.0f} ms by its own doing; the reading is a "
            "process of its own",
        ),
    ]


def journal(archive: Path, desk: int, calls: int, seed: str) -> int:
    """A desk's journal as it comes to central, but for the signatures, which a report does not look at. Returns its bytes."""
    chance = random.Random(f"{seed}|{desk}")
    device = f"{desk:08x}"
    path = archive / "journals" / f"{device}.1" / "journal.jsonl"
    path.parent.mkdir(parents=True)
    pen = _Pen(f"fangxin/dazhou-2017/{device}/1")
    pen.write("epoch.new", device=device, epoch=1, vkey="k", keystore="file", app="0.1")
    who = pen.sha(chance)
    pen.write("shift.open", interviewer=who, app="0.1", study="dazhou-2017", version=1)
    for _ in range(calls):
        _call(pen, chance)
    return path.write_bytes(b"".join(pen.lines))


def _call(pen: "_Pen", chance: random.Random) -> None:
    call, case, outcome = (
        f"{chance.getrandbits(64):016x}",
        f"{chance.getrandbits(64):016x}",
        chance.choice(_COMING),
    )
    one = {"call": call, "case": case}
    pen.write("rec.open", call=call, header_sha256=pen.sha(chance), rate=8000, channels=2, codec="alaw")
    pen.write("dial.start", **one, number=pen.sha(chance), contact=pen.sha(chance), ticket=pen.sha(chance))
    pen.write("line", call=call, state="dialing", at=0, source="")
    pen.write("line", call=call, state="alerting", at=16_000, source="signal")
    seconds = 360 if outcome == "60" else 25
    talk = {"interview": f"{chance.getrandbits(64):016x}", "call": call}
    if outcome == "60":
        pen.write("line", call=call, state="answered", at=60_000, source="signal")
        pen.write("interview.open", **talk, case=case, form_sha=pen.sha(chance))
        for place in range(_ANSWERS):
            pen.write(
                "answer.commit",
                **talk,
                question=f"q{place:02}",
                commit=pen.sha(chance),
                at=60_000 + place * 160_000,
            )
    for ten in range(10, seconds, 10):
        pen.write("rec.mark", call=call, bytes=ten * 16_000, sha256=pen.sha(chance), samples=ten * 8000)
    end = seconds * 8000
    pen.write("dial.end", call=call, cause="local_hangup", raw="", at=end)
    pen.write(
        "rec.close",
        call=call,
        sha256=pen.sha(chance),
        payload_sha256=pen.sha(chance),
        bytes=end * 2,
        samples=end,
    )
    pen.write("outcome.commit", **one, outcome=outcome, at=end, proposed=outcome)
    if outcome == "60":
        pen.write("interview.close", **talk, case=case, outcome=outcome, object=pen.sha(chance))


class _Pen:
    def __init__(self, origin: str) -> None:
        self.origin, self.lines, self._prev, self._wall = origin, list[bytes](), "0" * 64, _START

    def sha(self, chance: random.Random) -> str:
        return f"{chance.getrandbits(256):064x}"

    def write(self, kind: str, **fields: object) -> None:
        self._wall += 2_000
        common = {
            "v": 1,
            "origin": self.origin,
            "seq": len(self.lines),
            "prev": self._prev,
            "wall": self._wall,
        }
        line = encode(
            {**common, "mono": self._wall - _START, "boot": "b", "rehearsal": 1, "type": kind, **fields}
        )
        self._prev = hashlib.sha256(line).hexdigest()
        self.lines.append(line + b"\n")
