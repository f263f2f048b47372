"""What is worked out step by step is what would be worked out anew: random forms with groups and repeats, random answers."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.clock import VirtualClock, seeded
from app.questionnaire.form import Form, Group, Kind, Question
from app.questionnaire.nodes import Node, Series
from app.questionnaire.state import State
from app.questionnaire.stored import untyped
from app.questionnaire.values import Value
from app.questionnaire.world import World

ANSWERS: list[Value] = ["", 0.0, 1.0, 2.0, 3.0]
WORLD = World(VirtualClock(1_800_000_000_000), seeded("x"))


def read(dice: random.Random, paths: list[str]) -> str:
    path = dice.choice(paths)
    whole = [
        f"{path} > {dice.randint(0, 4)}",
        f"{path} != ''",
        f"selected({path}, '{dice.randint(0, 3)}')",
        f"coalesce({path}, 1) + count({path})",
        f"if({path} = 2, 'two', {path})",
    ]
    return dice.choice(whole)


def some_form(seed: int) -> Form:
    """Twelve questions in a group and two repeats inside each other; each reads only what comes before it, so there is no circle."""
    dice = random.Random(seed)
    places = ["/data", "/data/g", "/data/r", "/data/r/s"]
    groups = (
        Group("g", "/data/g", relevant="/data/q0 != 1"),
        Group("r", "/data/r", repeats=True, initial=1),
        Group(
            "s",
            "/data/r/s",
            repeats=True,
            initial=1,
            fresh=1,
            count="/data/r/q3" if dice.random() < 0.5 else "",
        ),
    )
    questions: list[Question] = [Question("q0", "/data/q0", Kind.INTEGER, type="int")]
    order = sorted([dice.randint(0, 3) for _ in range(11)] + [2])
    seen, number = ["/data/q0"], 1
    questions.append(Question("q3", "/data/r/q3", Kind.INTEGER, type="int"))
    for place in order:
        name = f"x{number}"
        number += 1
        path = f"{places[place]}/{name}"
        single = [p for p in seen if f"{path}/".startswith(f"{p.rpartition('/')[0]}/") or "/r/" not in p]
        many = [f"sum({p})" for p in seen if p not in single] + [f"count({places[2]})"]
        rule = read(dice, single) if dice.random() < 0.7 else f"{dice.choice(many)} > {dice.randint(0, 5)}"
        other = read(dice, single) if dice.random() < 0.6 else dice.choice(many)
        kind = Kind.CALCULATE if dice.random() < 0.4 else Kind.INTEGER
        questions.append(
            Question(
                name,
                path,
                kind,
                type="string" if kind is Kind.CALCULATE else "int",
                relevant=rule if dice.random() < 0.6 else "",
                calculate=other if kind is Kind.CALCULATE else "",
            )
        )
        seen.append(path)
    return Form("t", "1", "t", ("default",), tuple(questions), groups)


def picture(state: State) -> dict[str, tuple[Value, bool]]:
    live: dict[str, tuple[Value, bool]] = {}

    def look(node: Node) -> None:
        if node.path in state.form.by_path:
            live[node.key] = (node.value, node.on)
        for name in node.children:
            for inner in node.below(name):
                look(inner)

    look(state.tree.root)
    return live


def anew(state: State, answered: set[str]) -> State:
    """The same interview opened from what is stored."""
    named = state.tree.named
    stored = {
        key: untyped(named[key].value, state.form.by_path[named[key].path].type)
        for key in answered
        if key in named
    }
    stored |= {key: series.stored for key, series in state.tree.series.items()}
    return State(state.form, stored, "default", WORLD)


def walk(form: Form, seed: int, steps: int = 25) -> None:
    dice, answered = random.Random(seed), set[str]()
    state = State(form, {}, "default", WORLD)
    for _ in range(steps):
        asked = [
            n for key, n in state.tree.named.items() if key in picture(state) and form.by_path[n.path].asked
        ]
        series = [each for each in state.tree.series.values() if not form.group_at[each.path].count]
        verb = dice.random()
        if verb < 0.8:
            node = dice.choice(asked)
            answered.add(node.key)
            state.answer(node, dice.choice(ANSWERS))
        elif verb < 0.92:
            state.add(dice.choice(series))
        elif any(each.instances for each in series):
            state.remove(dice.choice([n for each in series for n in each.instances]))
        assert picture(state) == picture(anew(state, answered))


def walks(count: int) -> None:
    for seed in range(count):
        walk(some_form(seed), seed)


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_step_by_step_is_as_anew(shape: int, seed: int) -> None:
    walk(some_form(shape), seed)


def test_an_engine_that_forgets_who_reads_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: changes are not carried on to their readers."""
    monkeypatch.setattr(State, "_feed", lambda _state, _node: None)
    with pytest.raises(AssertionError):
        walks(40)


def test_an_engine_that_forgets_new_instances_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: whoever counts or sums a repeat does not look again when instances come or go."""
    monkeypatch.setattr(State, "_reshaped", lambda _state, _series: None)
    with pytest.raises(AssertionError):
        walks(40)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_trial_leaves_no_trace(shape: int, seed: int) -> None:
    form, dice = some_form(shape), random.Random(seed)
    state = State(form, {}, "default", WORLD)
    for _ in range(15):
        asked = [
            n for key, n in state.tree.named.items() if key in picture(state) and form.by_path[n.path].asked
        ]
        before = picture(state)
        with state.trial():
            state.answer(dice.choice(asked), dice.choice(ANSWERS))
        assert picture(state) == before
        state.answer(dice.choice(asked), dice.choice(ANSWERS))


def test_an_answer_that_nothing_reads_costs_the_same_in_any_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted, not timed: how many nodes are worked out after one answer."""
    work: list[str] = []
    honest = State._work

    def counted(state: State, node: Node | Series, *, spread: bool = True) -> None:
        work.append(node.path)
        honest(state, node, spread=spread)

    for length in (10, 1_000):
        questions = [Question("first", "/data/first", Kind.INTEGER, type="int")]
        questions += [
            Question(
                f"q{n}", f"/data/q{n}", Kind.INTEGER, type="int", relevant=f"/data/q{n - 1} != 3" if n else ""
            )
            for n in range(length)
        ]
        state = State(Form("t", "1", "t", ("default",), tuple(questions)), {}, "default", WORLD)
        with monkeypatch.context() as patch:
            patch.setattr(State, "_work", counted)
            state.answer(state.flat["/data/first"], 3.0)
            assert work == []
            state.answer(state.flat["/data/q5"], 4.0)
            assert work == ["/data/q6"]
            work.clear()
