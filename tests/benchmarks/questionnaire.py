"""How fast a questionnaire opens and answers, beside JavaRosa and ODK's web engine, on the same forms and answers in one run.

    python -m tests.benchmarks.questionnaire [--quick] [--seed N]

Printed, nothing asserted. JavaRosa needs a JDK (javac), ODK's xforms-engine node and npm; what is missing is said and left out.
"""

import argparse
import gc
import os
import platform
import random
import shutil
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]

from app.questionnaire import xlsform
from app.questionnaire.session import Session
from tests.benchmarks import web_engine
from tests.javarosa.bridge import JavaRosa, missing
from tests.javarosa.sketch import Paper, Sketch

SIZES = (50, 300, 1000)
COLUMNS = (
    "type",
    "name",
    "label::中文 (zh)",
    "label::English (en)",
    "relevant",
    "constraint",
    "calculation",
    "required",
)
WALKS = 4
"""Interviews of one form; the first only warms up."""
EMPTY = Paper((Sketch("q", "string", "/data/q"),)).xml()
"""A form of one question: what JavaRosa holds anyway."""


@dataclass
class Measured:
    """One engine on one form. Times in seconds. alone: answers that nothing else in the form reads."""

    engine: str
    load: float
    answers: list[float] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    memory: float = 0.0
    """MiB that the form and one interview hold."""

    def at(self, share: int) -> float:
        """A percentile of the time per answer."""
        return statistics.quantiles(self.answers, n=100)[share - 1] if len(self.answers) > 1 else float("nan")

    def row(self) -> str:
        """One line of the table, milliseconds."""
        alone = statistics.median(self.alone) if self.alone else float("nan")
        times = (self.load, self.at(50), self.at(99), alone)
        return (
            f"  {self.engine:28}" + "".join(f"{each * 1e3:12.3f}" for each in times) + f"{self.memory:12.1f}"
        )


def questions(size: int, seed: int) -> tuple[list[list[str]], list[tuple[str, str]]]:
    """Rows of the survey sheet of `size` questions, and an answer to each. A third has a relevance, two thirds a constraint, every
    tenth is followed by a calculation over the last six scores; every twentieth is read by nothing ("alone_…")."""
    dice = random.Random(seed)
    rows = [list(COLUMNS)]
    answers: list[tuple[str, str]] = []
    numbers: list[str] = []
    for place in range(size):
        if place % 20 == 10:
            name, kind, rule, value = f"alone_{place}", "text", "", "说不清"
        elif place % 3 == 0:
            name, kind, rule, value = f"s{place}", "select_one yn", "", dice.choice("12")
        else:
            name, kind, rule, value = (
                f"q{place}",
                "integer",
                ". >= 0 and . <= 10 or . = 98",
                str(dice.randint(0, 10)),
            )
        relevant = f"${{{dice.choice(numbers[-8:])}}} != 99" if numbers and dice.random() < 0.33 else ""
        texts = [f"第{place}题，您打几分？", f"Question {place}: what score?"]
        rows.append([kind, name, *texts, relevant, rule, "", "yes" if dice.random() < 0.5 else ""])
        answers.append((name, value))
        if kind == "integer":
            numbers.append(name)
        if place % 10 == 9:
            total = " + ".join(f"coalesce(${{{name}}}, 0)" for name in numbers[-6:])
            rows.append(["calculate", f"c{place}", "", "", "", "", total, ""])
    return rows, answers


