"""An interview at random on JavaRosa, written down step by step with what JavaRosa said, so that another engine can be asked the same."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.javarosa.bridge import JavaRosa, Node, Reply, nodes
from tests.javarosa.generator import Step, answer
from tests.javarosa.sketch import Paper, Sketch, for_javarosa

_PLACE = re.compile(r"\[\d+\]")
BEGIN: Step = ("DUMP",)
"""The first step of every interview: look."""
MOST = 4
"""Instances of one repeat."""


@dataclass(frozen=True, slots=True)
class Said:
    """A step, the answer to it, and every node after it."""

    step: Step
    reply: Reply
    nodes: tuple[Node, ...]


def plain(path: str) -> str:
    """The path without the numbers of repeat instances."""
    return _PLACE.sub("", path)


def replay(oracle: JavaRosa, paper: Paper, steps: list[Step]) -> list[Said]:
    """The given steps on a fresh instance; ends with the first step that JavaRosa cannot do."""
    oracle.ask("LOAD", for_javarosa(paper.xml()))
    counted = any(node.count for node in paper.walk())
    found = [_do(oracle, BEGIN, counted=counted)]
    for step in steps:
        found.append(_do(oracle, step, counted=counted))
        if "error" in found[-1].reply:
            break
    return found


def _do(oracle: JavaRosa, step: Step, *, counted: bool) -> Said:
    """counted: JavaRosa makes the instances of a counted repeat only when somebody walks by."""
    reply, *walked, dump = oracle.batch([step, *([("WALK",)] if counted else []), ("DUMP",)])
    reply = next((each for each in (reply, *walked) if "error" in each), reply)
    return Said(step, reply, tuple(nodes(dump)) if "nodes" in dump else ())


def walk(
    oracle: JavaRosa, paper: Paper, dice: random.Random, length: int, *, fresh: bool = True, xml: str = ""
) -> Iterator[Said]:
    """A random interview of at most `length` steps. fresh: the form is not the one that is loaded already; xml: as it is loaded,
    "" = the paper's own."""
    oracle.ask(*(("LOAD", for_javarosa(xml or paper.xml())) if fresh else ("NEW",)))
    counted = any(node.count for node in paper.walk())
    said = _do(oracle, BEGIN, counted=counted)
    yield said
    by_path = {node.path: node for node in paper.walk()}
    for _ in range(length):
        for step in _next(by_path, said.nodes, dice):
            made = _do(oracle, step, counted=counted)
            if "error" in made.reply and step[0] == "LABEL":
                continue  # a text that reads a repeated question as one
            if "error" in made.reply and step[0] in {"ADD", "DEL"}:
                return  # the driver could not reach the repeat, and may have stopped half way
            said = made
            yield said
            if "error" in said.reply:
                return
            if step[0] == "CHOICES" and (names := [name for name, _ in said.reply["choices"]]):
                said = _do(
                    oracle, ("SET", step[1], _choose(by_path[plain(step[1])], names, dice)), counted=counted
                )
                yield said


def _next(by_path: dict[str, Sketch], now: tuple[Node, ...], dice: random.Random) -> Iterator[Step]:
    found = [(node, by_path[plain(node.path)]) for node in now if plain(node.path) in by_path]
    repeats = [
        node for node, sketch in found if sketch.kind == "repeat" and node.relevant and not sketch.count
    ]
    if repeats and dice.random() < 0.15:
        node = dice.choice(repeats)
        base = node.path.rpartition("[")[0]
        size = sum(each.path.rpartition("[")[0] == base for each in repeats)
        if size < MOST and dice.random() < 0.75:
            yield ("ADD", base)
        elif size > 1:
            yield ("DEL", node.path)
        return
    open_ones = [
        (node, sketch) for node, sketch in found if sketch.is_asked and node.relevant and not node.readonly
    ]
    if not open_ones:
        return
    node, sketch = dice.choice(open_ones)
    if dice.random() < 0.1:
        yield ("LABEL", node.path)
    if sketch.is_select:
        yield ("CHOICES", node.path)
    elif any(node.path == other.count for other in by_path.values()):
        yield (
            "SET",
            node.path,
            str(dice.randint(int(node.value or 0), MOST)),
        )  # JavaRosa never takes an instance away
    else:
        yield ("SET", node.path, answer(dice, sketch))


def _choose(sketch: Sketch, names: list[str], dice: random.Random) -> str:
    if dice.random() < 0.08:
        return ""
    if sketch.kind == "select1":
        return dice.choice(names)
    if sketch.kind == "rank":
        return " ".join(dice.sample(names, len(names)))
    return " ".join(name for name in names if dice.random() < 0.5)
