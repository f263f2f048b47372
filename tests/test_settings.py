"""Settings: which source wins, and what a broken one says."""

from pathlib import Path

import pytest

from app.errors import UsageError
from app.settings import default_data_dir, load


def put(folder: Path, text: str | bytes) -> Path:
    path = folder / "settings.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_without_any_settings_the_built_in_values_hold(tmp_path: Path) -> None:
    settings = load(tmp_path / "not yet there")
    assert (settings.language, settings.central_url, settings.log_days) == ("", "", 30)
    assert settings.data_dir == tmp_path / "not yet there"


def test_the_user_s_own_folder_is_the_default() -> None:
    assert load().data_dir == default_data_dir()
    assert default_data_dir().name == "fangxin"


def test_file_then_environment_then_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, 'language = "zh"\nlog_days = 7\ncentral_url = "https://a"\n')
    assert load(tmp_path).log_days == 7
    monkeypatch.setenv("FANGXIN_LOG_DAYS", "8")
    monkeypatch.setenv("FANGXIN_CENTRAL_URL", "https://b")
    assert (load(tmp_path).log_days, load(tmp_path).language) == (8, "zh")
    assert load(tmp_path, log_days=9).log_days == 9
    assert load(tmp_path, log_days=9).central_url == "https://b"


def test_the_folder_may_come_from_the_environment_but_the_command_line_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANGXIN_DATA_DIR", str(tmp_path / "a"))
    assert load().data_dir == tmp_path / "a"
    assert load(tmp_path / "b").data_dir == tmp_path / "b"


def test_a_file_from_a_windows_editor_is_read(tmp_path: Path) -> None:
    put(tmp_path, b'\xef\xbb\xbflanguage = "en"\r\nlog_days = 3\r\n')
    assert (load(tmp_path).language, load(tmp_path).log_days) == ("en", 3)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("language = zh", "not valid TOML", id="no quotes"),
        pytest.param(b"\xff\xfe", "not valid TOML", id="not UTF-8"),
        pytest.param('langauge = "zh"', '"langauge"', id="unknown key"),
        pytest.param('language = "fr"', '"language"', id="unknown value"),
        pytest.param("log_days = 0", '"log_days"', id="too few days"),
        pytest.param('log_days = "many"', '"log_days"', id="not a number"),
        pytest.param("[language]\nzh = 1", '"language"', id="a table"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong_in_it(
    tmp_path: Path, text: str | bytes, says: str
) -> None:
    path = put(tmp_path, text)
    with pytest.raises(UsageError) as error:
        load(tmp_path)
    assert says in str(error.value)
    assert str(path) in str(error.value)


def test_a_broken_environment_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FANGXIN_LANGUAGE", "klingon")
    with pytest.raises(UsageError, match=r'"language" cannot be used.*\(the environment\)'):
        load(tmp_path)


def test_a_settings_file_that_is_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path)


def test_a_folder_that_may_not_be_looked_into_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(self: Path, **_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", forbidden)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        load(tmp_path)


def test_a_folder_below_a_file_has_no_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert load(tmp_path / "file" / "data").log_days == 30