def workbook(rows: list[list[str]], path: Path) -> Path:
    """The questions as an .xlsx."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    labels = ["label::中文 (zh)", "label::English (en)"]
    choices = [["list_name", "name", *labels], ["yn", "1", "是", "Yes"], ["yn", "2", "否", "No"]]
    for name, lines in (("survey", rows), ("choices", choices)):
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append([cell or None for cell in line])
    book.save(path)
    return path


def best(act: Callable[[], object], times: int) -> float:
    """Shortest of several runs, seconds."""
    return min(_timed(act) for _ in range(times))


def _timed(act: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def ours(xml: str, answers: list[tuple[str, str]]) -> Measured:
    """Fangxin's engine: opening a form from its compiled XML, then interviews as the desk holds them (answer and on)."""
    found = Measured("fangxin", best(lambda: Session(xlsform.parse(xml)), 3))
    form, given = xlsform.parse(xml), dict(answers)
    for walk in range(WALKS):
        session = Session(form)
        while session.current is not None:
            name = session.current.name
            start = time.perf_counter()
            session.answer(given[name])
            taken = time.perf_counter() - start
            if walk:
                found.answers.append(taken)
                if name.startswith("alone_"):
                    found.alone.append(taken)
            session.next()
    tracemalloc.start()
    held = Session(xlsform.parse(xml), given)
    found.memory = tracemalloc.get_traced_memory()[0] / 2**20
    tracemalloc.stop()
    del held
    return found


def javarosa(oracle: JavaRosa, xml: str, answers: list[tuple[str, str]]) -> Measured:
    """JavaRosa in a warm JVM; times are its own, without the pipe. Its answers are set by path, in the same order."""
    oracle.ask("LOAD", EMPTY)
    before = int(oracle.ask("MEMORY")["bytes"])
    loads = [int(oracle.ask("LOAD", xml)["us"]) / 1e6 for _ in range(3)]
    found = Measured("JavaRosa (jar, warm)", min(loads))
    for walk in range(WALKS):
        oracle.ask("NEW")
        for name, value in answers:
            taken = int(oracle.ask("SET", f"/data/{name}", value)["us"]) / 1e6
            if walk:
                found.answers.append(taken)
                if name.startswith("alone_"):
                    found.alone.append(taken)
    found.memory = max(0.0, (int(oracle.ask("MEMORY")["bytes"]) - before) / 2**20)
    return found


def compiled(book: Path) -> tuple[str, float]:
    """The XForm, and how long pyxform takes for it (best of two, after its import)."""
    from pyxform.xls2xform import convert

    def act() -> str:
        return str(convert(xlsform=str(book), validate=False, pretty_print=False).xform)

    return act(), best(act, 2)


def machine() -> str:
    """What this ran on."""
    names = (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name"))
    where = f"{next(names, platform.machine())}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    return f"{where}, {platform.platform(terse=True)}, Python {platform.python_version()}"


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.exists() else []


def report(size: int, conversion: float, results: list[Measured]) -> None:
    """The table of one form, with ratios to ours."""
    mine = results[0]
    print(f"\n{size} questions; pyxform converts in {conversion * 1e3:.0f} ms, we open the compiled form in {mine.load * 1e3:.0f} ms: "
          f"{mine.load / conversion:.2f} of it")  # fmt: skip
    print(
        f"  {'milliseconds':28}{'open':>12}{'answer p50':>12}{'answer p99':>12}{'alone p50':>12}{'MiB':>12}"
    )
    for each in results:
        print(each.row())
    for other in results[1:]:
        print(f"  {other.engine} / fangxin: open {other.load / mine.load:.1f}×, p50 {other.at(50) / mine.at(50):.1f}×, "
              f"p99 {other.at(99) / mine.at(99):.1f}×")  # fmt: skip


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="50 and 300 questions, without the web engine")
    asked.add_argument("--seed", type=int, default=12340)
    options = asked.parse_args()
    print(f"questionnaire benchmark, seed {options.seed}, {machine()}")
    with tempfile.TemporaryDirectory() as folder:
        absent = missing()
        oracle = None if absent else JavaRosa(Path(folder))
        if absent:
            print(f"without JavaRosa: {absent} is not installed")
        web = None if options.quick or not shutil.which("npm") else web_engine.install(Path(folder) / "web")
        for size in SIZES[: 2 if options.quick else 3]:
            rows, answers = questions(size, options.seed)
            xml, conversion = compiled(workbook(rows, Path(folder) / f"{size}.xlsx"))
            results = [ours(xml, answers)]
            if oracle is not None:
                results.append(javarosa(oracle, xml, answers))
            if web is not None and (figures := web_engine.run(web, xml, answers)):
                results.append(Measured("ODK xforms-engine (node)", *figures))
            report(size, conversion, results)
        if oracle is not None:
            oracle.close()


if __name__ == "__main__":
    main()
