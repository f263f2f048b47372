"""Two engines on the same interview: the first thing they say differently, and the shortest form and answers that still show it."""

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from tests.javarosa.bridge import JavaRosa, Node, OracleError
from tests.javarosa.generator import Step
from tests.javarosa.grammar import CHANCE
from tests.javarosa.sketch import Paper, Sketch
from tests.javarosa.walking import Said, plain, replay

EXPLAINED = Path(__file__).with_name("explained.toml")
TRIALS = 600
"""How many smaller cases the shrinker tries."""


class Engine(Protocol):
    """What is compared with JavaRosa."""

    def do(self, step: Step) -> object:
        """What the step answers: "ok", "constraint" or "required" for SET, codes for CHOICES, a text for LABEL."""

    def dump(self) -> dict[str, Node]:
        """Every node of the instance by its path, as JavaRosa writes it."""


Start = Callable[[str], Engine]
"""From an XForm to an engine at the start of an interview."""


@dataclass(frozen=True, slots=True)
class Difference:
    """place: number of the step; at: the node's path ("" = the answer to the step itself); what: value, relevant, …"""

    place: int
    step: Step
    at: str
    what: str
    javarosa: str
    ours: str
    rules: str = ""

    def __str__(self) -> str:
        where = f"{self.at} {self.what}" if self.at else self.what
        return f"step {self.place} {' '.join(self.step)[:90]}: {where}: JavaRosa {self.javarosa!r}, ours {self.ours!r} [{self.rules}]"


@dataclass(frozen=True, slots=True)
class Explained:
    """A difference that is meant. expression, javarosa, ours: a case of it. matches: a regular expression over a difference as text.
    carries: what else differs at the same step follows from it."""

    key: str
    reason: str
    expression: str = ""
    javarosa: str = ""
    ours: str = ""
    matches: str = ""
    carries: bool = False

    def holds(self, difference: Difference) -> bool:
        """This is that difference."""
        return bool(self.matches) and re.search(self.matches, str(difference)) is not None


def explained() -> list[Explained]:
    """The differences that are meant, with their reasons."""
    return [Explained(**each) for each in tomllib.loads(EXPLAINED.read_text("utf-8")).get("difference", [])]


def differences(start: Start, paper: Paper, record: Sequence[Said], xml: str = "") -> Iterator[Difference]:
    """What differs at the first step at which anything does. An engine that throws differs too. xml: the form, "" = paper's own."""
    kinds = {node.path: node for node in paper.walk()}
    engine: Engine | None = None
    kept: dict[tuple[str, str], str] = {}
    for place, said in enumerate(record):
        try:
            if engine is None:
                engine, answered = start(xml or paper.xml()), None
            else:
                answered = engine.do(said.step)
            now = engine.dump()
        except Exception as error:  # noqa: BLE001 - whatever it throws is the finding
            if "error" not in said.reply:
                yield Difference(place, said.step, "", "exception", "", f"{type(error).__name__}: {error}")
            return
        if "error" in said.reply:
            yield Difference(place, said.step, "", "exception", str(said.reply["error"]), "")
            return
        found = [*_answers(place, said, answered), *_nodes(place, said, now, kinds)]
        found += _changed(place, said, now, kinds, kept)
        if found:
            yield from found
            return


def _answers(place: int, said: Said, ours: object) -> Iterator[Difference]:
    key = {"SET": "result", "CHOICES": "choices", "LABEL": "label"}.get(said.step[0])
    if key is None:
        return
    theirs = said.reply[key]
    if key == "choices":
        theirs = [code for code, _ in theirs]
    if theirs != ours:
        yield Difference(place, said.step, "", key, str(theirs), str(ours))


def _nodes(place: int, said: Said, ours: dict[str, Node], kinds: dict[str, Sketch]) -> Iterator[Difference]:
    theirs = {node.path: node for node in said.nodes if not node.path.startswith("/data/meta")}
    for path in theirs.keys() ^ ours.keys():
        if _waits(path, theirs.get(path) or ours[path], kinds):
            continue
        yield Difference(place, said.step, path, "exists", str(path in theirs), str(path in ours))
    for path in theirs.keys() & ours.keys():
        sketch = kinds.get(plain(path))
        rules = "; ".join(f"{name}: {rule}" for name, rule in sketch.rules.items()) if sketch else ""
        if sketch and sketch.dynamic:
            rules += f" start: {sketch.dynamic}"
        for what in ("value", "relevant", "required", "readonly"):
            one, other = getattr(theirs[path], what), getattr(ours[path], what)
            if one == other or (what == "value" and _same(str(one), str(other))):
                continue
            if not (what == "value" and sketch and _drawn(sketch, str(one), str(other))):
                yield Difference(place, said.step, path, what, str(one), str(other), rules)


def _shape(sketch: Sketch | None) -> str:
    """Of what a calculation draws by chance; "" = it draws nothing."""
    rule = sketch.rules.get("calculate", "") if sketch else ""
    return CHANCE.get(rule.removeprefix("once(").removesuffix(")" if rule.startswith("once(") else ""), "")


