"""A workstation's keys: the same at every start, another signing key in every epoch, never lost by accident, never shown."""

import base64
import socket
import stat
import sys
import threading
import time
from pathlib import Path

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

from app.clock import seeded
from app.errors import StorageError
from app.evidence import keys
from app.evidence.keys import DeviceKeys, FileKeystore, Keystore, SystemKeystore, choose_keystore


class MemoryKeyring(KeyringBackend):
    """A keystore as Windows has it, in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}
        self.locked = self.forgetful = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringError("locked")
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgetful:
            self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


def file_store(folder: Path) -> Keystore:
    return FileKeystore(folder / "device.key")


def make(folder: Path, keystore: Keystore | None = None) -> DeviceKeys:
    return DeviceKeys.load_or_create(folder, keystore or file_store(folder), seeded("device"))


@pytest.fixture
def desktop(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    """A system whose keystore works."""
    backend = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setattr(keys, "_bus_answers", lambda environment: True)
    monkeypatch.setattr(keys, "_is_locked", lambda: False)
    return backend


@pytest.fixture
def headless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system without any."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)


def test_keys_are_the_same_at_every_start(tmp_path: Path) -> None:
    first = make(tmp_path / "data")
    again = DeviceKeys.load_or_create(tmp_path / "data", file_store(tmp_path / "data"), seeded("other"))
    assert again == first
    assert (len(first.device), first.epoch, first.keystore_kind) == (8, 1, "file")
    assert first.signer.name == f"fangxin/{first.device}/1"
    assert first.origin("dazhou") == f"fangxin/dazhou/{first.device}/1"


def test_two_devices_share_nothing(tmp_path: Path) -> None:
    one = make(tmp_path / "a")
    two = DeviceKeys.load_or_create(tmp_path / "b", file_store(tmp_path / "b"), seeded("two"))
    assert one.device != two.device
    assert len({one.signer.seed, one.identity.secret, one.store_key}) == 3
    assert not {one.signer.seed, one.identity.secret, one.store_key} & {
        two.signer.seed,
        two.identity.secret,
        two.store_key,
    }


def test_a_new_epoch_signs_with_a_new_key_and_still_opens_the_old_data(tmp_path: Path) -> None:
    first = make(tmp_path)
    second = DeviceKeys.new_epoch(tmp_path, file_store(tmp_path))
    assert second.epoch == 2
    assert second.device == first.device
    assert second.signer.vkey != first.signer.vkey
    assert (second.identity, second.store_key) == (first.identity, first.store_key)
    assert make(tmp_path) == second


def test_no_epoch_without_keys(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no keys yet"):
        DeviceKeys.new_epoch(tmp_path, file_store(tmp_path))


def test_keys_show_in_no_message(tmp_path: Path) -> None:
    made = make(tmp_path)
    for secret in (made.signer.seed, made.identity.secret, made.store_key):
        assert secret.hex() not in repr(made)
        assert repr(secret) not in repr(made)
    secret_text = (tmp_path / "device.key").read_text().split()[1]
    assert secret_text not in (tmp_path / "device.json").read_text()


# The file


def test_only_the_owner_can_read_the_key_file(tmp_path: Path) -> None:
    make(tmp_path)
    assert stat.S_IMODE((tmp_path / "device.key").stat().st_mode) == 0o600


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "device.key").chmod(0o644)
    with pytest.raises(StorageError, match="Others can read"):
        make(tmp_path)


@pytest.mark.parametrize("text", ["", "00000000", "{device} !!!!", "{device} AAAA", "ffffffff {secret}"])
def test_a_spoilt_key_file_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    made = make(tmp_path)
    path = tmp_path / "device.key"
    text = text.format(device=made.device, secret=path.read_text().split()[1])
    path.write_text(text)
    with pytest.raises(StorageError, match="key"):
        make(tmp_path)
    assert path.read_text() == text


def test_an_existing_key_is_never_overwritten(tmp_path: Path) -> None:
    make(tmp_path)
    key = (tmp_path / "device.key").read_bytes()
    (tmp_path / "device.json").unlink()
    with pytest.raises(StorageError, match="key"):
        DeviceKeys.load_or_create(tmp_path, file_store(tmp_path), seeded("new"))
    with pytest.raises(StorageError, match="key file already"):
        file_store(tmp_path).set("12345678", bytes(32))
    assert (tmp_path / "device.key").read_bytes() == key


def test_a_lost_key_is_told_when_there_is_data_and_made_anew_when_there_is_none(tmp_path: Path) -> None:
    first = make(tmp_path)
    (tmp_path / "device.key").unlink()
    again = DeviceKeys.load_or_create(
        tmp_path, file_store(tmp_path), seeded("after a crash at the first start")
    )
    assert again.device == first.device
    (tmp_path / "store.db").write_bytes(b"")
    (tmp_path / "device.key").unlink()
    with pytest.raises(StorageError, match="gone"):
        make(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"device":"x","epoch":1,"keystore":"file","v":1}', "\xff"])
def test_a_spoilt_device_file_is_told(tmp_path: Path, text: str) -> None:
    make(tmp_path)
    (tmp_path / "device.json").write_text(text, encoding="latin-1")
    with pytest.raises(StorageError, match="which device"):
        make(tmp_path)
    with pytest.raises(StorageError, match="which device"):
        choose_keystore(tmp_path)


# The system's keystore


def test_a_desktop_keeps_the_key_in_its_keystore_and_in_no_file(
    tmp_path: Path, desktop: MemoryKeyring
) -> None:
    keystore = choose_keystore(tmp_path)
    assert (keystore.kind, keystore.hint) == ("system", "")
    made = make(tmp_path, keystore)
    assert made == make(tmp_path, choose_keystore(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["device.json"]
    ((place, text),) = desktop.held.items()
    assert place == ("fangxin", made.device)
    assert len(base64.b64decode(text)) == 32


def test_a_headless_system_gets_a_file_and_a_hint(tmp_path: Path, headless: None) -> None:
    keystore = choose_keystore(tmp_path)
    assert keystore.kind == "file"
    assert "device.key" in keystore.hint


def test_keyring_without_backend_gets_a_file(
    tmp_path: Path, desktop: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    assert choose_keystore(tmp_path).kind == "file"


@pytest.mark.parametrize("trouble", ["locked wallet", "locked keyring", "broken keyring"])
def test_a_keystore_that_cannot_be_asked_now_is_not_begun_with(
    tmp_path: Path, desktop: MemoryKeyring, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    def broken() -> KeyringBackend:
        raise RuntimeError(trouble)

    if trouble == "locked wallet":
        monkeypatch.setattr(keys, "_is_locked", lambda: True)
    elif trouble == "locked keyring":
        desktop.locked = True
    else:
        monkeypatch.setattr(keyring, "get_keyring", broken)
    assert choose_keystore(tmp_path).kind == "file"


def test_a_key_in_the_keystore_is_never_given_up_for_a_file(
    tmp_path: Path, desktop: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make(tmp_path, choose_keystore(tmp_path))
    with monkeypatch.context() as later:
        later.setattr(keys, "_bus_answers", lambda environment: False)
        with pytest.raises(StorageError, match="cannot be reached"):
            choose_keystore(tmp_path)
    assert make(tmp_path, choose_keystore(tmp_path)) == made


def test_a_key_in_a_file_stays_there(tmp_path: Path, desktop: MemoryKeyring) -> None:
    make(tmp_path)
    assert choose_keystore(tmp_path).kind == "file"


def test_a_keystore_that_fails_later_is_told(tmp_path: Path, desktop: MemoryKeyring) -> None:
    keystore = SystemKeystore(desktop)
    desktop.forgetful = True
    with pytest.raises(StorageError, match="did not keep"):
        make(tmp_path / "a", keystore)
    desktop.locked = True
    with pytest.raises(StorageError, match="does not answer"):
        make(tmp_path / "b", keystore)


@pytest.mark.parametrize("text", ["", "AAAA", "no base64"])
def test_rubbish_in_the_keystore_is_told(tmp_path: Path, desktop: MemoryKeyring, text: str) -> None:
    made = make(tmp_path, SystemKeystore(desktop))
    desktop.held["fangxin", made.device] = text
    with pytest.raises(StorageError, match="not a key"):
        make(tmp_path, SystemKeystore(desktop))


class Bus:
    """A socket that is listened on; whoever comes gets `reply`, or nothing at all."""

    def __init__(self, path: Path, reply: bytes | None) -> None:
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        self.reply = reply
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        with connection:
            connection.recv(20)
            if self.reply is None:
                connection.recv(20)  # until the other side gives up
            else:
                connection.sendall(self.reply)

    def close(self) -> None:
        self.thread.join()
        self.listener.close()


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is Linux")
@pytest.mark.parametrize("reply", [b"REJECTED EXTERNAL\r\n", b"hello", b"", None])
def test_a_session_bus_that_does_not_speak_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: bytes | None
) -> None:
    monkeypatch.setattr(keys, "_PATIENCE", 0.2)
    bus = Bus(tmp_path / "bus", reply)
    start = time.monotonic()
    assert keys._bus_answers({"XDG_RUNTIME_DIR": str(tmp_path)}) is (reply or b"").startswith(b"REJECTED")
    assert time.monotonic() - start < 2
    bus.close()


@pytest.mark.parametrize(
    "address",
    ["tcp:host=localhost,port=1", "unix:path=/nowhere/bus", "unix:abstract=nobody-here", "", "autolaunch:"],
)
def test_a_session_bus_that_is_not_there_is_not_asked(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert keys._bus_answers({"DBUS_SESSION_BUS_ADDRESS": address}) is False
