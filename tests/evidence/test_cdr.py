"""A carrier's list of calls as carriers write it, and what comes of comparing it with the journals."""

import random
import tempfile
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import EvidenceError
from app.evidence.audit import carrier as module
from app.evidence.audit.carrier import reconcile
from app.evidence.audit.facts import Call, Facts, Moment
from app.evidence.audit.verdict import Findings, Spot
from app.evidence.cdr import CarrierCall, CarrierList, read_list, same_number
from app.evidence.verify import verify
from tests.evidence.archive import Made, make
from tests.evidence.pen import EVERYBODY, NOON, Pen
from tests.evidence.scenes import played

NUMBER = "08182345678"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "cdr.csv"
    path.write_bytes(text.encode(encoding))
    return path


def local(ms: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(timezone(timedelta(hours=8))).strftime(form)


# Reading

STYLES = [
    ("number,start,duration\n{n},{t},61\n", "utf-8"),
    ("\ufeff被叫号码,通话开始时间,通话时长(秒)\n{n},{t},61\n", "utf-8"),
    ("对方号码\t起始时间\t通话时长\n{n}\t{t}\t1分1秒\n", "gb18030"),
    ("序号;被叫;应答时间;计费时长\n1;{n};{t};00:01:01\n", "gb18030"),
    ("时长,时间,号码\n“61”,{t},{n}\n".replace("“", '"').replace("”", '"'), "utf-16"),
    (
        "通话类型,对方号码,通话日期,通话起始时间,通话时长\n主叫,{n},{d},{c},1:01\n被叫,13900001111,{d},{c},30\n",
        "utf-8",
    ),
    ("number,start,end\n{n},{t},{e}\n", "utf-8"),
    ("号码，开始时间，时长\n０８１８－２３４５６７８，{t}，６１\n", "utf-8"),
    ("dst,start,billsec\n{n},{u}Z,61\n", "utf-8"),
    ("dst,start,billsec\n{n},{u}+00:00,61\n", "utf-8"),
    ("dst,start,billsec\n{n},{s},61.0\n", "utf-8"),
]


@pytest.mark.parametrize(("text", "encoding"), STYLES)
def test_every_way_of_writing_the_same_call(tmp_path: Path, text: str, encoding: str) -> None:
    utc = datetime.fromtimestamp(NOON / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    day, clock = local(NOON, "%Y/%m/%d"), local(NOON, "%H:%M:%S")
    rows = text.format(n=NUMBER, t=local(NOON), d=day, c=clock, e=local(NOON + 61_000), u=utc, s=NOON // 1000)
    found = read_list(written(tmp_path, rows, encoding))
    (call,) = found.calls
    assert (call.start, call.seconds, found.refused) == (NOON, 61, ())
    assert same_number(NUMBER, call.number)


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        ("0818-2345678", True),
        ("+8608182345678", True),
        ("8608182345678", True),
        ("008608182345678", True),
        ("2345678", True),
        ("0818234****", True),
        ("0818235****", False),
        ("0818****678", True),
        ("08192345678", False),
        ("12345678", False),
        ("", False),
    ],
)
def test_which_numbers_may_be_ours(theirs: str, same: bool) -> None:
    assert same_number(NUMBER, theirs) is same


def test_a_mobile_with_and_without_the_long_distance_zero_and_the_country() -> None:
    for theirs in (
        "13912345678",
        "013912345678",
        "+86 139 1234 5678",
        "8613912345678",
        "139****5678",
        "１３９１２３４５６７８",
    ):
        assert same_number("13912345678", theirs), theirs
    assert not same_number("13912345678", "12345678")


@pytest.mark.parametrize("text", ["", "hello\n", "a,b\n1,2\n", "number,start\n1,2\n"])
def test_what_is_no_carriers_list_is_told_in_one_sentence(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvidenceError, match="no columns for the start and the duration"):
        read_list(written(tmp_path, text))


SWITCHBOARD = (
    "start,answer,end,duration,billsec,dst\n"
    "{dialled},{t},{e},70,61,{n}\n"  # nine seconds of ringing: the talk is what the journal has
    "{dialled},,{t},9,0,{n}\n"
)


def test_of_a_switchboards_columns_the_answer_and_the_talk_count(tmp_path: Path) -> None:
    rows = SWITCHBOARD.format(n=NUMBER, dialled=local(NOON - 9000), t=local(NOON), e=local(NOON + 61_000))
    talked, rang = read_list(written(tmp_path, rows)).calls
    assert (talked.start, talked.seconds) == (NOON, 61)
    assert (rang.start, rang.seconds) == (NOON - 9000, 0)


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("0001-01-01 00:00:00,61,", '"0001-01-01 00:00:00" is no time'),
        ("2026-11-26 12:00:00+99:00,61,", '"2026-11-26 12:00:00+99:00" is no time'),
        (f"2026-11-26 12:00:00,{'9' * 400},", f'"{"9" * 40}" is no duration'),
        (f"2026-11-26 12:00:00,{'9' * 5000}秒,", f'"{"9" * 40}" is no duration'),
        ("2026-11-26 12:00:00,-5,", '"-5" is no duration'),
        (",61,", "it has no time"),
        ("2026-11-26 12:00:00,,", "it has no duration"),
        ("2026-11-26 12:00:00,,2026-11-26 11:59:00", "it ends before it begins"),
    ],
)
def test_a_row_that_says_nothing_sure_is_named_and_never_passed_over(
    tmp_path: Path, row: str, why: str
) -> None:
    found = read_list(written(tmp_path, f"start,duration,end,remark\n{row},a call\n"))
    assert (found.calls, found.refused) == ((), ((2, why),))


