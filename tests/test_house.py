"""The house rules that no linter of ours keeps, read off the syntax tree of every file in app, ui and hardware."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE, LONGEST_FUNCTION = 300, 40
MAY_PRINT = {"app/__main__.py", "resources/bootstrap.py"}
MAKES_BYTES = "app/canonical.py"
SPEAKS_JSON = "hardware/program.py"  # commands to a program behind a pipe: nobody's evidence
STREAMS_DIGESTS = ("app/evidence/", "app/central/")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """A file under the rules. name: its path below the root, with slashes."""

    name: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    def at(self, node: ast.AST | int, what: str) -> str:
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return f"{self.name}:{line} {what}"


Rule = Callable[[Source], Iterator[str]]


def short_file(source: Source) -> Iterator[str]:
    lines = len(source.text.splitlines())
    if lines > LONGEST_FILE:
        yield source.at(lines, f"the file has {lines} lines")


def short_functions(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, Function) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield source.at(node, f"{node.name} has {lines} lines")


def file_says_what_it_is(source: Source) -> Iterator[str]:
    empty_package = source.name.endswith("__init__.py") and not source.text.strip()
    if not empty_package and not ast.get_docstring(source.tree):
        yield source.at(1, "the file does not say what it is")


def public_names_are_documented(source: Source) -> Iterator[str]:
    def visit(body: list[ast.stmt], within: str) -> Iterator[str]:
        for node in body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                if not ast.get_docstring(node):
                    yield source.at(node, f"{within}{node.name} has no docstring")
                yield from visit(node.body, f"{node.name}.")
            elif isinstance(node, Function) and not exempt(node, source.name, within):
                if not ast.get_docstring(node):
                    yield source.at(node, f"{within}{node.name} has no docstring")
            elif isinstance(node, ast.If | ast.Try):  # definitions that depend on the platform
                yield from visit(
                    [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.stmt)], within
                )

    yield from visit(source.tree.body, "")


def exempt(function: Function, name: str, within: str) -> bool:
    """Private, magic, Qt's own (mixedCase methods, and event) in ui, the setter of a property, an overload's stub."""
    qt = (
        name.startswith("ui/")
        and bool(within)
        and (function.name == "event" or function.name != function.name.lower())
    )
    decorators = [ast.unparse(each) for each in function.decorator_list]
    stub = any(each.endswith((".setter", ".deleter", "overload")) for each in decorators)
    return function.name.startswith("_") or qt or stub


def no_global_statement(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Global):
            yield source.at(node, f"global {', '.join(node.names)}")


def bytes_are_made_in_one_place(source: Source) -> Iterator[str]:
    if source.name in (MAKES_BYTES, SPEAKS_JSON):
        return
    streams = source.name.startswith(STREAMS_DIGESTS)
    one_shot = list(one_shot_digests(source.tree))
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(value=ast.Name("json"), attr="dumps" | "dump"):
                yield source.at(node, f"json.{node.attr} outside {MAKES_BYTES}")
            case ast.Attribute(value=ast.Name("hashlib")) if node in one_shot or not streams:
                yield source.at(node, f"hashlib.{node.attr} outside {MAKES_BYTES}")
            case ast.ImportFrom(module="json" | "hashlib" as module, names=names):
                if module == "hashlib" or {each.name for each in names} & {"dumps", "dump", "*"}:
                    yield source.at(
                        node, f"from {module} import: write {module}.name, so that its use is seen"
                    )
            case ast.Import(names=names) if any(
                each.name in ("json", "hashlib") and each.asname for each in names
            ):
                yield source.at(node, "json or hashlib under another name")


def one_shot_digests(tree: ast.Module) -> Iterator[ast.expr]:
    """The x of x(…).digest(): no object that a big file could have streamed through."""
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(
                value=ast.Call(func=ast.Attribute(attr=made) as function), attr="digest" | "hexdigest"
            ):
                if made != "file_digest":
                    yield function


def only_the_command_line_prints(source: Source) -> Iterator[str]:
    if source.name in MAY_PRINT:
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            yield source.at(node, "print")


RULES: list[Rule] = [
    short_file,
    short_functions,
    file_says_what_it_is,
    public_names_are_documented,
    no_global_statement,
    bytes_are_made_in_one_place,
    only_the_command_line_prints,
]


@cache  # parsed once for all rules
def sources() -> list[Source]:
    files = [file for folder in ("app", "ui", "hardware") for file in sorted((ROOT / folder).rglob("*.py"))]
    return [Source(file.relative_to(ROOT).as_posix(), file.read_text("utf-8")) for file in files]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_rules_hold(rule: Rule) -> None:
    broken = [line for source in sources() for line in rule(source)]
    assert not broken, "\n" + "\n".join(broken)


def test_the_rules_look_at_the_whole_house() -> None:
    names = {source.name for source in sources()}
    assert {"app/canonical.py", "hardware/base.py", "ui/__init__.py"} <= names


OFFENCES: list[tuple[Rule, str, str, str]] = [
    (short_file, "app/x.py", '"""X."""\n' + "a = 1\n" * 300, "app/x.py:301 the file has 301 lines"),
    (short_functions, "app/x.py", "def f():\n" + "    a = 1\n" * 40, "app/x.py:1 f has 41 lines"),
    (file_says_what_it_is, "app/x.py", "import os\n", "app/x.py:1 the file does not say what it is"),
    (
        file_says_what_it_is,
        "app/x/__init__.py",
        "import os\n",
        "app/x/__init__.py:1 the file does not say what it is",
    ),
    (public_names_are_documented, "app/x.py", "class A:\n    pass\n", "app/x.py:1 A has no docstring"),
    (public_names_are_documented, "app/x.py", "async def f(): ...\n", "app/x.py:1 f has no docstring"),
    (
        public_names_are_documented,
        "app/x.py",
        'class A:\n    """A."""\n    def sizeHint(self): ...\n',
        "app/x.py:3 A.sizeHint has no docstring",
    ),
    (
        public_names_are_documented,
        "ui/x.py",
        "def openWindow(): ...\n",
        "ui/x.py:1 openWindow has no docstring",
    ),
    (
        public_names_are_documented,
        "app/x.py",
        "try:\n    def f(): ...\nfinally: ...\n",
        "app/x.py:2 f has no docstring",
    ),
    (no_global_statement, "app/x.py", "def f():\n    global a\n    a = 1\n", "app/x.py:2 global a"),
    (
        bytes_are_made_in_one_place,
        "app/x.py",
        "json.dumps(1)\n",
        "app/x.py:1 json.dumps outside app/canonical.py",
    ),
    (
        bytes_are_made_in_one_place,
        "app/evidence/x.py",
        "hashlib.sha256(b'').hexdigest()\n",
        "app/evidence/x.py:1 hashlib.sha256 outside app/canonical.py",
    ),
    (
        bytes_are_made_in_one_place,
        "app/sync/x.py",
        "sha = hashlib.sha256()\n",
        "app/sync/x.py:1 hashlib.sha256 outside app/canonical.py",
    ),
    (
        bytes_are_made_in_one_place,
        "app/sync/x.py",
        "f(digest=hashlib.sha256)\n",
        "app/sync/x.py:1 hashlib.sha256 outside app/canonical.py",
    ),
    (
        bytes_are_made_in_one_place,
        "app/central/x.py",
        "from hashlib import sha256\n",
        "app/central/x.py:1 from hashlib import: write hashlib.name, so that its use is seen",
    ),
    (
        bytes_are_made_in_one_place,
        "app/x.py",
        "import json as j\n",
        "app/x.py:1 json or hashlib under another name",
    ),
    (only_the_command_line_prints, "ui/x.py", "print('x')\n", "ui/x.py:1 print"),
]


@pytest.mark.parametrize(("rule", "name", "text", "found"), OFFENCES)
def test_an_offence_is_found_with_file_and_line(rule: Rule, name: str, text: str, found: str) -> None:
    assert list(rule(Source(name, text))) == [found]


ALLOWED: list[tuple[Rule, str, str]] = [
    (short_file, "app/x.py", '"""X."""\n' + "a = 1\n" * 299),
    (short_functions, "app/x.py", "def f():\n" + "    a = 1\n" * 39),
    (file_says_what_it_is, "app/x/__init__.py", "\n"),
    (public_names_are_documented, "app/x.py", "class _A:\n    def f(self): ...\ndef _f(): ...\n"),
    (public_names_are_documented, "app/x.py", 'class A:\n    """A."""\n    def __init__(self): ...\n'),
    (public_names_are_documented, "app/x.py", 'def f():\n    """F."""\n    def g(): ...\n'),
    (
        public_names_are_documented,
        "app/x.py",
        'class A:\n    """A."""\n    @f.setter\n    def f(self, value): ...\n',
    ),
    (
        public_names_are_documented,
        "ui/x.py",
        'class A:\n    """A."""\n    def paintEvent(self, event): ...\n',
    ),
    (public_names_are_documented, "ui/x.py", 'class A:\n    """A."""\n    def event(self, event): ...\n'),
    (bytes_are_made_in_one_place, "app/canonical.py", "json.dumps(1), hashlib.sha256(b'')\n"),
    (bytes_are_made_in_one_place, "hardware/program.py", "json.dumps({'do': 'dial'})\n"),
    (bytes_are_made_in_one_place, "app/evidence/x.py", "sha: hashlib._Hash = hashlib.sha256()\n"),
    (bytes_are_made_in_one_place, "app/evidence/x.py", "sha = hashlib.sha256(nonce)\nsha.digest()\n"),
    (bytes_are_made_in_one_place, "app/central/x.py", "hashlib.file_digest(file, 'sha256').hexdigest()\n"),
    (bytes_are_made_in_one_place, "app/central/x.py", "field(default_factory=hashlib.sha256)\n"),
    (bytes_are_made_in_one_place, "app/x.py", "from json import JSONDecodeError\njson.loads('1')\n"),
    (only_the_command_line_prints, "app/__main__.py", "print('x')\n"),
    (only_the_command_line_prints, "app/x.py", "console.print('x')\n"),
]


@pytest.mark.parametrize(("rule", "name", "text"), ALLOWED)
def test_what_is_allowed_is_not_found(rule: Rule, name: str, text: str) -> None:
    assert list(rule(Source(name, text))) == []
