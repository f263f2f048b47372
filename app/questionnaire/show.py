"""The whole questionnaire as one page to read, print and sign: every text in every language, and the routing in words.

One self-contained HTML file: no script, nothing from outside. What is read aloud stands in black, what is never read in blue.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape

from app.questionnaire.form import Form, Group, Kind, Question
from app.questionnaire.lint.reading import Pace
from app.questionnaire.showing import KINDS, NEVER, PARTS, Pair
from app.questionnaire.telephone import Telephone, iso_of
from app.questionnaire.wordy import Wording
from app.resources import resource

MOST_OPTIONS = 40
"""Choices printed of one list; of longer ones the number is given."""

_REFERENCE = re.compile(r"\$\{\s*([^}]*?)\s*\}")
Outcomes = Mapping[str, Pair]
"""Outcome key → its name in Chinese and English."""


def page(form: Form, outcomes: Outcomes, digest: str = "") -> str:
    """The page. digest: of the form as it is signed, printed so that paper and program can be compared."""
    return _Page(form, outcomes).whole(digest)


def both(words: Pair) -> str:
    """Chinese with the English beside it."""
    return f'{escape(words[0])} <span class="en" lang="en">{escape(words[1])}</span>'


class _Page:
    def __init__(self, form: Form, outcomes: Outcomes) -> None:
        self._form, self._outcomes = form, outcomes
        self._wordings = [
            (language, Wording(form, language, iso_of(language))) for language in form.languages
        ]
        self._spoken = (
            self._wordings
            if len(self._wordings) > 1
            else [*self._wordings, (form.languages[0], self._other())]
        )

    def _other(self) -> Wording:
        iso = "en" if iso_of(self._form.languages[0]) == "zh" else "zh"
        return Wording(self._form, self._form.languages[0], iso)

    def whole(self, digest: str) -> str:
        form, style = self._form, resource("style", "questionnaire.css").read_text(encoding="utf-8")
        asked = [question for question in form.asked if question.kind is not Kind.NOTE]
        facts = [
            (("编号", "Form"), f"{form.id} · {form.version or '—'}"),
            (("题数", "Questions"), str(len(asked))),
            (("语言", "Languages"), ", ".join(form.languages)),
            (("念题约", "Reading"), f"{self._seconds() / 60:.1f} min"),
        ]
        if digest:
            facts.append((("校验码", "SHA-256"), digest))
        listed = "".join(f"<div><dt>{both(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in facts)
        body = "\n".join(self._body())
        lang = "zh" if iso_of(form.languages[0]) == "zh" else "en"
        return (
            f'<!doctype html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><title>{escape(form.title)}</title>\n'
            f'<meta name="viewport" content="width=device-width">\n<style>\n{style}</style></head>\n<body><main>\n'
            f'<header><h1>{escape(form.title)}</h1>\n<dl class="facts">{listed}</dl>\n{_legend()}</header>\n'
            f"{body}\n{_signatures()}\n</main></body>\n</html>\n"
        )

    def _seconds(self) -> float:
        pace = Pace()
        texts = (
            q.labels.get(self._form.languages[0], "")
            for q in self._form.asked
            if q.reads_text and q.ends in {"", "60"}
        )
        return sum(pace.seconds(text) for text in texts)

    def _body(self) -> Iterator[str]:
        """Questions in order, with the groups opened and closed around them."""
        inside: list[str] = []
        number = 0
        for question in self._form.questions:
            around = self._around(question.path)
            while inside and (len(inside) > len(around) or around[: len(inside)] != inside):
                inside.pop()
                yield "</section>"
            for path in around[len(inside) :]:
                inside.append(path)
                yield self._group(self._form.group_at[path])
            if question.kind is Kind.HIDDEN:
                continue
            number += question.asked and question.kind is not Kind.NOTE
            yield self._question(question, number)
        yield "</section>" * len(inside)

    def _around(self, path: str) -> list[str]:
        parts = path.split("/")
        paths = ["/".join(parts[:depth]) for depth in range(2, len(parts))]
        return [each for each in paths if each in self._form.group_at]

    def _group(self, group: Group) -> str:
        label = " / ".join(dict.fromkeys(_text(text) for text in group.labels.values() if text)) or escape(
            group.name
        )
        marks = [("重复", "repeated")] if group.repeats else []
        marks += [("随机排列", "random order")] if Telephone(group.cati).random_block else []
        marks += [("同屏", "one screen")] if group.one_screen else []
        chips = "".join(f'<span class="chip">{both(mark)}</span>' for mark in marks)
        return f"<section><h2>{label}{chips}</h2>{self._rule(('只有', 'Only if'), group.relevant)}"

    def _question(self, question: Question, number: int) -> str:
        if question.kind is Kind.CALCULATE:
            return (
                f'<p class="calculated"><b>{escape(question.name)}</b> = <code>{escape(_short(question.calculate))}</code> '
                f"{both(KINDS['calculate'])}</p>"
            )
        note = question.kind is Kind.NOTE
        shown = "" if note else f'<span class="number">{number}</span>'
        chips = f'<span class="chip">{both(KINDS[question.kind.value])}</span>'
        if not question.reads_text:
            chips += f'<span class="chip never">{both(NEVER)}</span>'
        columns = "".join(self._texts(question, language) for language in self._form.languages)
        kind = "ends" if question.ends else "note" if note else "question"
        return (
            f'<article class="{kind}" id="{escape(question.name)}"><h3>{shown}<b>{escape(question.name)}</b>{chips}</h3>'
            f'{self._rule(("只有", "Only if"), question.relevant)}<div class="texts">{columns}</div>'
            f"{self._facts(question)}{self._ending(question)}</article>"
        )

    def _texts(self, question: Question, language: str) -> str:
        aloud = "aloud" if question.reads_text else "silent"
        parts = [f'<p class="{aloud}">{_text(question.labels.get(language, ""))}</p>']
        if question.hints.get(language):
            parts.append(f'<p class="silent">{_text(question.hints[language])}</p>')
        iso = iso_of(language)
        parts += [
            f'<p class="silent">{both(PARTS["probe"])} {_text(probe)}</p>'
            for probe in Telephone(question.cati).probes(iso)
        ]
        if question.choices:
            aloud = "" if question.reads_options else ' class="silent"'
            rows = "".join(
                f"<li><code>{escape(choice.name)}</code> {_text(choice.labels.get(language, ''))}</li>"
                for choice in question.choices[:MOST_OPTIONS]
            )
            more = len(question.choices) - MOST_OPTIONS
            rows += f"<li>… +{more}</li>" if more > 0 else ""
            parts.append(f"<ul{aloud}>{rows}</ul>")
        return f'<div lang="{iso}">{"".join(parts)}</div>'

    def _facts(self, question: Question) -> str:
        """Rules and telephone columns, a line each."""
        columns, cati = Telephone(question.cati), question.cati
        vague = columns.vague
        lines = [
            self._rule(PARTS["constraint"], question.constraint),
            self._rule(PARTS["filter"], question.items.nodeset if question.items else ""),
            self._rule(PARTS["soft"], columns.soft),
            self._rule(PARTS["critical"], columns.critical),
            _fact(PARTS["scale"], cati.get("scale", "").replace("-", " – ")),
            _fact(PARTS["dk"], question.dk),
            _fact(PARTS["refused"], question.refused),
            _fact(PARTS["vague"], f"{'、'.join(vague.words)} → {vague.code}" if vague else ""),
            _fact(PARTS["counts"], " ".join(sorted(columns.counts)) or question.cati.get("counts", "")),
            _fact(PARTS["quota"], columns.quota),
            _fact(PARTS["weight"], cati.get("weight", "")),
            _fact(PARTS["seconds"], cati.get("seconds", "")),
        ]
        required = both(PARTS["required"]) if question.required and question.kind is not Kind.NOTE else ""
        rows = "".join(filter(None, lines)) + (f'<p class="fact">{required}</p>' if required else "")
        return f'<div class="rules">{rows}</div>' if rows else ""

    def _rule(self, name: Pair, expression: str) -> str:
        """A rule in words in both languages, with the expression itself beneath; only the expression when it is not simple."""
        if not expression.strip():
            return ""
        said = [(iso_of(language), wording.rule(expression)) for language, wording in self._spoken[:2]]
        words = " ".join(
            f'<span class="{"en" if n else "zh"}">{escape(text)}</span>'
            for n, (_, text) in enumerate(said)
            if text
        )
        return f'<p class="rule"><b>{both(name)}</b> {words} <code>{escape(_short(expression))}</code></p>'

    def _ending(self, question: Question) -> str:
        if not question.ends:
            return ""
        name = self._outcomes.get(question.ends, ("", ""))
        return f'<p class="ending">■ {both(PARTS["ends"])} <b>{escape(question.ends)}</b> {both(name)}</p>'


def _fact(name: Pair, text: str) -> str:
    return f'<p class="fact"><b>{both(name)}</b> {escape(text)}</p>' if text else ""


def _text(text: str) -> str:
    """A text with the values that are put in marked by name."""
    marked = _REFERENCE.sub(lambda found: f"\0{found[1].rpartition('/')[2]}\1", text)
    safe = escape(marked).replace("\0", '<span class="value">').replace("\1", "</span>")
    return safe.replace("\n", "<br>")


def _short(expression: str) -> str:
    """Paths by the name of the question."""
    return re.sub(r"(?<![\w'\"])(?:/[\w.\-]+)+/([\w.\-]+)", r"\1", expression).strip()


def _legend() -> str:
    return (
        '<p class="legend"><span class="aloud">黑字照念 <span class="en">read aloud</span></span> '
        '<span class="silent">蓝字不念 <span class="en">never read</span></span> '
        '<span class="value">填入的内容</span> <span class="en">put in</span></p>'
    )


def _signatures() -> str:
    rows = "".join(
        f"<div><span>{both(who)}</span></div>" for who in (PARTS["author"], PARTS["approved"], PARTS["date"])
    )
    return f'<footer class="sign">{rows}</footer>'
