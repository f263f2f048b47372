"""Signed notes: examples of the specification and of Go's sumdb, what is altered or unsigned is refused, unknown names are passed over."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import EvidenceError
from app.evidence.note import COSIGNATURE, Checkpoint, Signer, Verifier, cosign, open_note, sign

PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
DEVICE = Signer("fangxin/0a1b2c3d/1", b"\x01" * 32)
CENTRAL = Signer("central.example", b"\x02" * 32, COSIGNATURE)
WITNESS = Signer("witness.example/w1", b"\x03" * 32, COSIGNATURE)
TEXT = Checkpoint("fangxin/dazhou/0a1b2c3d/1", 7, b"\x05" * 32).text
NOTE = sign(TEXT, DEVICE)


def test_example_of_go() -> None:
    verifier = Verifier.parse(PETER)
    assert open_note(PETERS_NOTE, [verifier]).by(verifier) == (verifier, 0)
    signer = Signer("PeterNeumann", PETERS_SEED)
    assert signer.vkey == PETER
    assert sign(PETERS_NOTE.partition("\n\n")[0] + "\n", signer) == PETERS_NOTE


@pytest.mark.parametrize(
    "vkey",
    [
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ],
)
def test_keys_that_others_made(vkey: str) -> None:
    assert Verifier.parse(vkey).vkey == vkey


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "bananas+12344556",
        "name+12345678+THIS_IS_NOT_BASE64!",
        "name+12345678+AwEB",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
        "人民+c74f20a3+一二",
    ],
)
def test_what_is_no_key_is_refused(vkey: str) -> None:
    with pytest.raises(EvidenceError):
        Verifier.parse(vkey)


def test_receipt_is_the_same_text_with_centrals_line() -> None:
    receipt = cosign(NOTE, CENTRAL, 1_789_000_000)
    assert receipt.startswith(NOTE)
    opened = open_note(receipt, [DEVICE.verifier, CENTRAL.verifier])
    assert opened.text == TEXT
    assert opened.signatures == ((DEVICE.verifier, 0), (CENTRAL.verifier, 1_789_000_000))
    assert opened.by(WITNESS.verifier) is None


def test_cosigned_message_is_as_specified() -> None:
    raw = base64.b64decode(cosign(NOTE, CENTRAL, 1_679_315_147).split("\n")[-2].split(" ")[2])
    assert raw[:4] == CENTRAL.verifier.key_id
    assert int.from_bytes(raw[4:12], "big") == 1_679_315_147
    plain = Signer(CENTRAL.name, CENTRAL.seed)
    message = "cosignature/v1\ntime 1679315147\n" + TEXT
    assert (
        plain.line(message).split(" ")[2]
        == base64.b64encode(plain.verifier.key_id + raw[12:]).decode() + "\n"
    )


def test_one_seed_as_signer_and_cosigner_is_two_keys() -> None:
    plain = Signer(CENTRAL.name, CENTRAL.seed).verifier
    assert plain.key_id != CENTRAL.verifier.key_id
    with pytest.raises(EvidenceError, match="Nobody"):
        open_note(cosign(NOTE, CENTRAL, 5), [plain])


def test_unknown_signatures_are_passed_over() -> None:
    crowded = cosign(sign(TEXT, Signer("mallory", b"\x09" * 32), DEVICE), WITNESS, 3)
    assert [each.verifier for each in open_note(crowded, [DEVICE.verifier]).signatures] == [DEVICE.verifier]
    namesake = Signer(DEVICE.name, b"\x0a" * 32)
    assert open_note(sign(TEXT, namesake, DEVICE), [DEVICE.verifier]).by(DEVICE.verifier)


def check_nobody_trusted() -> None:
    with pytest.raises(EvidenceError, match="Nobody"):
        open_note(NOTE, [CENTRAL.verifier, Verifier.parse(PETER)])
    with pytest.raises(EvidenceError, match="Nobody"):
        open_note(NOTE, [])


def check_forged() -> None:
    """A note with the device's name and key hash, but another text."""
    with pytest.raises(EvidenceError, match="false"):
        open_note(NOTE.replace("\n7\n", "\n6\n", 1), [DEVICE.verifier])


def test_a_note_that_nobody_trusted_signed_is_refused() -> None:
    check_nobody_trusted()


def test_a_forged_note_is_refused() -> None:
    check_forged()


def test_saboteur_without_verification_a_forged_note_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Verifier, "verify", lambda verifier, text, signature: 0)
    with pytest.raises(pytest.fail.Exception):
        check_forged()


def test_one_false_signature_of_a_known_key_condemns_the_note() -> None:
    good = cosign(NOTE, CENTRAL, 100)
    line = good.split("\n")[-2]
    raw = bytearray(base64.b64decode(line.split(" ")[2]))
    raw[11] ^= 1  # the time
    bad = good.replace(line.split(" ")[2], base64.b64encode(raw).decode())
    with pytest.raises(EvidenceError, match=r"central\.example is false"):
        open_note(bad, [DEVICE.verifier, CENTRAL.verifier])
    assert open_note(bad, [DEVICE.verifier]).text == TEXT


