"""Row 35: two interviews of equal course and different answers, one of them as long as the study takes: what lies open has the same size,
and sound is as long as the call."""

from unittest.mock import patch

from app.canonical import decode, encode
from app.evidence import seal, wav
from tests.desk_talk import answers, seat
from tests.faults.campaign import Row, Seen, Trial

LONGEST = 500
"""Letters: more the study does not take ("最多记500个字"). Every one is three bytes."""


def _open_sizes(case: Trial, name: str, **said: str) -> tuple[list[int], list[int], list[int]]:
    """Sizes of a day's sealed objects and of its journal's lines, and bytes of sound a sample, for one interview."""
    room = seat(case.folder / name, answers(**said))
    room.work(1)
    assert room.desk.screen.counts.completes == 1, "the interview did not come to its end"
    room.close()
    objects = sorted(path.stat().st_size for path in (room.folder / "objects").iterdir())
    lines = [
        decode(line)
        for line in (room.folder / "journals" / "1" / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    ]
    told = [len(encode(line["commit"])) for line in lines if "commit" in line]
    (closed,) = [line for line in lines if line["type"] == "rec.close"]
    sound = int(closed["bytes"]) - wav.CHANNELS * int(closed["samples"])
    chunks = (wav.CHANNELS * int(closed["samples"]) + len(wav.header()) + 65535) // 65536
    return objects, told, [sound - 16 * chunks]


def _two(case: Trial) -> Seen:
    scale = [str(case.chance.randint(1, 9)) for _ in range(12)]
    said = {f"q{n:02}": value for n, value in enumerate(scale, 1)}
    words = "满意" * (LONGEST // 2 - case.chance.randint(0, 9))
    one, other = _open_sizes(case, "one"), _open_sizes(case, "other", **said, suggestion=words)
    assert one[0] == other[0], f"objects of {one[0]} and {other[0]} bytes"
    assert set(one[1]) == set(other[1]) == {66}, f"commitments of {set(one[1])} and {set(other[1])} bytes"
    assert one[2] == other[2], f"sound that is not as long as the call: {one[2]} and {other[2]}"
    return {"objects": one[0], "a commitment": 66, "answers": f"{len(words)} letters against 3"}


def _unpadded(case: Trial) -> Seen:
    """The control: nothing is padded."""
    with patch.object(seal, "PAGE", 1):
        return _two(case)


ROWS = [
    Row("35", "two interviews with different answers: equal sizes in the open", _two, short=2, long=20),
    Row("35.control", "sealed objects without padding", _unpadded, short=1, long=3, control="objects of"),
]
