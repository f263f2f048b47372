"""The witness cosigns a log that only grows, and nothing else: whatever central shows it, and wherever it crashes."""

import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from app.clock import VirtualClock, seeded
from app.errors import EvidenceError, StorageError
from app.evidence import durable
from app.evidence.merkle import Frontier, Tree, leaf_hash, verify_consistency
from app.evidence.note import COSIGNATURE, Checkpoint, Signer, Verifier, open_note, sign
from app.witness import keeper as module
from app.witness.asking import request
from app.witness.keeper import Answer, Keeper
from tests.evidence.power import PowerCut

LOG = Signer("central/log", b"\x05" * 32)
NOW = 1_790_000_000_000


class Log:
    """A log that signs whatever lines it is given."""

    def __init__(self, lines: int, other_from: int = 10**9) -> None:
        self.lines = [b'{"n":%d}' % n if n < other_from else b'{"n":-%d}' % n for n in range(lines)]
        self.tree = Tree()
        for line in self.lines:
            self.tree.append(leaf_hash(line))

    def note(self, size: int, signer: Signer = LOG) -> str:
        return sign(Checkpoint(signer.name, size, self.tree.root(size)).text, signer)

    def request(self, old: int, size: int) -> str:
        proof = self.tree.consistency(old, size) if 0 < old < size else []
        return request(old, proof, self.note(size))


def _renamed(log: Log, size: int) -> str:
    return Checkpoint("else/log", size, log.tree.root(size)).text


TRUE, OTHER = Log(40), Log(40, other_from=12)


def begun(folder: Path) -> Keeper:
    return Keeper.open(folder, LOG.verifier, VirtualClock(NOW), seeded("witness"))


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:  # type: ignore[misc]
    keeper = begun(tmp_path)
    yield keeper
    keeper.close()


def grown(keeper: Keeper, *sizes: int) -> list[Answer]:
    held = keeper.newest.size if keeper.newest else 0
    answers = []
    for size in sizes:
        answers.append(keeper.add_checkpoint(TRUE.request(held, size), TRUE.lines[keeper.copied : size]))
        held = size
    return answers


def cosigned(folder: Path) -> dict[int, set[bytes]]:
    """size → the roots over which this witness's cosignature exists."""
    found: dict[int, set[bytes]] = {}
    for path in (folder / "cosigned").glob("*.note"):
        point = Checkpoint.parse(open_note(path.read_bytes(), [LOG.verifier]).text)
        found.setdefault(point.size, set()).add(point.root)
    return found


def test_a_log_that_grows_is_cosigned_and_kept(keeper: Keeper) -> None:
    answers = grown(keeper, 5, 5, 17, 40)
    assert [answer.status for answer in answers] == [200] * 4
    note = TRUE.note(40) + answers[-1].text
    assert open_note(note, [keeper.signer.verifier]).signatures[0].seconds == NOW // 1000
    assert (keeper.newest, list(keeper.entries())) == (
        Checkpoint("central/log", 40, TRUE.tree.root()),
        TRUE.lines,
    )
    assert set(cosigned(keeper.folder)) == {5, 17, 40}


