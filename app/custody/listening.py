"""Hearing one recording: that somebody hears it is on the disk before a sample of it is opened, and how much he heard afterwards.

    <device>.1/            the signed journal of one private key in one study: "listen.start", "listen.stop"; `fangxin verify` checks it
    listeners/<id>.age     the listener's name and its salt, sealed for the key that opened the recording

The lines bind whoever uses this program. An identity opens a recording with any age program, of which nobody hears.
"""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from app.canonical import commit, decode, encode, file_hexdigest
from app.centre_journal import centre_journal, listener_signer
from app.clock import Clock, Entropy
from app.custody.release import find_call, study_of
from app.errors import EvidenceError, LineError, SealError, UsageError
from app.evidence import stanza, wav
from app.evidence.age import Identity, encrypt, open_stream
from app.evidence.audit.facts import Call, Sealed
from app.evidence.durable import create, make_folder, storage_errors, sync_data, write_file
from app.evidence.recording import plaintext
from app.evidence.seal import pad
from hardware.base import Playback

PLAYED, COPIED = "review", "file"
"""Ways of hearing, as listen.start tells them."""
_HEADER = wav.header()
_BLOCK = wav.SECOND // 10
_VERIFY = "Nothing of it is opened. `fangxin verify` says what else was altered."


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to hear what. archive: central's folder, or a copy of it. identities: private keys, one of which opens the recording.
    by: the listener's name."""

    archive: Path
    call: str
    identities: Sequence[Identity]
    by: str


@dataclass(slots=True)
class Heard:
    """samples: how many were given to the listener, per channel; whole: that was all. journal: folder of the journal that tells of it."""

    journal: Path
    samples: int = 0
    whole: bool = False


@dataclass(slots=True)
class Listened:
    """What the journals say of a call. samples: the most that was heard at one time. copied: it was written to a plain file."""

    samples: int = 0
    copied: bool = False


@dataclass(frozen=True)
class ListeningRoom:
    """folder: of the journals of who listened."""

    folder: Path
    clock: Clock
    entropy: Entropy

    def play(
        self,
        wish: Wish,
        speaker: Callable[[], Playback],
        *,
        stopped: Callable[[], bool] = lambda: False,
        progress: Callable[[int, int], None] = lambda _done, _of: None,
    ) -> Heard:
        """Play a recording from memory, as far as it goes or until stopped() says so. progress: samples heard, of how many (0 = not known).

        Raises EvidenceError when the archive has no such call or recording, or another file in its place; SealError when no identity opens
        it; LineError when the device is lost; what speaker() raises. Nothing was heard then, or listen.stop says how much.
        """
        found = _find(wish)
        of = max(found.call.samples, 0)
        # Opened before the line, for a computer without sound is no listening; and silent before the next one is written.
        with (
            closing(speaker()) as player,
            self._listening(found, wish.by, PLAYED) as heard,
            closing(player),
            _player_errors(),
        ):
            for block in found.blocks():
                if stopped():
                    break
                heard.samples += len(block) // wav.CHANNELS  # before it sounds: never less than was heard
                player.play(*wav.separate(block))
                progress(heard.samples, of)
            else:
                player.finish()
                heard.whole = True
        return heard

    def copy(self, wish: Wish, out: Path) -> Heard:
        """Write a recording to a new WAV file that its owner alone may read. Raises as play() does; StorageError when out exists. When this
        fails no file is left."""
        found = _find(wish)
        with storage_errors(out):
            descriptor = create(out)
        try:
            with (
                storage_errors(out),
                os.fdopen(descriptor, "wb") as file,
                self._listening(found, wish.by, COPIED) as heard,
            ):
                heard.samples = sum(map(len, found.pieces())) // wav.CHANNELS
                file.write(wav.header(heard.samples))
                file.writelines(found.pieces())
                file.flush()
                sync_data(descriptor)
                heard.whole = True
        except BaseException:
            out.unlink(missing_ok=True)
            raise
        return heard

    @contextmanager
    def _listening(self, found: "_Found", by: str, way: str) -> Iterator[Heard]:
        """Within this block somebody listens. listen.start is durable and signed when it begins."""
        signer = listener_signer(found.opener, found.study)
        folder = self.folder / ".".join(signer.name.split("/")[1:])
        listening, heard = self.entropy(8).hex(), Heard(folder)
        about = {"listening": listening, "call": found.call.call}
        with centre_journal(folder, found.study, signer, self.clock) as journal:
            name = self._committed(listening, by, found.opener)
            journal.append("listen.start", **about, listener=name, way=way)
            try:
                journal.checkpoint()
                yield heard
            finally:
                journal.append("listen.stop", **about, samples=heard.samples)
                journal.checkpoint()

    def _committed(self, listening: str, name: str, opener: Identity) -> str:
        """The commitment to the listener's name. Name and salt are kept for whoever holds the key."""
        salt = self.entropy(32)
        kept = encode({"v": 1, "kind": "listener", "listening": listening, "name": name, "salt": salt.hex()})
        path = self.folder / "listeners" / f"{listening}.age"
        with storage_errors(path):
            make_folder(path.parent)
            write_file(path, encrypt(pad(kept), [opener.recipient], self.entropy))
        return commit(salt, name)


