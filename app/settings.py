"""Settings: built-in value < settings.toml in the data folder < environment (FANGXIN_…) < command line. IT policies come on top later."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import platformdirs
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import UsageError


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
    log_days: int = Field(default=30, ge=1, le=3650)
    """How many daily log files are kept."""

    @field_validator("central_url")
    @classmethod
    def _reachable(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("https", "http") or not parts.hostname):
            raise ValueError("an address like https://central.example:12340 is needed")
        return url


def default_data_dir() -> Path:
    """The user's own application folder on this system."""
    return Path(platformdirs.user_data_dir("fangxin", appauthor=False))


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
        if (value := os.environ.get(f"FANGXIN_{name.upper()}")) is not None
    }
    try:
        return Settings(**{**stored, **from_environment, **overrides, "data_dir": folder})
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = "the environment" if field in from_environment else str(path)
        reason = first["msg"].removeprefix("Value error, ")
        raise UsageError(f'The setting "{field}" cannot be used: {reason}', where=where) from error
