"""What the desk knows beforehand is in the questionnaire's texts and rules: the interviewer, the time of day, the sample's columns."""

from dataclasses import replace
from pathlib import Path

from app.clock import VirtualClock
from app.interview.given import greeting
from app.interview.screen import Page
from tests.desk_room import NOON, Room
from tests.desk_talk import answers, leaves, on, ring, seat, talk

HOUR = 3_600_000
NAMES = ("greeting_zh", "greeting_en", "interviewer", "case_unit_zh", "visited")


def greeted(room: Room) -> Room:
    """The introduction greets by the time of day and names the interviewer, the district and the office visited."""
    xml = room.ledger.study.form_xml.decode()
    nodes = "".join(f"<{name}/>" for name in NAMES)
    parts = [f'<output value=" /data/{name} "/>' for name in NAMES]
    xml = xml.replace("<intro/>", f"{nodes}<intro/>", 1)
    xml = xml.replace("<value>您好！", f"<value>{parts[0]}！我叫{parts[2]}，问{parts[3]}的{parts[4]}。", 1)
    xml = xml.replace("<value>Hello!", f"<value>{parts[1]}, {parts[2]} speaking.", 1)
    room.ledger.study = replace(room.ledger.study, form_xml=xml.encode())
    return room


def test_the_introduction_names_interviewer_time_of_day_and_what_the_sample_knows(tmp_path: Path) -> None:
    room = greeted(seat(tmp_path, answers(), clock=VirtualClock(NOON + 3 * HOUR)))
    case = room.ledger.store.cases()[0]
    unit = next((unit.zh for unit in room.ledger.study.units if unit.code == case.unit), "")
    room.ledger.assigned("0" * 64, (), {case.id: {"visited": "政务服务大厅", "interviewer": "冒充"}})
    ring(room)
    assert on(room).read_aloud.startswith(f"下午好！我叫小李，问{unit}的政务服务大厅。")
    room.desk.switch_language("en")
    assert on(room).read_aloud.startswith("Good afternoon, 小李 speaking.")
    room.desk.hang_up()
    room.close()


def test_the_next_call_greets_by_its_own_hour_and_interviewer(tmp_path: Path) -> None:
    room = greeted(seat(tmp_path, leaves("q05")))
    ring(room)
    talk(room)
    room.wait_for(Page.OUTCOME)
    room.desk.choose_outcome("39")
    room.desk.sign_out()
    room.desk.sign_in("老王")
    room.clock.advance(8 * 24 * HOUR - 3 * HOUR)
    room.residents = {number: answers()(number) for number in room.residents}
    room.room.line._exchange._residents = room.residents
    ring(room)
    room.desk.jump("intro")
    assert on(room).read_aloud.startswith("上午好！我叫老王")
    work = room.desk._work
    assert work is not None
    assert work.conversation is not None
    assert work.conversation.state.made["interviewer"] == "老王", "the trail says what the form was told"
    room.desk.hang_up()
    room.close()


def test_every_hour_has_its_greeting() -> None:
    midnight = NOON - 12 * HOUR
    said = [greeting(midnight + hour * HOUR)[0] for hour in range(24)]
    assert said == ["您好"] * 5 + ["上午好"] * 6 + ["中午好"] * 2 + ["下午好"] * 5 + ["晚上好"] * 6