def listened(folder: Path) -> dict[str, Listened]:
    """Call → what the journals in this folder say was heard of it; empty when there are none. Raises StorageError, EvidenceError."""
    told: dict[str, Listened] = {}
    ways: dict[str, str] = {}
    for path in sorted(folder.glob("*/journal.jsonl")):
        with storage_errors(path):
            lines = path.read_bytes().split(b"\n")[
                :-1
            ]  # what follows the last newline was never acknowledged
        for line in map(decode, lines):
            if line["type"] == "listen.start":
                ways[line["listening"]] = line["way"]
            elif line["type"] == "listen.stop" and line["samples"]:
                known = told.setdefault(line["call"], Listened())
                if ways.get(line["listening"]) == COPIED:
                    known.copied = True
                else:
                    known.samples = max(known.samples, line["samples"])
    return told


@dataclass(frozen=True, slots=True)
class _Found:
    """A recording that is the one of the journal, and the key that opens it. tail: of one that a crash cut off."""

    call: Call
    study: str
    age: Path
    tail: Path | None
    opener: Identity

    def pieces(self) -> Iterator[bytes]:
        """The sound, interleaved A-law; opened piece by piece, from the first next() on."""
        with (
            storage_errors(self.age),
            self.age.open("rb") as sealed,
            self.tail.open("rb") if self.tail is not None else nullcontext() as tail,
        ):
            try:
                if self.call.recovered:
                    opened = plaintext(sealed, tail, [self.opener], self.call.call)
                else:
                    opened = open_stream(sealed, [self.opener])
                first = next(opened, b"")
                if not first.startswith(_HEADER):
                    raise SealError("There is no sound in this recording")
                yield first[len(_HEADER) :]
                yield from opened
            except SealError as error:
                raise SealError(
                    error.what, where=str(self.age), todo="`fangxin verify --identity` says more."
                ) from error

    def blocks(self) -> Iterator[bytes]:
        """The sound by tenths of a second."""
        for piece in self.pieces():
            for at in range(0, len(piece), _BLOCK):
                yield piece[at : at + _BLOCK]


def _find(wish: Wish) -> _Found:
    if not wish.by.strip():
        raise UsageError("Whoever listens has a name", todo="Give it with --by.")
    call = find_call(wish.archive, wish.call)
    if call.recording is None:
        raise EvidenceError("This call has no recording in the archive yet", where=wish.call)
    age = _untouched(wish.archive, call.recording)
    tail = _untouched(wish.archive, call.tail) if call.recovered and call.tail is not None else None
    return _Found(call, study_of(wish.archive, call), age, tail, _opener(age, wish.identities))


def _untouched(archive: Path, sealed: Sealed) -> Path:
    path = archive / "objects" / sealed.sha256
    if not path.is_file():
        raise EvidenceError("The sealed recording of this call is not in the archive", where=str(path))
    with storage_errors(path):
        if file_hexdigest(path) != sealed.sha256:
            raise EvidenceError(
                "The sealed recording of this call was altered", where=str(path), todo=_VERIFY
            )
    return path


def _opener(age: Path, identities: Sequence[Identity]) -> Identity:
    """The key that opens this recording, found by its header alone."""
    with storage_errors(age), age.open("rb") as file:
        stanzas = stanza.read(file).stanzas
    for identity in identities:
        if any(identity.unwrap(each) for each in stanzas):
            return identity
    raise SealError(
        "None of the given keys opens this recording",
        where=str(age),
        todo="It is sealed for the study's centre and its team lead.",
    )


@contextmanager
def _player_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LineError(f"The sound device does not play any more: {error}") from error
