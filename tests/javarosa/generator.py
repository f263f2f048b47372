"""Forms and interviews made at random from a seed: the same seed gives the same form and the same answers."""

import random
from dataclasses import dataclass, field, replace

from tests.javarosa.grammar import CHANCE, DATES, TEXTS, Grammar, Seen
from tests.javarosa.sketch import Item, Paper, Sketch

KINDS = ["int"] * 5 + ["string"] * 4 + ["select1"] * 5 + ["select"] * 3 + ["decimal"] * 2 + ["date"] * 2
KINDS += ["time", "dateTime", "rank"]
TIMES = ["10:30:00.000+08:00", "00:00:00.000+08:00", "23:59:59.000+08:00"]
LONGEST = 14
LISTS = {
    "yn": (Item("1"), Item("2"), Item("98")),
    "abc": (Item("a", "1"), Item("b", "2"), Item("c", "1"), Item("d", "3")),
    "town": (Item("t1", "a"), Item("t2", "a"), Item("t3", "b"), Item("t4", "d")),
}

Step = tuple[str, ...]
"""A command of the oracle: SET path value, ADD path, DEL path, CHOICES path."""


@dataclass(frozen=True, slots=True)
class Features:
    """What forms may contain."""

    repeats: bool = True
    filters: bool = True
    random_order: bool = True
    dynamic: bool = True
    readonly: bool = True
    counts: bool = True
    pulls: bool = True
    """pulldata() of a list of choices, which pyxform takes for a file."""


