"""Expressions, made at random: the whole function table of ODK as far as a telephone form can use it, mostly well typed."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

TEXTS = [
    "",
    "a",
    "b",
    "a b",
    "abc",
    "3",
    "4.5",
    "0",
    "-1",
    "yes",
    "true",
    "2020-01-15",
    "1999-12-31",
    "川",
    "A.b",
    " x ",
]
NUMBERS = ["0", "1", "2", "3", "10", "98", "0.5", "2.5", "1.005", "100000", "12345678.9"]
DATES = ["2020-02-29", "1999-12-31", "2026-11-22", "1970-01-01"]
PATTERNS = ["[0-9]+", "a|b", "^a.*$", r"\d{2,4}", "[^a]*", "", r"[A-Za-z]+\s?", "a.b"]
DIGESTS = ["MD5", "SHA-1", "SHA-256", "SHA-512"]
CURVES = ["sin", "cos", "tan", "asin", "acos", "atan", "exp", "log", "log10", "exp10"]
NAMES = ["uuid()", "uuid(8)", "uuid(36)"]
CHANCE = {
    "random()": r"0\.\d+|[1-9](\.\d+)?E-\d+",
    "uuid()": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "uuid(12)": r"[0-9a-zA-Z]{12}",
}
"""What is drawn anew in each engine, with its shape; only a calculation that nothing reads is made of it."""
FORMATS = ["%Y-%m-%d", "%Y/%n/%e", "%d.%m.%y", "%a %b", "%H:%M:%S", "%h", "%3", "%%Y"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A node that an expression may read. ways: how it can be written from where the expression stands."""

    kind: str
    ways: tuple[str, ...]
    items: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    """Of a repeat: ways to write one of its leaves, all instances at once."""
    path: str = ""


@dataclass
class Grammar:
    """Writes expressions over what can be seen. wild: how often an operand has another type than asked for."""

    dice: random.Random
    seen: list[Seen] = field(default_factory=list)
    wild: float = 0.06
    dates: bool = True
    pulls: bool = True
    up: str = ""
    """From the expression to the innermost repeat that it is in ("../.."); "" = it is in none."""

    def number(self, depth: int = 2) -> str:
        """An expression that should be a number."""
        if self._strays():
            return self.any(depth)
        if depth <= 0 or self.dice.random() < 0.3:
            return self._read({"int", "decimal"}) or self.dice.choice(NUMBERS)
        return self.dice.choice(_NUMBERS)(self, depth - 1)

    def text(self, depth: int = 2) -> str:
        """An expression that should be a text."""
        if self._strays():
            return self.any(depth)
        if depth <= 0 or self.dice.random() < 0.3:
            return self._read({"string", "select1", "select", "calculate"}) or self.literal()
        return self.dice.choice(_TEXTS)(self, depth - 1)

    def truth(self, depth: int = 2) -> str:
        """An expression that should be true or false."""
        if depth <= 0:
            return self._compare(0)
        return self.dice.choice(_TRUTHS)(self, depth - 1)

    def date(self, depth: int = 1) -> str:
        """An expression that should be a date."""
        if depth > 0 and self.dice.random() < 0.3:
            return self.dice.choice(
                [
                    f"date({self.dice.randint(-400, 20000)})",
                    f"date({self.date(0)} + {self.dice.randint(-40, 400)})",
                    f"if({self.truth(0)}, {self.date(0)}, {self.date(0)})",
                    f"date('{self.dice.choice(DATES)}T1{self.dice.randint(0, 9)}:30:00.000+08:00')",
                ]
            )
        return self._read({"date"}) or f"date('{self.dice.choice(DATES)}')"

    def any(self, depth: int = 1) -> str:
        """An expression of any type."""
        makers: list[Callable[[int], str]] = [self.number, self.text, self.truth]
        if self.dates:
            makers.append(self.date)
        return self.dice.choice(makers)(max(0, depth - 1))

    def literal(self) -> str:
        """A text in quotes."""
        return f"'{self.dice.choice(TEXTS)}'"

    def code(self, seen: Seen) -> str:
        """A code of a choice list, or one that is not in it."""
        return f"'{self.dice.choice([*seen.items, 'zz'])}'"

    def _strays(self) -> bool:
        return self.dice.random() < self.wild

    def _read(self, kinds: set[str]) -> str:
        fits = [seen for seen in self.seen if seen.kind in kinds]
        return self.dice.choice(self.dice.choice(fits).ways) if fits else ""

    def _one(self, kinds: set[str]) -> Seen | None:
        fits = [seen for seen in self.seen if seen.kind in kinds]
        return self.dice.choice(fits) if fits else None

    def _compare(self, depth: int) -> str:
        sign = self.dice.choice(["=", "!=", "<", "<=", ">", ">=", "=", "="])
        chosen = self._one({"select1"})
        if chosen and self.dice.random() < 0.3:
            return f"{self.dice.choice(chosen.ways)} {sign[:2] if sign in {'=', '!='} else '='} {self.code(chosen)}"
        if self.dates and self.dice.random() < 0.15:
            return f"{self.date(depth)} {sign} {self.date(depth)}"
        if sign in {"=", "!="} and self.dice.random() < 0.5:
            return f"{self.text(depth)} {sign} {self.text(depth)}"
        return f"{self.number(depth)} {sign} {self.number(depth)}"

    def selects(self) -> str:
        """selected() on a question with choices, or on any text."""
        seen = self._one({"select", "select1"})
        if seen is None:
            return f"selected(string({self.text(0)}), {self.literal()})"
        return f"selected({self.dice.choice(seen.ways)}, {self.code(seen)})"

    def over(self, pattern: str) -> str:
        """A function over all instances of a leaf; a number when there is no repeat to be seen."""
        seen = self._one({"repeat"})
        if seen is None or not seen.fields:
            return self.dice.choice(NUMBERS)
        leaf = self.dice.choice(seen.fields)
        number = self._read({"int", "decimal"}) or self.dice.choice(NUMBERS)
        if "[" in pattern and number.startswith("."):
            number = f"current()/{number}"  # within the brackets a path starts at the row that is looked at
        return pattern.format(
            leaf=leaf, last=leaf.rpartition("/")[2], repeat=self.dice.choice(seen.ways), n=number
        )

    def place(self) -> str:
        """Which instance of its repeat an expression is in."""
        return f"position({self.up})" if self.up else self.dice.choice(NUMBERS)

    def label(self) -> str:
        """The label of a choice: of the one that was taken, or of any code."""
        seen = self._one({"select1"})
        if seen is None or not seen.path:
            return self.literal()
        code = self.dice.choice([seen.ways[0], seen.ways[0], self.code(seen)])
        return f"jr:choice-name({code}, '{seen.path}')"

    def pulled(self) -> str:
        """A cell of a table. JavaRosa has no pulldata(): it is asked for the same with a condition in brackets (sketch.py)."""
        if not self.pulls:
            return self.literal()
        seen = [
            way for each in self.seen if each.kind == "select1" for way in each.ways if way.startswith("/")
        ]
        key = self.dice.choice([*seen, "'t1'", "'t3'", "'c'", "'zz'"])
        table, wanted, column = self.dice.choice(
            [("town", "f", "name"), ("town", "name", "name"), ("abc", "f", "name")]
        )
        return f"pulldata('{table}', '{wanted}', '{column}', {key})"

    def many(self, make: Callable[[int], str], depth: int, most: int = 3) -> str:
        """One or more operands with commas between."""
        return ", ".join(make(depth) for _ in range(self.dice.randint(1, most)))