def test_a_false_second_signature_of_one_key_is_seen() -> None:
    false = sign("other\n", DEVICE).split("\n\n")[1]
    with pytest.raises(EvidenceError, match="false"):
        open_note(NOTE + false, [DEVICE.verifier])
    assert len(open_note(NOTE + NOTE.split("\n\n")[1], [DEVICE.verifier]).signatures) == 1


def test_a_time_beyond_the_specification_is_refused() -> None:
    with pytest.raises(EvidenceError, match="impossible time"):
        open_note(cosign(NOTE, CENTRAL, 2**63), [CENTRAL.verifier])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text + "\n",
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("—", "-"),
        lambda text: text.replace("— ", "—  "),
        lambda text: text.replace(" fangxin/0a1b2c3d/1 ", " fangxin/0a+b2c3d/1 "),
        lambda text: text[:-2] + "\n",
        lambda text: text[:-1] + "=\n",
        lambda text: "\ttab" + text,
        lambda text: "\x00" + text,
        lambda text: "\ud800" + text,
        lambda text: text.encode() + b"\xff\n",
        lambda text: text.encode("utf-16"),
        lambda text: TEXT + "\n",
        lambda text: TEXT + "\n— a \n",
        lambda text: TEXT + "\n— a AAAA\n",
        lambda text: TEXT + "\n" + "— a AAAAAAAA\n" * 100,
        lambda text: "x" * 2_000_000,
        lambda text: "",
        lambda text: "\n\n",
    ],
)
def test_what_is_no_note_is_refused(spoil: Callable[[str], str | bytes]) -> None:
    with pytest.raises(EvidenceError):
        open_note(spoil(NOTE), [DEVICE.verifier])


@given(st.data())
def test_no_letter_of_a_note_can_change(draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(NOTE) - 1))
    letter = draw.draw(st.characters().filter(lambda c: c != NOTE[at]))
    with pytest.raises(EvidenceError):
        open_note(NOTE[:at] + letter + NOTE[at + 1 :], [DEVICE.verifier])


@given(st.text() | st.binary())
def test_rubbish_is_refused_in_plain_words(rubbish: str | bytes) -> None:
    with pytest.raises(EvidenceError):
        open_note(rubbish, [DEVICE.verifier])
    with pytest.raises(EvidenceError):
        Checkpoint.parse(str(rubbish))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], min_codepoint=32), max_size=20), max_size=6))
def test_any_text_survives_signing(lines: list[str]) -> None:
    text = "".join(line + "\n" for line in lines) or "\n"
    opened = open_note(sign(text, DEVICE).encode(), [DEVICE.verifier])
    assert opened.text == text


def test_text_with_a_blank_line_is_cut_at_the_last_one() -> None:
    text = "Ognuno sta solo\n\ned è subito sera.\n"
    assert open_note(sign(text, DEVICE), [DEVICE.verifier]).text == text


def test_what_no_note_may_contain_is_our_own_mistake() -> None:
    for text in ("no newline", "tab\t\n", ""):
        with pytest.raises(ValueError, match="note text"):
            sign(text, DEVICE)
    with pytest.raises(ValueError, match="plain signers"):
        sign("x\n", CENTRAL)
    with pytest.raises(ValueError, match="its own kind"):
        cosign(NOTE, DEVICE, 1)
    for name in ("", "two words", "a+b", "中　文"):
        with pytest.raises(ValueError, match="a signer"):
            Signer(name, bytes(32))
    with pytest.raises(ValueError, match="a signer"):
        Signer("name", bytes(31))


def test_a_seed_shows_in_no_message() -> None:
    assert repr(b"\x01" * 32) not in repr(DEVICE)
    assert (b"\x01" * 32).hex() not in repr(DEVICE)


# Checkpoints


@given(
    st.text("abc/.123", min_size=1, max_size=30), st.integers(0, 10**18), st.binary(min_size=32, max_size=32)
)
def test_checkpoints_survive_being_written_down(origin: str, size: int, tree_root: bytes) -> None:
    checkpoint = Checkpoint(origin, size, tree_root)
    assert Checkpoint.parse(checkpoint.text) == checkpoint


def test_example_of_the_specification() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    checkpoint = Checkpoint.parse(text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20_852_163)
    assert checkpoint.text == text
    assert Checkpoint.parse(text + "extension\n").extension == ("extension",)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "origin\n",
        "origin\n1\n",
        "origin\n1\nAAAA\n",
        "origin\n01\n" + TEXT.split("\n")[2] + "\n",
        "origin\n-1\n" + TEXT.split("\n")[2] + "\n",
        "origin\n+1\n" + TEXT.split("\n")[2] + "\n",
        "origin\n１\n" + TEXT.split("\n")[2] + "\n",
        "origin\n" + "9" * 5000 + "\n" + TEXT.split("\n")[2] + "\n",
        "\n1\n" + TEXT.split("\n")[2] + "\n",
        TEXT[:-1],
        TEXT + "\n",
        TEXT.replace("=", ""),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError, match="not a checkpoint"):
        Checkpoint.parse(text)


def test_the_longest_note_that_must_be_taken_is_taken() -> None:
    others = [Signer(f"witness/{n}", bytes([n] * 32)) for n in range(20, 35)]
    assert len(open_note(sign(TEXT, DEVICE, *others), [DEVICE.verifier]).signatures) == 1
