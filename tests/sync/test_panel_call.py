"""Whole calls at a desk whose cases came from central with what the sample knows beforehand: the form reads a column aloud, a quota is
by one, and whoever lies in a full cell is not dialled."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from app.clock import VirtualClock, seeded, system_entropy
from app.commands import calling
from app.evidence.note import Signer
from app.interview.screen import Page
from app.leases import held, on_hand
from app.queue_order import Asked
from app.quotas import Quotas
from app.sample.calling import calling_plan, quotas_of
from app.sample.plan import Caller
from app.sample.quota import Closure
from app.study.model import Quota as Designed
from app.sync.client import Client
from app.sync.enrol import Introduction, enrol
from app.sync.shared_pool import Round, pool_round
from tests.desk_room import NOON
from tests.desk_room import Room as DeskRoom
from tests.desk_talk import answers, on, opened, ring, talk
from tests.sync.pool_room import OURS, ROOM, Room, attempts_at_central, numbers
from tests.sync.world import NOW

DAY = 86_400_000
ONE_A_HALL = Designed("marginal", ("窗口",), targets={f"窗口=大厅{n}": 1 for n in range(3)})


@dataclass
class Seat:
    """A desk in rehearsal that draws from the room's pool. It has 40 practice numbers of its own too; they come after."""

    desk: DeskRoom
    client: Client

    def round(self, keep: int = 4) -> Round:
        """What the background does every five minutes."""
        ledger = self.desk.ledger
        done = pool_round(
            self.client, ledger.store, OURS, Caller("I01"), ledger.quotas, ledger.clock, system_entropy, keep
        )
        people = {case.number: answers()(case.number) for case in ledger.store.cases()}
        self.desk.room.line._exchange._residents = people
        return done

    def next(self) -> str:
        """Take the next case and look at it; it goes back into the queue. Returns its id."""
        ledger = self.desk.ledger
        found = ledger.queue.best(Asked(ledger.clock.wall(), full=ledger.quotas.refusing()))
        assert found is not None
        return found


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path, 30)
    yield room
    room.close()


@pytest.fixture
def seat(tmp_path: Path, pool: Room) -> Iterator[Seat]:
    desk = DeskRoom(tmp_path / "desk", clock=VirtualClock(NOON)).open()
    study = desk.ledger.study
    xml = study.form_xml.decode().replace("<intro/>", "<窗口/><intro/>", 1)
    xml = xml.replace("<value>您好！", '<value>您去过<output value=" /data/窗口 "/>。', 1)
    desk.ledger.study = replace(study, form_xml=xml.encode(), quotas=(ONE_A_HALL,))
    ledger = desk.ledger
    ledger.quotas = Quotas(ledger.store, quotas_of(ledger.study))
    ledger.queue = ledger.store.follow(calling_plan(ledger.study, rehearsal=True), ledger.number_key)
    signer = Signer("fangxin/0000000a/1", b"a" * 32)
    central = pool.stores.signer.verifier
    code = pool.stores.index.issue_code(seeded("code"), NOW)
    with Client(pool.url, "0000000a.1", signer, [central], ledger.clock, system_entropy) as client:
        enrol(client, code, Introduction("0000000a.1", signer.verifier, ROOM.recipient))
        desk.desk.sign_in("访问员01")
        yield Seat(desk, client)
    desk.close()


def interview(seat: Seat) -> str:
    """A whole call with the next case; what was read aloud first."""
    ring(seat.desk)
    read = on(seat.desk).read_aloud
    talk(seat.desk)
    seat.desk.wait_for(Page.OUTCOME)
    assert seat.desk.desk.screen.proposed == "60"
    seat.desk.desk.choose_outcome("60")
    return read


def test_a_column_is_read_aloud_and_fills_its_cell_and_central_hears_the_outcome_only(
    seat: Seat, pool: Room
) -> None:
    assert seat.round().on_hand == 4
    assert interview(seat).startswith("您去过大厅0。")
    assert seat.desk.ledger.quotas.done() == {"窗口=大厅0": 1}
    (document,) = opened(seat.desk, "interview")
    assert dict(document["made"])["窗口"] == "大厅0"
    assert seat.round().settled == 1
    assert [call[1] for call in attempts_at_central(pool, 0)] == ["60"]


