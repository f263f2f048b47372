"""Every sentence that pyxform can raise about a workbook, gathered from its own source: the catalogue in errors.py, and what the
modules that read a workbook put together themselves. Values are filled in with stand-ins."""

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from pyxform.errors import ErrorCode

READERS = (
    "builder.py",
    "question.py",
    "survey.py",
    "survey_element.py",
    "xls2json.py",
    "entities/entities_parsing.py",
    "parsing",
    "validators/pyxform",
)
"""The modules that a workbook runs through (not: the updater of validators, the reading of XForms, of .xls, .csv and .md files)."""
ROW = "[row : 7]"
STAND_IN = "x1"


def catalogued() -> Iterator[tuple[str, str]]:
    """Name and sentence of each error code."""
    for code in ErrorCode:
        sheet = {"row": 7, "sheet": "survey", "column": "name"}
        yield code.name, code.value.format(**sheet)


def composed() -> Iterator[tuple[str, str]]:
    """Place and sentence of those that are put together where they are raised."""
    spec = find_spec("pyxform")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    for part in READERS:
        for file in sorted((root / part).rglob("*.py")) if (root / part).is_dir() else [root / part]:
            yield from _raised(file.relative_to(root).as_posix(), ast.parse(file.read_text("utf-8")))


def _raised(name: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        named = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if not (named and node.func.id in {"PyXFormError", "ValidationError"} and node.args):  # type: ignore[attr-defined]
            continue
        around = [each for each in functions if each.lineno <= node.lineno <= (each.end_lineno or 0)]
        told = _told(node.args[0], around[-1] if around else tree, node.lineno)  # type: ignore[attr-defined]
        if told.replace(STAND_IN, "").strip(" \n"):
            yield f"{name}:{node.lineno}", told


def _told(node: ast.expr, around: ast.AST, line: int) -> str:
    """The sentence of an expression."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_told(part, around, line) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _told(left, around, line) + _told(right, around, line)
        case ast.BinOp(left=ast.Name(id="ROW_FORMAT_STRING"), op=ast.Mod()):
            return ROW
        case ast.Name(id=name):
            return _assigned(name, around, line)
        case ast.Call(func=ast.Attribute(value=ast.Attribute(value=ast.Attribute(attr=code)), attr="format")):
            del code
            return ""  # of the catalogue
    return STAND_IN


def _assigned(name: str, around: ast.AST, line: int) -> str:
    """What a variable was last given above the line."""
    given = [
        each
        for each in ast.walk(around)
        if isinstance(each, ast.Assign)
        and each.lineno < line
        and isinstance(each.targets[0], ast.Name)
        and each.targets[0].id == name
    ]
    return (
        _told(max(given, key=lambda each: each.lineno).value, ast.Module([], []), line) if given else STAND_IN
    )