def test_what_was_cosigned_is_there_after_a_power_cut(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = PowerCut(monkeypatch)
    assert [answer.status for answer in grown(keeper, 5, 17)] == [200] * 2
    for name in ("newest.note", "entries.jsonl"):
        assert disk.left(keeper.folder / name) == (keeper.folder / name).read_bytes(), name


def test_a_log_that_was_seen_when_it_was_empty_may_grow(keeper: Keeper) -> None:
    assert [answer.status for answer in grown(keeper, 0, 5, 17)] == [200] * 3


REFUSED: list[tuple[str, Callable[[], str], int, str]] = [
    (
        "rewritten history",
        lambda: request(17, OTHER.tree.consistency(17, 40), OTHER.note(40)),
        422,
        "does not begin",
    ),
    ("no proof", lambda: request(17, [], TRUE.note(40)), 422, "does not begin"),
    ("same size, other root", lambda: request(17, [], OTHER.note(17)), 409, "does not begin"),
    ("rolled back", lambda: request(5, [], TRUE.note(5)), 409, "rolled back"),
    (
        "behind us, a fork",
        lambda: request(5, OTHER.tree.consistency(5, 17), OTHER.note(17)),
        409,
        "two different logs",
    ),
    ("behind us", lambda: TRUE.request(5, 40), 409, ""),
    ("before us", lambda: TRUE.request(20, 40), 409, ""),
    ("old beyond new", lambda: request(17, [], TRUE.note(5)), 400, ""),
    ("another log", lambda: request(17, [], TRUE.note(40, Signer("else/log", b"\x07" * 32))), 404, ""),
    (
        "another log's name under this log's signature",
        lambda: request(17, TRUE.tree.consistency(17, 40), sign(_renamed(TRUE, 40), LOG)),
        400,
        "",
    ),
    ("forged", lambda: request(17, [], TRUE.note(40, Signer("central/log", b"\x07" * 32))), 403, "signature"),
    ("a byte of the signature", lambda: TRUE.request(17, 40)[:-4] + "AAA\n", 403, "signature"),
    ("no request", lambda: "hello", 400, ""),
    ("no number", lambda: TRUE.request(17, 40).replace("old 17", "old -1"), 400, ""),
    ("no hash", lambda: TRUE.request(17, 40).replace("old 17\n", "old 17\nAAAA\n"), 400, ""),
]


@pytest.mark.parametrize(
    ("text", "status", "alarm"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_what_is_no_continuation_is_refused_and_nothing_changes(
    keeper: Keeper, text: Callable[[], str], status: int, alarm: str
) -> None:
    grown(keeper, 5, 17)
    before = keeper.newest_note, cosigned(keeper.folder)
    answer = keeper.add_checkpoint(text())
    assert answer.status == status
    assert alarm in answer.alarm
    assert bool(alarm) == bool(answer.alarm)
    assert (keeper.newest_note, cosigned(keeper.folder)) == before
    assert answer.text == ("17" if status == 409 else "")
    kept = [
        (keeper.folder / "refused").glob(f"*/{name}") for name in ("why.txt", "refused.note", "proof.txt")
    ]
    signed = alarm and "signature" not in alarm  # a forged checkpoint is no proof against central
    assert [len(list(each)) for each in kept] == [1 if signed else 0] * 3
    assert [each.status for each in grown(keeper, 40)] == [200]


def test_the_evidence_of_a_fork_convinces_anybody_with_centrals_key(keeper: Keeper) -> None:
    grown(keeper, 17)
    keeper.add_checkpoint(request(17, OTHER.tree.consistency(17, 40), OTHER.note(40)))
    (folder,) = (keeper.folder / "refused").iterdir()
    accepted, refused = (
        Checkpoint.parse(open_note((folder / name).read_bytes(), [LOG.verifier]).text)
        for name in ("accepted.note", "refused.note")
    )
    with pytest.raises(EvidenceError):
        verify_consistency(
            accepted.size, refused.size, accepted.root, refused.root, OTHER.tree.consistency(17, 40)
        )
    assert "does not begin with the 17 lines" in keeper.alarms()[0]


def test_lines_that_do_not_come_to_what_was_signed_are_refused(keeper: Keeper) -> None:
    grown(keeper, 17)
    for entries in (OTHER.lines[17:40], TRUE.lines[17:39], []):
        answer = keeper.add_checkpoint(TRUE.request(17, 40), entries)
        assert (answer.status, "do not come to" in answer.alarm) == (422, True)
    assert list(keeper.entries()) == TRUE.lines[:17]
    assert grown(keeper, 40)[0].status == 200


def test_after_a_restart_it_stands_where_it_stood(tmp_path: Path) -> None:
    with begun(tmp_path) as first:
        grown(first, 5, 17)
        key = first.signer.vkey
    with begun(tmp_path) as again:
        assert again.signer.vkey == key
        assert again.add_checkpoint(TRUE.request(5, 40)).status == 409
        assert grown(again, 40)[0].status == 200


def test_a_copy_that_somebody_has_altered_is_not_worked_with(tmp_path: Path) -> None:
    with begun(tmp_path) as first:
        grown(first, 17)
    path = tmp_path / "entries.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'{"n":3}', b'{"n":4}'))
    with pytest.raises(EvidenceError, match="own copy of the log is damaged"):
        begun(tmp_path)
    path.write_bytes(whole + b'{"half')  # a crash while the next lines were copied
    with begun(tmp_path) as again:
        assert grown(again, 40)[0].status == 200
        assert list(again.entries()) == TRUE.lines


def test_however_long_the_log_is_only_little_of_it_lies_in_memory(tmp_path: Path) -> None:
    with begun(tmp_path):
        pass
    line, lines = b"x" * 2000, 6000
    tree = Frontier()
    for _ in range(lines):
        tree.append(leaf_hash(line))
    (tmp_path / "entries.jsonl").write_bytes((line + b"\n") * lines)
    (tmp_path / "newest.note").write_text(sign(Checkpoint("central/log", lines, tree.root()).text, LOG))
    tracemalloc.start()
    try:
        with begun(tmp_path) as keeper:
            assert keeper.copied == lines
        assert tracemalloc.get_traced_memory()[1] < len(line) * lines // 4
    finally:
        tracemalloc.stop()


def test_only_one_witness_works_in_a_folder(keeper: Keeper) -> None:
    with pytest.raises(StorageError, match="already running"):
        begun(keeper.folder)


# Row 32 of the fault campaign: a crash at every step between reading a checkpoint and answering


class Crash(BaseException):
    """The machine dies here."""


def steps_of(folder: Path, monkeypatch: pytest.MonkeyPatch, size: int, crash_at: int, log: Log) -> bool:
    """Take a checkpoint in, dying at the n-th write, sync, rename or signature. True when it came to the end."""
    count = 0

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **more: object) -> object:
            nonlocal count
            count += 1
            if count == crash_at:
                raise Crash
            return real(*arguments, **more)

        return step

    with monkeypatch.context() as patched:
        keeper = begun(folder)
        try:
            for owner, name in (
                (durable, "write_all"),
                (durable, "sync_data"),
                (durable, "write_file"),
                (module, "cosign"),
            ):
                patched.setattr(owner, name, counted(getattr(owner, name)))
            held = keeper.newest.size if keeper.newest else 0
            keeper.add_checkpoint(log.request(held, size), log.lines[keeper.copied : size])
        except Crash:
            return False
        finally:
            patched.undo()
            keeper.close()
    return True


def check_never_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Central shows one history, the witness dies, central shows another: at no step do two cosignatures come out of it."""
    for crash_at in range(1, 100):
        folder = tmp_path / str(crash_at)
        with begun(folder) as keeper:
            grown(keeper, 11)
        done = steps_of(folder, monkeypatch, 20, crash_at, TRUE)
        first = cosigned(folder)
        with begun(folder) as keeper:
            held = keeper.newest.size  # type: ignore[union-attr]
            keeper.add_checkpoint(OTHER.request(held, 20), OTHER.lines[keeper.copied : 20])
        second = cosigned(folder)
        roots = first.get(20, set()) | second.get(20, set())
        assert len(roots) <= 1, f"two cosignatures over 20 lines after a crash at step {crash_at}"
        with begun(folder) as keeper:
            assert keeper.newest is not None
        if done:
            return
    raise AssertionError("it never came to its end")


def test_a_crash_at_any_step_never_gives_two_cosignatures_at_one_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_never_two(tmp_path, monkeypatch)


def test_saboteur_a_witness_that_signs_before_it_remembers_gives_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise = Keeper._promise

    def accept(keeper: Keeper, point: Checkpoint, note: str, entries: Sequence[bytes] | None) -> str:
        signed = module.cosign(note, keeper.signer, 1)
        durable.make_folder(keeper.folder / "cosigned")
        durable.write_file(
            keeper.folder / "cosigned" / f"{point.size:012}.{point.root.hex()[:4]}.note", signed.encode()
        )
        promise(keeper, note)
        return signed

    monkeypatch.setattr(Keeper, "_accept", accept)
    with pytest.raises(AssertionError, match="two cosignatures"):
        check_never_two(tmp_path, monkeypatch)


def test_saboteur_a_witness_that_checks_no_consistency_signs_a_rewritten_history(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown(keeper, 17)
    monkeypatch.setattr(Keeper, "_contradiction", lambda *_: "")
    assert keeper.add_checkpoint(request(17, [], OTHER.note(40))).status == 200


def test_a_witness_key_is_of_the_cosigning_kind(keeper: Keeper) -> None:
    assert Verifier.parse(keeper.signer.vkey).kind == COSIGNATURE
