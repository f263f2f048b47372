"""The stops of an interview in the order in which they are made: questions, notes, and "is there another one?" after a repeat."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.questionnaire.form import Choice, Form, Group, Kind, Question
from app.questionnaire.nodes import Node, Series
from app.questionnaire.state import State
from app.questionnaire.wording import say
from app.questionnaire.world import shuffled

ANOTHER, NO_MORE = "1", "2"
"""Answers to "is there another one?"."""


@dataclass(frozen=True, slots=True)
class Stop:
    """question: as the form has it, but in a repeat with the name it is stored under ("age[3]"). node: where it is, for a repeat
    where the repeat is; series: for "is there another one?"."""

    question: Question
    node: Node
    series: Series | None = None

    @property
    def on(self) -> bool:
        """It is asked."""
        return self.series.on if self.series else self.node.on


def stops(state: State) -> list[Stop]:
    """All of them, relevant or not."""
    return list(_inside(state, state.tree.root))


def _inside(state: State, node: Node) -> Iterator[Stop]:
    paths = state.form.layout.get(node.path, ())
    group = state.form.group_at.get(node.path)
    if group and group.cati.get("block") == "random":
        paths = tuple(shuffled(paths, state.world.seed_for(node.key)))
    for path in paths:
        child = node.children[path.rpartition("/")[2]]
        if isinstance(child, Series):
            for instance in child.instances:
                yield from _inside(state, instance)
            repeat = state.form.group_at[path]
            if not repeat.count and any(
                question.path.startswith(f"{path}/") for question in state.form.asked
            ):
                yield Stop(_another(state.form, repeat, child), node, child)
        elif child.children or path in state.form.group_at:
            yield from _inside(state, child)
        else:
            question = state.form.by_path[path]
            if question.asked:
                yield Stop(
                    question if child.key == question.name else replace(question, name=child.key), child
                )


def _another(form: Form, repeat: Group, series: Series) -> Question:
    def texts(key: str) -> dict[str, str]:
        return {language: say(language, key) for language in form.languages}

    return Question(
        series.key,
        repeat.path,
        Kind.REPEAT,
        labels={
            language: _after(repeat.labels.get(language, ""), say(language, "another"))
            for language in form.languages
        },
        choices=(Choice(ANOTHER, texts("one_more")), Choice(NO_MORE, texts("no_more"))),
        required="true()",
        cati={key: value for key, value in repeat.cati.items() if key in {"part", "read"}},
    )


def _after(label: str, question: str) -> str:
    """A repeat's label before the question: "Jobs. Is there another one?", "家人：还有下一个吗？"."""
    if not label:
        return question
    if not label[-1].isalnum():
        return f"{label} {question}"
    return f"{label}{': ' if question.isascii() else '：'}{question}"


def screen_of(state: State, node: Node) -> Node | None:
    """The innermost group around a node whose questions are shown together."""
    above = node.parent
    while above is not None:
        group = state.form.group_at.get(above.path)
        if group and group.one_screen:
            return above
        above = above.parent
    return None