Maker = Callable[[Grammar, int], str]

_NUMBERS: list[Maker] = [
    lambda g, d: f"{g.number(d)} {g.dice.choice(['+', '-', '*', 'div', 'mod'])} {g.number(d)}",
    lambda g, d: f"{g.number(d)} {g.dice.choice(['+', '-', '*'])} {g.number(d)}",
    lambda g, d: f"({g.number(d)})",
    lambda g, d: f"-{g.number(0)}",
    lambda g, d: f"number({g.any(d)})",
    lambda g, d: f"int({g.number(d)})",
    lambda g, d: f"round({g.number(d)})",
    lambda g, d: f"round({g.number(d)}, {g.dice.choice(['0', '1', '2', '-1', '5'])})",
    lambda g, d: f"abs({g.number(d)})",
    lambda g, d: f"pow({g.number(d)}, {g.dice.choice(['0', '2', '0.5', '-1', '3'])})",
    lambda g, d: f"min({g.many(g.number, d)})",
    lambda g, d: f"max(1, {g.many(g.number, d)})",
    lambda g, d: f"sqrt({g.number(d)})",
    lambda g, d: f"round({g.dice.choice(CURVES)}({g.number(d)}), 6)",  # the last digit is the processor's
    lambda g, d: f"round(atan2({g.number(d)}, {g.number(0)}), 6)",
    lambda g, d: "pi()",
    lambda g, d: f"string-length({g.text(d)})",
    lambda g, d: f"count-selected({g._read({'select', 'string'}) or g.literal()})",
    lambda g, d: f"coalesce({g.number(0)}, {g.number(d)})",
    lambda g, d: f"if({g.truth(d)}, {g.number(d)}, {g.number(d)})",
    lambda g, d: g.over("count({leaf})"),
    lambda g, d: g.over("count({repeat})"),
    lambda g, d: g.over("count-non-empty({leaf})"),
    lambda g, d: g.over("sum({leaf})"),
    lambda g, d: g.over("if(max({leaf}) > 1, max({leaf}), 1)"),
    lambda g, d: g.over("min({leaf})"),
    lambda g, d: g.over("indexed-repeat({leaf}, {repeat}, {n})"),
    lambda g, d: g.over("count({repeat}[{last} > {n}])"),
    lambda g, d: g.over("{repeat}[position() = {n}]/{last}"),
    lambda g, d: f"decimal-date-time({g.date(d)})" if g.dates else "1",
    lambda g, d: f"{g.date(d)} - {g.date(d)}" if g.dates else "1",
    lambda g, d: g.place(),
    lambda g, d: "int(random())",
    lambda g, d: f"string-length({g.dice.choice(NAMES)})",
    lambda g, d: f"today() - {g.date(d)}" if g.dates else "1",
    lambda g, d: f"int(({g.dice.choice(['today()', 'now()'])} - {g.date(0)}) div 365.25)" if g.dates else "1",
    lambda g, d: f"decimal-date-time({g.dice.choice(['now()', 'today()'])})" if g.dates else "1",
    lambda g, d: (
        f"decimal-time('{g.dice.choice(DATES)}T{g.dice.choice(['10:30', '00:00', '23:59'])}:00.000+08:00')"
        if g.dates
        else "1"
    ),
    lambda g, d: f"int(format-date({g.date(d)}, '%Y'))" if g.dates else "1",
]
_TEXTS: list[Maker] = [
    lambda g, d: f"concat({g.many(g.any, d, 4)})",
    lambda g, d: f"string({g.any(d)})",
    lambda g, d: f"substr({g.text(d)}, {g.dice.choice(['0', '1', '2', '-2'])})",
    lambda g, d: (
        f"substr({g.text(d)}, {g.dice.choice(['0', '1', '-3'])}, {g.dice.choice(['1', '2', '5', '-1'])})"
    ),
    lambda g, d: f"substring-before({g.text(d)}, {g.literal()})",
    lambda g, d: f"substring-after({g.text(d)}, {g.literal()})",
    lambda g, d: f"translate({g.text(d)}, 'ab3', '{g.dice.choice(['', 'x', 'xyz', 'ba'])}')",
    lambda g, d: f"normalize-space({g.text(d)})",
    lambda g, d: f"selected-at({g._read({'select'}) or g.text(d)}, {g.dice.choice(['0', '1', '2', '-1'])})",
    lambda g, d: f"coalesce({g.text(0)}, {g.text(d)})",
    lambda g, d: f"if({g.truth(d)}, {g.text(d)}, {g.text(d)})",
    lambda g, d: f"join({g.literal()}, {g.many(g.any, d)})",
    lambda g, d: g.over("join(' ', {leaf})"),
    lambda g, d: g.over("indexed-repeat({leaf}, {repeat}, {n})"),
    lambda g, d: (
        f"digest(string({g.text(d)}), '{g.dice.choice(DIGESTS)}', '{g.dice.choice(['hex', 'base64'])}')"
    ),
    lambda g, d: f"format-date({g.date(d)}, '{g.dice.choice(FORMATS)}')" if g.dates else "'q'",
    lambda g, d: f"string({g.date(d)})" if g.dates else "'q'",
    *[lambda g, d: g.label()] * 2,
    lambda g, d: g.pulled(),
    lambda g, d: (
        f"format-date(today() + {g.dice.randint(-40, 400)}, '{g.dice.choice(FORMATS)}')" if g.dates else "'q'"
    ),
    lambda g, d: f"format-date-time(now(), '{g.dice.choice(FORMATS)}')" if g.dates else "'q'",
    lambda g, d: "string(today())" if g.dates else "'q'",
    lambda g, d: "version()",
]
_TRUTHS: list[Maker] = [
    *[lambda g, d: g._compare(d)] * 6,
    lambda g, d: f"{g.truth(d)} and {g.truth(d)}",
    lambda g, d: f"{g.truth(d)} or {g.truth(d)}",
    lambda g, d: f"not({g.truth(d)})",
    *[lambda g, d: g.selects()] * 3,
    lambda g, d: f"contains({g.text(d)}, {g.literal()})",
    lambda g, d: f"starts-with({g.text(d)}, {g.literal()})",
    lambda g, d: f"ends-with({g.text(d)}, {g.literal()})",
    lambda g, d: f"regex({g.text(d)}, '{g.dice.choice(PATTERNS)}')",
    lambda g, d: f"boolean({g.any(d)})",
    lambda g, d: g.dice.choice(
        ["random() < 1", "random() >= 0", "regex(uuid(), '[0-9a-f-]{36}')", "uuid() = uuid()"]
    ),
    lambda g, d: (
        f"{g.date(d)} {g.dice.choice(['<', '>=', '='])} {g.dice.choice(['today()', 'now()'])}"
        if g.dates
        else "true()"
    ),
    lambda g, d: f"boolean-from-string({g.text(d)})",
    lambda g, d: g.dice.choice(["true()", "false()"]),
    lambda g, d: f"if({g.truth(d)}, {g.truth(d)}, {g.truth(d)})",
    lambda g, d: (
        f"checklist({g.dice.choice(['-1', '0', '1'])}, {g.dice.choice(['-1', '1', '2'])}, {g.many(g.truth, 0)})"
    ),
    lambda g, d: (
        f"weighted-checklist(1, {g.dice.choice(['-1', '2', '5'])}, {g.truth(0)}, 1, {g.truth(0)}, {g.dice.choice(['2', '0.5'])})"
    ),
]
