"""What a demo run is asked for, and what it has to show."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.canonical import Value
from app.certificate import Checked, told
from app.columns import padded
from app.evidence.verify import Verdict
from app.results.brief import index_of, rates_of, text
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

    def to_json(self) -> dict[str, Value]:
        """For programs."""
        return {
            "v": 1,
            "seed": self.options.seed,
            "rehearsal": self.report.rehearsal,
            "calls": self.calls,
            "interviews": self.interviews,
            "milliseconds": round(self.seconds * 1000),
            "index": index_of(self.report),
            "rates": rates_of(self.report),
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
            *text(self.report, language),
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
        return f"{padded(_FILES[name] if language == 'zh' else name, 10)} {self.files[name]}"
