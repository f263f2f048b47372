"""What a demo run is asked for, and what it has to show."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.canonical import Value
from app.certificate import Checked, told
from app.evidence.verify import Verdict
from app.results.summary import Report, Shown

_FILES = {"report": "报告", "workbook": "工作簿", "archive": "中心档案", "keys": "密钥"}


@dataclass(frozen=True)
class Options:
    """What the person who runs the demo may choose. interviews: completed ones to reach; calls: never fewer; numbers: drawn.
    command: how this person starts the program, for the hints at the end."""

    out: Path
    seed: str
    interviews: int = 42
    calls: int = 30
    numbers: int = 110
    characters_per_second: float = 40.0
    command: str = "fangxin"


@dataclass(frozen=True)
class Demo:
    """What a run has to show. calls, interviews: at the desk. seconds: it took. files: what to open, by name."""

    options: Options
    calls: int
    interviews: int
    seconds: float
    report: Report
    verdict: Verdict
    files: dict[str, Path]

    @property
    def index(self) -> dict[str, str]:
        """Unit code → index as text with two decimals, "" where there is none; the city under "city"."""
        figures = {line.unit.code: line.figure for line in self.report.units} | {"city": self.report.city}
        return {
            code: _number(figure.estimate.value if figure.estimate else None)
            for code, figure in figures.items()
        }

    def to_json(self) -> dict[str, Value]:
        """For programs."""
        return {
            "v": 1,
            "seed": self.options.seed,
            "rehearsal": self.report.rehearsal,
            "calls": self.calls,
            "interviews": self.interviews,
            "milliseconds": round(self.seconds * 1000),
            "index": self.index,
            "rates": {name: _number(rate.value, 4) for name, rate in self.report.rates.items()},
            "verified": self.verdict.to_json(),
            "files": {name: str(path) for name, path in self.files.items()},
        }

    def summary(self, language: str) -> str:
        """For people. language: "zh" or "en"; sentences stand in English, app/sentences.py knows them."""
        few = any(line.figure.shown is Shown.SMALL for line in self.report.units)
        lines = [
            "",
            f"REHEARSAL. {self.calls} calls, {self.interviews} interviews in {self.seconds:.1f} s (seed {self.options.seed}).",
            "",
            *(self._unit(line.unit.zh, line.unit.en, line.unit.code, language) for line in self.report.units),
            self._unit("全市", "Whole city", "city", language),
            *(
                ["(Fewer than 30 interviews in a unit: real results would not show its score.)"]
                if few
                else []
            ),
            "",
            *self._verdict(language),
            "",
            *(self._file(name, language) for name in self.files),
            "",
            "Check it again:",
            f'  {self.options.command} verify "{self.files["archive"]}"',
            "Sit at the desk:",
            f"  {self.options.command} --rehearse",
        ]
        return "\n".join(lines)

    def _verdict(self, language: str) -> list[str]:
        said = told(
            Checked(self.files["archive"], self.verdict, ()), language, datetime.now(UTC).astimezone()
        )
        return said.splitlines()[:4]

    def _file(self, name: str, language: str) -> str:
        return f"{_wide(_FILES[name]) if language == 'zh' else f'{name:<10}'} {self.files[name]}"

    def _unit(self, zh: str, en: str, code: str, language: str) -> str:
        beside = "" if language == "zh" else f"{en:<22} "
        return f"  {_wide(zh)}{beside}{self.index[code] or '–':>6}"


def _wide(zh: str) -> str:
    return zh + " " * (10 - 2 * len(zh))  # a Chinese character is two columns wide


def _number(value: float | None, places: int = 2) -> str:
    return "" if value is None else f"{value:.{places}f}"