@dataclass
class Generator:
    """Makes one form. Rules read only nodes that stand before them, so that none goes round in a circle."""

    seed: int
    features: Features = field(default_factory=Features)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self._numbers = iter(range(1, 1000))
        self._nodes: list[Sketch] = []
        """Finished leaves and repeats, which rules may read."""

    def paper(self) -> Paper:
        """The form."""
        nodes: list[Sketch] = []
        for _ in range(self.dice.randint(4, LONGEST)):
            if self.features.counts and self.dice.random() < 0.05:
                nodes += self._counted()
            nodes.append(self._node("/data", (), 0))
        languages = ("English (en)", "中文 (zh)") if self.dice.random() < 0.3 else ()
        return Paper(tuple(nodes), LISTS, languages)

    def _node(self, above: str, repeats: tuple[str, ...], depth: int) -> Sketch:
        chance = self.dice.random()
        if depth < 2 and chance < 0.12:
            return self._group("group", above, repeats, depth)
        if depth < 2 and chance < 0.22 and self.features.repeats:
            return self._group("repeat", above, repeats, depth)
        return self._calculation(above, repeats) if chance < 0.38 else self._question(above, repeats)

    def _group(self, kind: str, above: str, repeats: tuple[str, ...], depth: int) -> Sketch:
        name = f"{kind[0]}{next(self._numbers)}"
        path = f"{above}/{name}"
        grammar = self._grammar(path, repeats)
        rules = {"relevant": grammar.truth()} if self.dice.random() < 0.5 else {}
        inside = (*repeats, path) if kind == "repeat" else repeats
        children = tuple(self._node(path, inside, depth + 1) for _ in range(self.dice.randint(1, 4)))
        if not any(node.is_asked for child in children for node in child.walk()):
            children = (*children, self._question(path, inside))
        made = Sketch(name, kind, path, rules, children=children, label=name)
        if kind == "repeat":
            self._nodes.append(made)
        return made

    def _counted(self) -> list[Sketch]:
        """A question for a number, and a repeat with as many instances."""
        name = f"q{next(self._numbers)}"
        asked = Sketch(name, "int", f"/data/{name}", label=name)
        repeat = replace(self._group("repeat", "/data", (), 1), count=asked.path)
        self._nodes.append(asked)
        return [asked, repeat]

    def _question(self, above: str, repeats: tuple[str, ...]) -> Sketch:
        kind = self.dice.choice(KINDS)
        name = f"q{next(self._numbers)}"
        path = f"{above}/{name}"
        grammar = self._grammar(path, repeats)
        rules = self._rules(grammar, kind)
        made = Sketch(name, kind, path, rules, label=name)
        if made.is_select:
            made = self._with_choices(made, grammar)
        elif kind not in {"time", "dateTime"} and self.dice.random() < 0.15:
            made = replace(made, default=self._value(made))
        elif self.features.dynamic and self.dice.random() < 0.12 and kind in {"int", "decimal", "string"}:
            made = self._set_by_form(made, repeats)
        shown = [seen for seen in grammar.seen if seen.kind not in {"repeat", "time"}]
        if shown and self.dice.random() < 0.2:
            made = replace(made, label=f'{name} <output value="{shown[0].ways[0]}"/>!')
        self._nodes.append(made)
        return made

    def _calculation(self, above: str, repeats: tuple[str, ...]) -> Sketch:
        name = f"c{next(self._numbers)}"
        path = f"{above}/{name}"
        grammar = self._grammar(path, repeats)
        if self.dice.random() < 0.08:
            return Sketch(name, "calculate", path, {"calculate": self._drawn()})
        rules = {"calculate": grammar.any(2)}
        if self.dice.random() < 0.1:
            rules["calculate"] = f"once({rules['calculate']})"
        if self.dice.random() < 0.2:
            rules["relevant"] = grammar.truth()
        made = Sketch(name, "calculate", path, rules)
        self._nodes.append(made)
        return made

    def _drawn(self) -> str:
        """By chance, anew whenever it is worked out, or once for the whole interview."""
        expression = self.dice.choice(list(CHANCE))
        return f"once({expression})" if self.dice.random() < 0.5 else expression

    def _rules(self, grammar: Grammar, kind: str) -> dict[str, str]:
        rules: dict[str, str] = {}
        if self.dice.random() < 0.45:
            rules["relevant"] = grammar.truth()
        if self.dice.random() < 0.25:
            own = replace(grammar, seen=[*grammar.seen[-3:], *[Seen(kind, (".",))] * 3])
            rules["constraint"] = own.truth(1)
        if self.dice.random() < 0.2:
            rules["required"] = self.dice.choice(["true()", grammar.truth(1)])
        if self.features.readonly and self.dice.random() < 0.1:
            rules["readonly"] = grammar.truth(1)
        return rules

    def _with_choices(self, made: Sketch, grammar: Grammar) -> Sketch:
        made = replace(made, items=self.dice.choice(list(LISTS)))
        before = [seen for seen in grammar.seen if seen.kind in {"select1", "int"}]
        if self.features.filters and before and self.dice.random() < 0.35:
            seen = self.dice.choice(before)
            way = next(way for way in seen.ways if way.startswith(("/", "current")))
            test = self.dice.choice([f"f = {way}", f"f = {way}", f"f != {way}", f"name != {way} or f = '1'"])
            made = replace(made, filter=test)
        if self.features.random_order and self.dice.random() < 0.15:
            made = replace(made, seed=str(self.dice.randint(0, 10**6)))
        return made

    def _grammar(self, path: str, repeats: tuple[str, ...]) -> Grammar:
        seen = [found for node in self._nodes if (found := self._seen(node, path, repeats)) is not None]
        up = "/".join([".."] * (path.count("/") - repeats[-1].count("/"))) if repeats else ""
        shown = seen[-8:] if self.dice.random() < 0.7 else seen
        return Grammar(self.dice, shown, pulls=self.features.pulls, up=up)

    def _seen(self, node: Sketch, path: str, repeats: tuple[str, ...]) -> Seen | None:
        if node.kind == "repeat":
            leaves = tuple(leaf.path for leaf in node.children if not leaf.is_group and leaf.kind != "time")
            return (
                Seen("repeat", (node.path,), fields=leaves) if leaves and not _around(node, repeats) else None
            )
        home = self._home(node.path)
        if home and home not in repeats:
            return None  # read from outside its repeat: only through the repeat
        ways = (
            (node.path, _relative(path, node.path))
            if not repeats
            else (_relative(path, node.path), node.path)
        )
        kind = "calculate" if node.kind == "calculate" else node.kind
        items = tuple(item.name for item in LISTS[node.items]) if node.items else ()
        return Seen(kind, ways, items, path=node.path)

    def _home(self, path: str) -> str:
        """The innermost repeat around a node: the longest part of its path whose name starts as repeats' names do."""
        steps = path.split("/")
        for size in range(len(steps) - 1, 1, -1):
            if steps[size - 1].startswith("r"):
                return "/".join(steps[:size])
        return ""

    def _set_by_form(self, made: Sketch, repeats: tuple[str, ...]) -> Sketch:
        """A default worked out at the beginning, or whenever another question is answered."""
        sources = [node.path for node in self._nodes if node.is_asked and not self._home(node.path)]
        if repeats:
            return made
        trigger = self.dice.choice(sources) if sources and self.dice.random() < 0.5 else ""
        return replace(made, dynamic=self._start(made.kind), trigger=trigger)

    def _start(self, kind: str) -> str:
        grammar = Grammar(self.dice, wild=0, dates=False, pulls=self.features.pulls)
        return {"int": f"int({grammar.number(0)})", "decimal": grammar.number(1)}.get(kind, grammar.text(1))

    def _value(self, node: Sketch) -> str:
        return answer(self.dice, node)


def _around(node: Sketch, repeats: tuple[str, ...]) -> bool:
    """The repeat holds the expression's place, or lies in another repeat."""
    return node.path in repeats or any(step.startswith("r") for step in node.path.split("/")[2:-1])


def _relative(start: str, end: str) -> str:
    one, other = start.split("/"), end.split("/")
    same = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    return "/".join([".."] * (len(one) - same) + other[same:])


def answer(dice: random.Random, node: Sketch) -> str:
    """A value of the right type for a question, as it is typed; "" at times."""
    if dice.random() < 0.08:
        return ""
    names = [item.name for item in LISTS[node.items]] if node.items else []
    match node.kind:
        case "int":
            return str(dice.choice([0, 1, 2, 3, 5, 10, 98, 99, -1, dice.randint(-200, 200000)]))
        case "decimal":
            return dice.choice(
                ["0.5", "2.5", "7", "-1.25", "0.1", "1000000.5", str(dice.randint(0, 999) / 10)]
            )
        case "date":
            return dice.choice(DATES)
        case "time":
            return dice.choice(TIMES)
        case "dateTime":
            return f"{dice.choice(DATES)}T{dice.choice(TIMES)}"
        case "select1":
            return dice.choice(names)
        case "select" | "rank":
            chosen = [name for name in names if dice.random() < 0.5]
            return " ".join(chosen)
    return dice.choice([text for text in TEXTS if text == text.strip()])
