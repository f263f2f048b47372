"""Which calls are heard: the draw chooses, nobody in the room does."""

from dataclasses import replace

from app.results.listening import Share, listening_sample
from app.results.table import CallRow
from app.sample.draw import ticket
from tests.results.test_field import call


def made(number: int, key: str, who: str) -> CallRow:
    return replace(call(number, key, at=number, who=who), ticket=ticket(bytes(32), f"138{number:08}"))


def test_a_tenth_of_the_completes_and_some_of_the_codes_that_are_easy_to_forge() -> None:
    calls = [made(n, "60" if n % 2 else "11", "I01") for n in range(8000)]
    chosen = listening_sample(calls)
    assert 320 < sum(each.outcome == "60" for each in chosen) < 480
    assert 80 < sum(each.outcome == "11" for each in chosen) < 160
    assert chosen == listening_sample(reversed(calls))


def test_everybody_is_heard_three_times_at_least() -> None:
    calls = [made(n, "60", f"I{n // 5:02}") for n in range(50)]
    heard = [each.interviewer for each in listening_sample(calls)]
    assert all(heard.count(f"I{n:02}") >= 3 for n in range(10))
    assert len(listening_sample(calls, Share(1.0, 0.0, 0))) == 50


def test_who_is_called_when_changes_nothing() -> None:
    calls = [made(n, "60", "I01") for n in range(500)]
    later = [replace(each, started=each.started + 10**9 - each.started // 7) for each in calls]
    assert {each.call for each in listening_sample(calls)} == {each.call for each in listening_sample(later)}


def test_a_call_that_did_not_come_out_of_the_draw_is_heard() -> None:
    stray = replace(made(1, "36", "I01"), ticket="")
    assert listening_sample([stray]) == [stray]
