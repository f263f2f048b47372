"""What --help shows. The texts stand in English where a command is defined, their Chinese in resources/i18n/help/*.toml, one by one: they
are looked up as they stand, and no sentence of an error is taken for one. tests/commands/test_help.py walks through all commands and fails
when a text or a word has none."""

import re
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from inspect import cleandoc
from typing import Any

import typer

from app.columns import columns, padded, wrapped
from app.commands.speech import teller
from app.resources import resource

_WIDEST, _NARROWEST = 100, 40
_FIRST = 30
"""What stands left of a description takes at most so many columns; a longer one has its description below."""
_KINDS = {"path": "path", "str": "text", "int": "n", "float": "n"}
"""How Typer calls what an option takes, and how we do."""
_RANGE = re.compile(r"(?:(-?[\d.]+)<=)?\bx\b(?:[<>]=(-?[\d.]+))?")
_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z])|(?<=[。？！])")


def page(context: typer.Context, language: str) -> str:
    """The help of a command, or of a group, in lines that the terminal has room for. language: "zh" or "en"."""
    ours, wide = _tell(language), min(max(shutil.get_terminal_size().columns, _NARROWEST), _WIDEST) - 2
    command: Any = context.command
    taken = command.get_params(context)
    arguments = [each for each in taken if each.param_type_name == "argument"]
    options = [each for each in taken if each.param_type_name == "option"]
    below: Mapping[str, Any] = getattr(command, "commands", {})
    lines = [*_usage(context, arguments, ours, wide), ""]
    lines += [f"  {line}" for line in wrapped(ours(tidy(command.help)), wide - 2)]
    rows = {
        "Arguments:": [(named(each, language), _described(each, context, ours)) for each in arguments],
        "Options:": [(_spelt(each, context, ours), _described(each, context, ours)) for each in options],
        "Commands:": [(name, _short(ours(tidy(each.help)))) for name, each in below.items()],
    }
    for heading, table in rows.items():
        lines += ["", ours(heading), *_table(table, wide)] if table else []
    return "\n".join(lines)


def named(argument: Any, language: str) -> str:
    """An argument as the help and an error call it: <archive>; what is written as it stands, as WAV, in capitals."""
    return f"<{_tell(language)(argument.metavar or argument.name)}>"


def misused(error: Any, context: typer.Context | None, language: str) -> str:
    """What is wrong with how a command was called, in its reader's words, and where the right way is shown."""
    argument = getattr(error, "param", None)
    if argument is not None and argument.param_type_name == "argument":
        error.param_hint = f"'{named(argument, language)}'"
    tell = teller(language)
    says = tell(str(getattr(error, "format_message", error.__str__)()))
    if not says.endswith((".", "?", "。", "？")):
        says += "。" if language == "zh" else "."
    if context is None:
        return says
    see = tell(f"See `{context.command_path} --help`.")
    return says + see if language == "zh" else f"{says} {see}"


def tidy(text: str | None) -> str:
    """A text of a command as it is looked up: on one line."""
    return " ".join(cleandoc(text or "").split())


@cache
def chinese() -> Mapping[str, str]:
    """All texts and words of help pages, English → Chinese."""
    found: dict[str, str] = {}
    for path in resource("i18n", "help").glob("*.toml"):
        found |= tomllib.loads(path.read_text(encoding="utf-8"))
    return found


class _Tell:
    """From English to what is shown."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, text: str) -> str:
        return chinese().get(text, text) if self.language == "zh" else text


_tell = cache(_Tell)


def _usage(context: typer.Context, arguments: list[Any], ours: _Tell, wide: int) -> list[str]:
    command: Any = context.command
    words = [ours("[OPTIONS]")]
    for each in arguments:
        name = named(each, ours.language) + ("..." if each.nargs != 1 else "")
        words.append(name if each.required else f"[{name}]")
    if hasattr(command, "commands"):
        words.append(
            f"<{ours('command')}>" if not command.invoke_without_command else f"[<{ours('command')}>]"
        )
    before = f"{ours('Usage: ')}{context.command_path} "
    first, *rest = wrapped(" ".join(words), wide - columns(before))
    return [before + first, *(" " * columns(before) + line for line in rest)]


def _spelt(option: Any, context: typer.Context, ours: _Tell) -> str:
    """--out <path>"""
    names = ", ".join([*option.opts, *option.secondary_opts])
    kind = option.get_help_record(context)[0].removeprefix(names).strip()
    words = [word for word in re.findall(r"[a-z]+", kind.lower()) if word in _KINDS]
    kind = kind.strip("<>") if "|" in kind or not words else f"<{ours(_KINDS[words[-1]])}>"
    return f"{names} {kind}".rstrip()


def _described(parameter: Any, context: typer.Context, ours: _Tell) -> str:
    """What it is for, and in brackets what else must be known of it."""
    more = list(_more(parameter, context, ours))
    return ours(tidy(parameter.help)) + (f"  [{ours('; ').join(more)}]" if more else "")


def _more(parameter: Any, context: typer.Context, ours: _Tell) -> Iterator[str]:
    is_option = parameter.param_type_name == "option"
    if is_option and parameter.required:
        yield ours("required")
    if not is_option and not parameter.required:
        yield ours("may be left out")
    if is_option and parameter.multiple:
        yield ours("may be repeated")
    if parameter.envvar:
        yield ours("or in the environment as {name}").format(name=parameter.envvar)
    written = parameter.get_help_record(context)[1].removeprefix(parameter.help or "")
    if found := _RANGE.search(written):
        yield _range(found, ours)
    value = parameter.default
    if not (parameter.required or value is None or value is False or value == "" or callable(value)):
        yield ours("default {value}").format(value=f"{value:g}" if isinstance(value, float) else value)


def _range(found: re.Match[str], ours: _Tell) -> str:
    one, other = found.groups()
    if one and other:
        return ours("{least} to {most}").format(least=one, most=other)
    at_least = one or ">=" in found[0]
    return ours("at least {least}" if at_least else "at most {most}").format(least=one or other, most=other)


def _short(text: str) -> str:
    """The first sentence, without its full stop."""
    return _SENTENCE.split(text)[0].rstrip("。.")


def _table(rows: list[tuple[str, str]], wide: int) -> Iterator[str]:
    fitting = [columns(first) for first, _ in rows if columns(first) <= _FIRST]
    left = max(fitting, default=_FIRST) + 4
    for first, text in rows:
        beside, *more = wrapped(text, wide - left) or [""]
        if columns(first) + 4 > left:
            yield f"  {first}"
            more = [beside, *more]
        else:
            yield padded(f"  {first}", left) + beside
        yield from (" " * left + line for line in more)
