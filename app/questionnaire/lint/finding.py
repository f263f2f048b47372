"""One thing that the check has to say, at its cell, in the author's language. The sentences stand in resources/i18n/check.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from app.resources import resource
from app.sentences import chinese

ERROR, WARNING = "error", "warning"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the check. severity: "error" (must not go out) or "warning". texts and todos: language → sentence with {places}."""

    name: str
    severity: str
    texts: Mapping[str, str]
    todos: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """where: file sheet!cell. values: what goes into the sentence's {places}."""

    rule: str
    where: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def severity(self) -> str:
        """ERROR or WARNING."""
        return catalogue()[self.rule].severity

    def text(self, language: str) -> str:
        """What is wrong, in one sentence. language: "zh" or "en"."""
        return catalogue()[self.rule].texts[language].format_map(_shown(self._said(language)))

    def todo(self, language: str) -> str:
        """What to do about it; "" when it is obvious."""
        if "fix" in self.values and not self.values["fix"]:
            return ""
        return catalogue()[self.rule].todos.get(language, "").format_map(_shown(self.values))

    def _said(self, language: str) -> Mapping[str, str]:
        """The values, with sentences of other parts ("what", "todo") in the author's language."""
        if language != "zh":
            return self.values
        sentences = {name: chinese(self.values[name]) for name in ("what", "todo") if self.values.get(name)}
        return {**self.values, **sentences}

    def to_json(self, language: str) -> dict[str, object]:
        """For canonical JSON."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "where": self.where,
            "text": self.text(language),
            "todo": self.todo(language),
            "values": dict(self.values),
        }


@lru_cache(maxsize=1)
def catalogue() -> Mapping[str, Rule]:
    """All rules by name."""
    table = tomllib.loads(resource("i18n", "check.toml").read_text(encoding="utf-8"))
    return {
        name: Rule(
            name,
            each["severity"],
            {"zh": each["zh"], "en": each["en"]},
            {language: each[f"todo_{language}"] for language in ("zh", "en") if f"todo_{language}" in each},
        )
        for name, each in table.items()
    }


def _shown(values: Mapping[str, str]) -> dict[str, str]:
    """Long cells are cut in the sentence."""
    return {name: text if len(text) <= 160 else f"{text[:157]}…" for name, text in values.items()}
