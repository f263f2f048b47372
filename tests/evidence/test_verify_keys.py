"""Whose word counts: keys from elsewhere, keys in the archive itself, and central's word for a device's key."""

from app.canonical import decode, encode, hexdigest
from app.evidence.audit.verdict import Kind
from app.evidence.journal import GENESIS
from app.evidence.merkle import EMPTY
from app.evidence.note import Checkpoint, Signer, cosign, sign
from app.evidence.verify import verify
from tests.evidence.archive import LOG, NAME, ORIGIN, Made, log_of, put
from tests.evidence.pen import CENTRAL, DEVICE, PUBLISHER
from tests.evidence.tampering import FORGER, NOTES, edited, named, resign, write_lines

INTEGRITY, COMPLETENESS = Kind.INTEGRITY, Kind.COMPLETENESS


def everything_rewritten(made: Made) -> None:
    """By somebody who holds no true key but rewrites whatever a key was used for: journal, checkpoints, key files."""
    edited(made, 0, vkey=FORGER.vkey)
    lines: list[bytes] = []
    for line in made.lines:
        data = decode(line)
        if data["type"] != "sync.receipt":
            lines.append(
                encode({**data, "seq": len(lines), "prev": hexdigest(lines[-1]) if lines else GENESIS})
            )
    write_lines(made, lines)
    resign(made, FORGER)
    log_of(made.archive)
    (made.archive / "central.vkey").unlink()
    put(made.archive / "devices" / f"{NAME}.vkey", FORGER.vkey.encode() + b"\n")


def test_an_archive_that_vouches_for_itself_can_be_rewritten_whole_and_a_key_from_elsewhere_shows_it(
    made: Made,
) -> None:
    everything_rewritten(made)
    verdict = verify(made.archive)
    assert verdict.integrity_ok
    assert "key.own" in {finding.rule for finding in verdict.completeness}
    assert "key.impostor" in named(verify(made.archive, keys=[DEVICE.verifier]), INTEGRITY)
    assert "key.unknown" in named(verify(made.archive, keys=[CENTRAL.verifier]), INTEGRITY)
    assert "key.unknown" in named(verify(made.archive, keys=[CENTRAL.verifier]), COMPLETENESS)


def test_centrals_key_is_enough_because_central_countersigned_the_line_that_names_the_devices_key(
    made: Made,
) -> None:
    assert verify(made.archive, keys=[CENTRAL.verifier]).ok
    edited(made, 5, at=1)
    assert not verify(made.archive, keys=[CENTRAL.verifier]).integrity_ok


def test_a_key_of_somebody_else_makes_everything_unknown(made: Made) -> None:
    other = Signer("fangxin/99999999/1", b"\x44" * 32)
    verdict = verify(made.archive, keys=[other.verifier])
    assert "key.unknown" in named(verdict, INTEGRITY)


def test_another_central_than_the_one_given_is_named(made: Made) -> None:
    other = Signer("central.example", b"\x55" * 32, CENTRAL.kind)
    verdict = verify(made.archive, keys=[DEVICE.verifier, other.verifier])
    assert {"key.differs", "central.signature"} <= named(verdict, INTEGRITY)


def test_another_log_than_the_one_given_is_named(made: Made) -> None:
    """Who holds central's folder could write a new log under a new key: the key that the auditor has from elsewhere shows it."""
    other = Signer(LOG.name, b"\x44" * 32)
    found = named(verify(made.archive, keys=[DEVICE.verifier, CENTRAL.verifier, other.verifier]), INTEGRITY)
    assert {"key.differs", "note.signature"} <= found


def test_with_all_keys_given_the_archive_vouches_for_nothing(made: Made) -> None:
    verdict = verify(made.archive, keys=[DEVICE.verifier, CENTRAL.verifier, PUBLISHER.verifier])
    assert verdict.ok
    assert not {"key.own", "study.unchecked"} & {finding.rule for finding in verdict.completeness}


def test_a_study_by_another_publisher_than_the_one_given_is_named(made: Made) -> None:
    other = Signer(PUBLISHER.name, b"\x77" * 32)
    assert "study.altered" in named(verify(made.archive, keys=[CENTRAL.verifier, other.verifier]), INTEGRITY)


def test_a_key_of_the_wrong_kind_is_no_key_of_centrals(made: Made) -> None:
    put(made.archive / "central.vkey", DEVICE.vkey.encode() + b"\n")
    assert "key.altered" in named(verify(made.archive), INTEGRITY)


def test_the_key_of_one_device_does_not_sign_for_another(made: Made) -> None:
    other = Signer("fangxin/99999999/1", b"\x44" * 32)
    everything_rewritten(made)
    edited(made, 0, vkey=other.vkey)
    (made.archive / "batches").mkdir()
    (made.archive / NOTES / "receipts").mkdir()
    resign(made, other)
    put(made.archive / "devices" / f"{NAME}.vkey", other.vkey.encode() + b"\n")
    for keys in ((), (other.verifier,), (other.verifier, DEVICE.verifier)):
        assert "key.impostor" in named(verify(made.archive, keys=keys), INTEGRITY)


def test_a_receipt_over_nothing_vouches_for_nothing(made: Made) -> None:
    everything_rewritten(made)
    text = Checkpoint(ORIGIN, 0, EMPTY).text
    for kind, note in (
        ("checkpoints", sign(text, FORGER)),
        ("receipts", cosign(sign(text, FORGER), CENTRAL, 1)),
    ):
        put(made.archive / NOTES / kind / "000000000000.note", note.encode())
    assert "key.unknown" in named(verify(made.archive, keys=[CENTRAL.verifier]), INTEGRITY)


def test_a_publishers_key_that_was_swapped_is_named_to_whoever_brought_it(made: Made) -> None:
    put(made.archive / "publisher.vkey", Signer(PUBLISHER.name, b"\x77" * 32).vkey.encode() + b"\n")
    verdict = verify(made.archive, keys=[DEVICE.verifier, CENTRAL.verifier, PUBLISHER.verifier])
    (finding,) = [each for each in verdict.integrity if each.spoils]
    assert (finding.rule, finding.at.file) == ("key.differs", "publisher.vkey")


def test_who_brings_no_publishers_key_is_not_told_that_the_study_was_altered(made: Made) -> None:
    verdict = verify(made.archive, keys=[DEVICE.verifier, CENTRAL.verifier])
    assert verdict.ok, verdict.text()
    assert "key.own" in {each.rule for each in verdict.completeness}


def test_who_brings_a_key_that_is_no_publishers_of_this_study_is_told_that_it_was_not_checked(
    made: Made,
) -> None:
    (made.archive / "publisher.vkey").unlink()
    other = Signer("elsewhere/publisher", b"\x77" * 32)
    verdict = verify(made.archive, keys=[CENTRAL.verifier, other.verifier])
    assert verdict.integrity_ok, verdict.text()
    assert "study.unchecked" in {each.rule for each in verdict.completeness}