def test_a_case_in_a_full_cell_is_not_dialled_and_another_is_fetched_in_its_place(seat: Seat) -> None:
    seat.round()
    interview(seat)
    quotas = seat.desk.ledger.quotas
    quotas.heard({"窗口=大厅1": 1}, {})
    assert seat.next() == numbers(3)[2].id
    store = seat.desk.ledger.store
    assert numbers(4)[3].id in held(store), "it lies here, and is nobody's call"
    assert on_hand(store, quotas.refusing()) == (numbers(3)[2].id,)


def test_a_round_asks_on_until_enough_can_be_called(seat: Seat, pool: Room) -> None:
    other = pool.desk(1)
    other.quotas.finished(["窗口=大厅0", "窗口=大厅1"])
    other.talk()
    done = seat.round()
    assert done.on_hand == 4
    store, quotas = seat.desk.ledger.store, seat.desk.ledger.quotas
    assert {store.columns_of(case)["窗口"] for case in on_hand(store, quotas.refusing())} == {"大厅2"}
    assert done.leased == len(held(store)) > 4


def test_a_cell_that_opens_again_brings_its_cases_back_and_the_surplus_goes_to_the_others(
    seat: Seat, pool: Room
) -> None:
    other = pool.desk(1)
    other.quotas.finished([f"窗口=大厅{n}" for n in range(3)])
    other.talk()
    assert seat.round().on_hand == 0
    assert len(held(seat.desk.ledger.store)) == 30
    assert other.take("I02", 20) == 0
    seat.desk.ledger.quotas.decided(
        [Closure((("窗口", f"大厅{n}"),), "督导01", "重开", 1, open=True) for n in range(3)]
    )
    assert seat.next() == numbers(1)[0].id
    assert seat.round().on_hand == 20
    assert other.take("I02", 20) == 10


def cut(seat: Seat, outcome: str, note: str = "") -> str:
    """A call that ends in the middle of the questions. Returns the case."""
    ring(seat.desk)
    talk(seat.desk, until="q03")
    seat.desk.desk.hang_up()
    seat.desk.wait_for(Page.OUTCOME)
    case = seat.desk.desk._work
    assert case is not None
    seat.desk.desk.choose_outcome(outcome, note)
    return case.case.id


def test_who_asks_for_half_an_hour_in_the_middle_goes_on_at_the_same_desk(seat: Seat, pool: Room) -> None:
    seat.round()
    case = cut(seat, "32", "+30")
    assert seat.round().settled == 0
    assert case in held(seat.desk.ledger.store), "central has given it to nobody else"
    seat.desk.clock.advance(30 * 60_000)
    seat.desk.desk.next_case()
    shown = seat.desk.desk.screen.case
    assert shown is not None
    assert (shown.case, shown.resumes, shown.begun_elsewhere) == (case, True, False)
    seat.desk.desk.dial()
    seat.desk.wait_for(Page.INTERVIEW)
    assert on(seat.desk).name == "q03"
    seat.desk.desk.hang_up()


def test_at_the_end_of_a_shift_a_begun_interview_goes_back_and_the_next_desk_is_told(
    seat: Seat, pool: Room
) -> None:
    other = pool.desk(1)
    other.take("I02", 1)
    other.work("39", NOW - 8 * DAY)
    other.tell()
    assert [call[1] for call in attempts_at_central(pool, 0)] == ["39"]
    seat.round()
    seat.desk.desk.next_case()
    shown = seat.desk.desk.screen.case
    assert shown is not None
    assert (shown.case, shown.resumes, shown.begun_elsewhere) == (numbers(1)[0].id, False, True)


def test_when_nobody_works_here_any_more_begun_interviews_go_back_too(seat: Seat, pool: Room) -> None:
    seat.round()
    cut(seat, "32", "+30")
    assert seat.round(keep=0).settled == 4
    assert held(seat.desk.ledger.store) == {}
    assert [call[1] for call in attempts_at_central(pool, 0)] == ["32"]


def test_the_command_says_why_such_a_case_is_not_dialled(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    seat.round()
    ledger = seat.desk.ledger
    ledger.quotas.heard({"窗口=大厅0": 1}, {})
    plan = calling_plan(ledger.study, rehearsal=True)
    monkeypatch.setattr(calling, "_station", lambda *_: (seat.desk.station, ledger.study, plan))
    ask = typer.Typer()
    calling.register(ask)
    said = CliRunner().invoke(ask, ["why", numbers(1)[0].id]).output
    assert "quota cell that is full (窗口=大厅0)" in said
    assert "quota cell" not in CliRunner().invoke(ask, ["why", numbers(2)[1].id]).output
    assert numbers(2)[1].id in CliRunner().invoke(ask, ["pick"]).output