def _drawn(sketch: Sketch, one: str, other: str) -> bool:
    """Both engines drew a value of the same shape."""
    shape = _shape(sketch)
    return bool(shape) and all(re.fullmatch(shape, value) for value in (one, other))


def _changed(
    place: int, said: Said, ours: dict[str, Node], kinds: dict[str, Sketch], kept: dict[tuple[str, str], str]
) -> Iterator[Difference]:
    """What is drawn once stays as it was drawn, in either engine."""
    theirs = {node.path: node.value for node in said.nodes}
    for path, node in ours.items():
        sketch = kinds.get(plain(path))
        if (
            said.step[0] == "DEL"
            or "[" in path
            or not _shape(sketch)
            or not sketch
            or "once(" not in sketch.rules["calculate"]
        ):
            continue
        for engine, value in (("JavaRosa", theirs.get(path, "")), ("ours", node.value)):
            if kept.setdefault((engine, path), value) != value:
                yield Difference(place, said.step, path, "once", theirs.get(path, ""), node.value, engine)


def _waits(path: str, node: Node, kinds: dict[str, Sketch]) -> bool:
    """Within a counted repeat that is not relevant: JavaRosa makes its instances when somebody walks by, ours at once."""
    steps = plain(path).split("/")
    above = [kinds.get("/".join(steps[:size])) for size in range(2, len(steps) + 1)]
    return not node.relevant and any(sketch is not None and sketch.count for sketch in above)


_WRITTEN = (
    (re.compile(r"((?:T|^)\d\d:\d\d:\d\d\.\d{3})\+08:00$"), r"\1"),
    (re.compile("^true$"), "1"),
    (re.compile("^false$"), "0"),
)


def _same(one: str, other: str) -> bool:
    """The same value, written differently: JavaRosa stores 7.0 where 7 was typed, 1 for true, and a time with its offset."""
    for pattern, instead in _WRITTEN:
        one, other = pattern.sub(instead, one), pattern.sub(instead, other)
    try:
        return one == other or float(one) == float(other)
    except ValueError:
        return False


def unexplained(start: Start, paper: Paper, record: Sequence[Said]) -> list[Difference]:
    """The differences at the first differing step for which there is no explanation."""
    known = explained()
    return [each for each in differences(start, paper, record) if not any(one.holds(each) for one in known)]


@dataclass
class Shrinker:
    """Makes a failing case smaller as long as it fails."""

    oracle: JavaRosa
    start: Start
    like: Difference
    trials: int = TRIALS

    def shrink(self, paper: Paper, steps: list[Step]) -> tuple[Paper, list[Step]]:
        """The smallest form and steps found that still differ."""
        before = None
        while before != (paper, steps) and self.trials > 0:
            before = (paper, steps)
            steps = self._fewer(paper, steps)
            for path in [node.path for node in paper.walk()][::-1]:
                for smaller in self._smaller(paper, path):
                    if self._fails(smaller, steps):
                        paper = smaller
                        break
        return paper, steps

    def fails(self, paper: Paper, steps: list[Step]) -> list[Difference]:
        """The differences of a case; none when JavaRosa does not take it."""
        try:
            return unexplained(self.start, paper, replay(self.oracle, paper, steps))
        except OracleError:
            return []

    def _fails(self, paper: Paper, steps: list[Step]) -> bool:
        self.trials -= 1
        return self.trials > 0 and any(self._is_alike(each) for each in self.fails(paper, steps))

    def _is_alike(self, found: Difference) -> bool:
        """The same fault, not another one that the smaller form happens to have."""
        return found.what == self.like.what and (
            found.what != "exception" or found.ours[:40] == self.like.ours[:40]
        )

    def _fewer(self, paper: Paper, steps: list[Step]) -> list[Step]:
        size = max(1, len(steps) // 2)
        while size and steps:
            for at in range(0, len(steps), size):
                fewer = steps[:at] + steps[at + size :]
                if len(fewer) < len(steps) and self._fails(paper, fewer):
                    steps = fewer
                    break
            else:
                size //= 2
        return steps

    def _smaller(self, paper: Paper, path: str) -> Iterator[Paper]:
        """Without a node; else with as little of it as may do."""
        node = next((node for node in paper.walk() if node.path == path), None)
        if node is None:
            return
        yield paper.without(path)
        bare = replace(
            node, rules={}, default="", dynamic="", trigger="", filter="", seed="", label=node.name
        )
        if bare != node:
            yield paper.having(bare)
        for rule in node.rules:
            yield paper.having(replace(bare, rules={rule: node.rules[rule]}))
        for rule in node.rules:
            rules = {name: text for name, text in node.rules.items() if name != rule}
            yield paper.having(replace(node, rules=rules))


def script(xml: str, steps: Sequence[Step]) -> str:
    """A case as text that a person can read and paste."""
    return "\n".join([xml, *(" ".join(step) for step in steps)])