def test_a_remark_below_the_list_is_counted_as_no_call(tmp_path: Path) -> None:
    found = read_list(written(tmp_path, "remark,start,duration\n,,\nprinted by the office,,\n"))
    assert (found.calls, found.refused, found.passed_over) == ((), (), 1)


@given(st.binary(max_size=300))
def test_whatever_the_file_holds_it_is_read_or_refused_in_words(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "x.csv")
        path.write_bytes(b"number,start,duration\n" + data)
        with suppress(EvidenceError):
            read_list(path)


# Comparing


@dataclass
class Field:
    """Calls of some workstations whose clocks are all wrong in their own way, and what the carrier has of them."""

    facts: Facts
    rows: list[CarrierCall]

    @classmethod
    def of(cls, calls: int, seed: int = 7, devices: int = 4) -> "Field":
        rng, facts, rows = random.Random(seed), Facts(), []
        for device in range(devices):
            wrong, now = rng.uniform(-600, 600), NOON / 1000 + rng.uniform(0, 60)
            for _ in range(calls // devices):
                rings, talks = rng.uniform(3, 30), rng.choice([0.0, rng.uniform(5, 900)])
                name, answered = f"{rng.getrandbits(64):016x}", talks > 0
                call = Call(
                    name, f"{device:08x}", False, Spot("journal.jsonl", len(facts.calls) + 1, name), dials=1
                )
                call.started = Moment(round((now + wrong) * 1000), round((now - NOON / 1000) * 1000), "one")
                call.answered, call.answer_source = (round(rings * 8000), "signal") if answered else (-1, "")
                call.ended_at = call.latest = round((rings + talks) * 8000)
                facts.calls[name] = call
                facts.numbers[name] = f"1{rng.randrange(3 * 10**9, 9 * 10**9):010}"
                start = now + rings if answered else now
                rows.append(CarrierCall(0, facts.numbers[name], round(start) * 1000, -int(-talks // 1)))
                now += rings + talks + rng.uniform(5, 60)
        order = sorted(rows, key=lambda row: row.start)
        return cls(facts, [CarrierCall(n, r.number, r.start, r.seconds) for n, r in enumerate(order, 2)])

    def compared(self, *, numbers: bool = False) -> list[str]:
        findings = Findings()
        listed = CarrierList("cdr.csv", tuple(self.rows), 0, ())
        facts = self.facts if numbers else replace(self.facts, numbers={})
        reconcile(facts, listed, findings)
        return sorted(each.rule for each in findings.verdict().completeness if each.spoils)


@pytest.mark.parametrize("numbers", [False, True])
def test_every_call_is_found_although_the_clocks_are_wrong(numbers: bool) -> None:
    assert Field.of(400).compared(numbers=numbers) == []


@pytest.mark.parametrize("numbers", [False, True])
def test_each_difference_is_named_once_and_nothing_else(numbers: bool) -> None:
    field = Field.of(400)
    talked = [n for n, row in enumerate(field.rows) if row.seconds > 60]
    longer, gone, later = talked[5], talked[50], talked[90]
    field.rows[longer] = _changed(field.rows[longer], seconds=3)
    field.rows[later] = _changed(field.rows[later], start=5000)
    row = field.rows.pop(gone)
    field.rows.append(CarrierCall(999, "13900000000", row.start + 7_000_000, 77))
    found = field.compared(numbers=numbers)
    assert found == ["carrier.absent", "carrier.duration", "carrier.time", "carrier.unknown"]


def _changed(row: CarrierCall, *, seconds: int = 0, start: int = 0) -> CarrierCall:
    return CarrierCall(row.line, row.number, row.start + start, row.seconds + seconds)


def test_saboteur_without_the_tolerance_longer_calls_are_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOLERANCE", 60.0)
    with pytest.raises(AssertionError):
        test_each_difference_is_named_once_and_nothing_else(numbers=True)


def test_saboteur_without_finding_out_the_clocks_nothing_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_offsets", lambda *_: defaultdict(float))
    with pytest.raises(AssertionError):
        test_every_call_is_found_although_the_clocks_are_wrong(numbers=False)


def of_one_told_by_hand(field: Field, missing: int, *, closed: bool) -> list[str]:
    """What is found when only the interviewer says when one call was answered, and its sound is so many seconds shorter than the talk."""
    call, row = next(
        (call, row)
        for call, row in zip(field.facts.calls.values(), field.rows, strict=True)
        if row.seconds > 60
    )
    call.answer_source = "user"
    call.latest = (row.seconds - missing) * 8000
    call.samples = call.latest if closed else -1
    return field.compared(numbers=True)


@pytest.mark.parametrize("closed", [True, False])
def test_where_only_a_person_says_when_it_was_answered_the_sound_must_last_as_long_as_the_carriers_talk(
    closed: bool,
) -> None:
    for missing, found in ((-60, []), (1, []), (4, ["carrier.duration"])):
        assert of_one_told_by_hand(Field.of(40, devices=1), missing, closed=closed) == found


def test_a_call_that_was_never_dialled_is_none_of_the_carriers() -> None:
    field = Field.of(40, devices=1)
    field.facts.calls["f" * 16] = Call("f" * 16, "0" * 8, False, Spot("journal.jsonl", 99, "f" * 16))
    assert field.compared() == []


def test_rows_that_hide_the_number_are_those_of_calls_at_that_time() -> None:
    field = Field.of(40, devices=1)
    field.rows = [replace(row, number="1**********") for row in field.rows]
    assert field.compared(numbers=True) == []
    field.rows = [replace(row, number="2**********") for row in field.rows]
    assert set(field.compared(numbers=True)) == {"carrier.absent", "carrier.unknown"}


def answered_call(pen: Pen) -> None:
    talk = pen.dial(pen.id())
    talk.speak(20)
    talk.answered()
    talk.speak(40)
    talk.answer("q01", "7")
    talk.end("remote_hangup", "60")


def test_an_archive_is_compared_by_the_sealed_numbers_or_by_time(tmp_path: Path) -> None:
    made = played(tmp_path, answered_call)
    start = made.line("dial.start")["wall"] + 2000
    carrier = read_list(written(tmp_path, f"被叫,开始时间,时长\n{NUMBER},{local(start + 500)},4\n"))
    for identities in ((), EVERYBODY):
        verdict = verify(made.archive, identities=identities, carrier=carrier)
        assert verdict.ok, verdict.text()
        assert verdict.counts["calls reconciled"] == 1
    other = read_list(written(tmp_path, f"被叫,开始时间,时长\n13912345678,{local(start)},4\n"))
    assert verify(made.archive, carrier=other).ok
    found = [
        each for each in verify(made.archive, identities=EVERYBODY, carrier=other).completeness if each.spoils
    ]
    assert {each.rule for each in found} == {"carrier.absent", "carrier.unknown"}
    unknown = next(each for each in found if each.rule == "carrier.unknown")
    assert (unknown.at.file, unknown.at.line) == ("cdr.csv", 2)
    assert "13912345678" not in unknown.what


def test_rows_that_cannot_be_read_are_named_not_dropped(tmp_path: Path) -> None:
    text = f"被叫,开始时间,时长\n{NUMBER},soon,4\n{NUMBER},{local(NOON)},long\n"
    listed = read_list(written(tmp_path, text))
    assert [line for line, _ in listed.refused] == [2, 3]
    findings = Findings()
    reconcile(Facts(), listed, findings)
    found = findings.verdict()
    assert [(each.rule, each.at.line) for each in found.completeness if each.spoils] == [
        ("carrier.row", 2),
        ("carrier.row", 3),
    ]


def test_the_afternoon_without_its_carrier_rows_names_each_answered_call(tmp_path: Path) -> None:
    made: Made = make(tmp_path)
    empty = CarrierList("cdr.csv", (), 0, ())
    verdict = verify(made.archive, carrier=empty)
    missing = [each.at.call for each in verdict.completeness if each.rule == "carrier.absent"]
    assert sorted(missing) == sorted(made.calls[name] for name in ("finished", "cut", "second"))
