"""Settings: built-in value < settings.toml in the data folder < environment (FANGXIN_…) < command line. IT policies come on top later."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.canonical import encode
from app.errors import UsageError


class LineSettings(BaseModel):
    """The table [line] of settings.toml: which line this workplace has. driver "" = none chosen. options: as the driver's guide says;
    numbers and true/false may stand there as such."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    driver: str = ""
    port: str = ""
    options: dict[str, str] = Field(default_factory=dict)

    @field_validator("options", mode="before")
    @classmethod
    def _as_text(cls, options: Any) -> Any:
        return _texts(options)


class Settings(BaseSettings):
    """One workstation's settings. Every field may stand in settings.toml or, in capitals after FANGXIN_, in the environment."""

    model_config = SettingsConfigDict(env_prefix="FANGXIN_", extra="forbid", frozen=True)

    data_dir: Path = Path()
    language: Literal["", "zh", "en"] = ""
    """Language of the window; "" follows the system."""
    practice_study: Literal["dazhou-2017", "all-kinds"] = "dazhou-2017"
    """Which shipped study practice calls are made with; all-kinds has every kind of question once."""
    central_url: str = ""
    """Where batches go, https://host:port; "" = only by USB stick."""
    archive: str = ""
    """On a team lead's or analyst's machine: central's folder, or a copy of it, for the field report; "" = none is named."""
    draw: str = ""
    """There too: the folder of the draw, as draws/wave1; with it replicates and people have names in the report."""
    sync_minutes: int = Field(default=5, ge=0, le=120)
    """The desk sends by itself every so many minutes, where central_url is set; 0 = only with `fangxin sync now`."""
    log_days: int = Field(default=30, ge=1, le=3650)
    """How many daily log files are kept."""
    line: LineSettings = LineSettings()
    """Only in settings.toml: it belongs to the device that is plugged in here."""
    sound: dict[str, str] = Field(default_factory=dict)
    """The table [sound] of settings.toml: microphone, ear and line sound, as the hardware guide says."""
    auto_dial: bool = False
    """The next case is dialled by itself as soon as an outcome is chosen; the interviewer may pause it."""

    @field_validator("sound", mode="before")
    @classmethod
    def _as_text(cls, sound: Any) -> Any:
        return _texts(sound)

    @field_validator("central_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("https", "http") or not parts.hostname):
            raise ValueError("an address like https://central.example:12340 is needed")
        return url


def _texts(table: Any) -> Any:
    """A table's values as a driver takes them: text."""
    if not isinstance(table, dict):
        return table
    return {
        key: value
        if isinstance(value, str)
        else str(value).lower()
        if isinstance(value, bool)
        else str(value)
        for key, value in table.items()
    }


def default_data_dir() -> Path:
    """The user's own application folder on this system."""
    return Path(platformdirs.user_data_dir("fangxin", appauthor=False))


_TABLES = ("line", "sound")
"""Settings that are tables of the file and cannot stand in the environment."""


def _stored(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(
            path.read_text(encoding="utf-8-sig")
        )  # Windows editors put a byte order mark there
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"The settings file is not valid TOML: {error}", where=str(path)) from error
    except OSError as error:
        raise UsageError(f"The settings file cannot be read: {error.strerror}", where=str(path)) from error


def load(data_dir: Path | None = None, **overrides: Any) -> Settings:
    """The settings in force. Raises UsageError naming file, field and what it may be."""
    named = os.environ.get("FANGXIN_DATA_DIR", "")
    folder = data_dir or (Path(named) if named else default_data_dir())
    path = folder / "settings.toml"
    stored = _stored(path)
    from_environment = {
        name: value
        for name in Settings.model_fields
        if name not in _TABLES and (value := os.environ.get(f"FANGXIN_{name.upper()}")) is not None
    }
    try:
        return Settings(**{**stored, **from_environment, **overrides, "data_dir": folder})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = "the environment" if field in from_environment else str(path)
        reason = first["msg"].removeprefix("Value error, ")
        raise UsageError(f'The setting "{field}" cannot be used: {reason}', where=where) from error


def choose_line(data_dir: Path, line: LineSettings) -> Path:
    """Write the table [line] into settings.toml, the rest of the file as it is; returns its path. Raises UsageError."""
    path = data_dir / "settings.toml"
    _stored(path)  # a file that cannot be read is not written over
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
        data_dir.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([*_without_line(lines), *_table(line)]) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(f"The settings file cannot be written: {error.strerror}", where=str(path)) from error
    return path


def _without_line(lines: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False
    for text in lines:
        if text.lstrip().startswith("["):
            inside = text.strip().startswith(("[line]", "[line."))
        if not inside:
            kept.append(text)
    while kept and not kept[-1].strip():
        kept.pop()
    return [*kept, ""] if kept else []


def _table(line: LineSettings) -> list[str]:
    def quoted(text: str) -> str:
        return encode(text).decode()  # a JSON string is a TOML basic string

    lines = ["[line]", f"driver = {quoted(line.driver)}", f"port = {quoted(line.port)}"]
    if line.options:
        lines += ["", "[line.options]"]
        lines += [f"{quoted(key)} = {quoted(value)}" for key, value in line.options.items()]
    return lines
