"""The README's two commands: sets up its own environment beside the source, then runs the demo, the tests or any fangxin command.

    python3 resources/bootstrap.py demo [...]     everything once, no screen needed
    python3 resources/bootstrap.py test [...]     the tests
    python3 resources/bootstrap.py run [...]      any other fangxin command ("run" alone opens the desk)

Needs Python 3.11 or later and pip; nothing else. Standard library only, because it runs before anything is installed.
"""

import sys

if sys.version_info < (3, 11):  # before anything that an older Python does not have
    sys.exit(
        "fangxin: Python 3.11 or later is needed; this is %d.%d. 需要 Python 3.11 或更高版本。"
        % sys.version_info[:2]
    )

import hashlib
import os
import shlex
import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = {"demo": "all", "run": "all", "test": "test"}


def say(text: str) -> None:
    """Progress goes to stderr: stdout belongs to the command. In both languages: whoever sets it up may read only one."""
    print(f"fangxin: {text}", file=sys.stderr, flush=True)


def place(extra: str) -> Path:
    """Where the environment lies: beside the source, or in the user's cache when the source is not writable."""
    name = f".venv-{extra}"
    if os.access(ROOT, os.W_OK) or (ROOT / name / "ready").exists():
        return ROOT / name
    cache = Path(os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "fangxin" / f"{name}-{hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]}"


def python_of(environment: Path) -> Path:
    """The environment's interpreter."""
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def requirements(extra: str) -> list[str]:
    """What the extra needs, with the workstation's own dependencies, from pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = project["optional-dependencies"]

    def flatten(names: list[str]) -> list[str]:
        found: list[str] = []
        for name in names:
            if name.startswith("fangxin["):
                for inner in name.removeprefix("fangxin[").removesuffix("]").split(","):
                    found += flatten(optional[inner])
            else:
                found.append(name)
        return found

    return flatten(project["dependencies"] + optional[extra])


def prepare(extra: str) -> Path:
    """Make the environment ready; returns its interpreter. The source itself is used where it lies (PYTHONPATH)."""
    environment = place(extra)
    wanted = requirements(extra)
    stamp = hashlib.sha256("\n".join([sys.version, *wanted]).encode()).hexdigest()
    ready = environment / "ready"
    if ready.exists() and ready.read_text(encoding="utf-8") == stamp:
        return python_of(environment)
    say(f"setting up {environment} (once, a few minutes) … 正在准备运行环境（只需一次，几分钟）…")
    # Without pip inside: Debian's python3 comes without ensurepip; the outer pip installs into the environment.
    subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(environment)], check=True)
    pip = [sys.executable, "-m", "pip", "--python", str(python_of(environment))]
    subprocess.run([*pip, "install", "--quiet", "--disable-pip-version-check", *wanted], check=True)
    ready.write_text(stamp, encoding="utf-8")
    return python_of(environment)


def main(arguments: list[str]) -> int:
    """Run one of the commands; returns its exit code."""
    if not arguments or arguments[0] not in EXTRAS:
        say("say which: demo, test or run. See README.md. 请写明 demo、test 或 run，见 README.md。")
        return 2
    command, *rest = arguments
    try:
        python = prepare(EXTRAS[command])
    except (subprocess.CalledProcessError, OSError) as error:
        say(
            f"the environment could not be set up: {error}. Check the network and the free disk space, then try again. "
            "运行环境没有准备好：请检查网络和磁盘空间，再试一次。"
        )
        return 2
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    python_here = "py" if os.name == "nt" else "python3"
    environment["FANGXIN_COMMAND"] = f"{python_here} {shlex.quote(sys.argv[0])} run"
    environment.pop("PYTHONHOME", None)
    if command == "test":
        environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        # Two workers at most: the desk's tests start threads and processes of their own.
        workers = [] if "-n" in rest else ["-n", str(min(2, os.cpu_count() or 1))]
        return subprocess.run(
            [str(python), "-m", "pytest", *workers, *rest], cwd=ROOT, env=environment, check=False
        ).returncode
    words = ["demo", *rest] if command == "demo" else rest
    return subprocess.run([str(python), "-m", "ui", *words], env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
