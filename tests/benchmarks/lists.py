"""What a list of 200 MB costs, and a draw of a million out of a city: seconds, and the most memory that the process ever had.

Each runs as the command that a user types, in a process of its own; the peers (plain csv.reader, wc, shuf) run on the same file in the
same way.
"""

import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import xlsxwriter

from tests.benchmarks.row import ROOT, Cost, Row, cost_of

HEAD = ("手机号", "单位代码", "部门")
BEGINS = ("138", "139", "150", "158", "186", "189", "135", "177")
ROWS_OF_A_SHEET = 1_048_575
READ = (
    "import csv,sys; print(sum(1 for _ in csv.reader(open(sys.argv[1], encoding=sys.argv[2], newline=''))))"
)
READ_BOOK = (
    "import sys; from python_calamine import CalamineWorkbook as W; "
    "print(sum(1 for _ in W.from_path(sys.argv[1]).get_sheet_by_index(0).iter_rows()))"
)


def measure(folder: Path, megabytes: int, drawn: int, seed: str) -> list[Row]:
    """Lists of this size in each encoding and as a workbook, and a draw of so many numbers out of 11,210,000."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for encoding in ("utf-8", "gb18030", "utf-16"):
        path, count = _text(folder / f"{encoding}.csv", encoding, megabytes << 20, seed)
        peer = {
            "csv.reader alone": cost_of("-c", READ, path, encoding),
            "wc -l": cost_of(path, program="wc -l"),
        }
        rows.append(_row(f"list of {_size(path)}, CSV {encoding}", _clean(path), count, peer))
    path, count = _book(folder / "people.xlsx", megabytes << 20, seed)
    peer = {"python-calamine alone": cost_of("-c", READ_BOOK, path)}
    rows.append(_row(f"list of {_size(path)}, XLSX", _clean(path), count, peer))
    return [*rows, *_draws(folder, drawn)]


def _row(what: str, ours: Cost, count: int, peers: dict[str, Cost]) -> Row:
    against = "; ".join(
        f"{ours.cpu / max(each.cpu, 1e-3):.1f} × {name} ({each})" for name, each in peers.items()
    )
    return Row(what, str(ours), f"{count:,} rows, {count / ours.cpu:,.0f} a second; {against}")


def _clean(path: Path) -> Cost:
    out = path.with_suffix(".clean")
    cost = cost_of("-m", "app", "sample", "list", path, "--draws", path.parent / "draws", "--out", out)
    for written in (out, out.with_name(f"{out.name}.hashes"), path):
        written.unlink()
    return cost


def _draws(folder: Path, drawn: int) -> Iterator[Row]:
    """draw and audit as the commands do them: sample.csv and the journal included."""
    study, keys = folder / "study", folder / "keys"
    shutil.copytree(ROOT / "resources" / "studies" / "dazhou-2017", study)
    for table in (study / "frame").glob("*.csv"):
        table.unlink()
    segments = "".join(f"{1_300_000 + n},,mobile,\n" for n in range(1121))  # as many as Dazhou has
    (study / "frame" / "mobile.csv").write_text("prefix,unit,kind,operator\n" + segments, encoding="ascii")
    cost_of("-m", "app", "centre", "keygen", keys)
    common = (study, "--draws", folder / "draws", "--name", "w1", "--keys", keys)
    cost_of("-m", "app", "sample", "commit", *common, "--n", drawn)
    made = cost_of("-m", "app", "sample", "draw", *common, "--public", "20237331128159211123" * 2)
    secret = folder / "draws" / "w1" / "secret.hex"
    audited = cost_of("-m", "app", "sample", "audit", *common, "--secret", secret)
    words = (
        ROOT / "resources" / "audit_draw.py",
        folder / "draws" / "w1",
        secret,
        study / "frame" / "mobile.csv",
    )
    scripted = cost_of("-I", *words)
    peer = cost_of(f"0-{11_210_000 - 1}", "-n", drawn, program="shuf -i")
    for name, cost in (("draw", made), ("  audit of it", audited), ("  audit_draw.py on it", scripted)):
        ratio = f"{cost.cpu / max(peer.cpu, 1e-3):.0f} × shuf, which proves nothing ({peer})"
        yield Row(f"{name}: {drawn:,} of 11,210,000", str(cost), ratio)


def _people(seed: str) -> Iterator[tuple[str, str, str]]:
    chance = random.Random(f"{seed}|list")
    while True:
        number = f"{chance.choice(BEGINS)}{chance.randrange(10**8):08}"
        yield number, str(chance.randrange(80)), "某某局办事窗口"


def _text(path: Path, encoding: str, size: int, seed: str) -> tuple[Path, int]:
    count, people = 0, _people(seed)
    with path.open("w", encoding=encoding, newline="") as file:
        file.write(",".join(HEAD) + "\n")
        while path.stat().st_size < size:
            file.writelines(",".join(next(people)) + "\n" for _ in range(20_000))
            count += 20_000
    return path, count


def _book(path: Path, size: int, seed: str) -> tuple[Path, int]:
    """As many rows as a sheet holds, and as much else in them as makes the size: text that does not compress."""
    chance, people = random.Random(seed), _people(seed)
    rows = min(ROWS_OF_A_SHEET, size // 60)
    letters = max(0, size // rows - 45)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, (*HEAD, "备注", "备注二"))
        for at in range(1, rows + 1):
            sheet.write_row(at, 0, (*next(people), *(chance.randbytes(letters // 2).hex() for _ in range(2))))
    return path, rows


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.0f} MiB"


if __name__ == "__main__":
    import tempfile

    from tests.benchmarks.row import machine, table

    print(f"  machine  {machine()}\n  seed     12340\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="fangxin-lists-") as name:
        print(table(measure(Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 200, 1_000_000, "12340")))
