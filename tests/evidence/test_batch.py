"""The batch manifest as text: what is written is read back, and nothing else is."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import EvidenceError
from app.evidence.batch import Item, Manifest, checkpoint_hash, place_for

HASH = st.binary(min_size=32, max_size=32).map(bytes.hex)
ITEM = st.builds(
    Item,
    HASH,
    st.integers(0, 2**45),
    st.sampled_from(["recording", "recording-part", "tail", "interview", "contact"]),
)
MANIFEST = st.builds(
    lambda spans, checkpoint, items: Manifest(
        "fangxin/s/0badcafe/1", min(spans), max(spans), checkpoint, tuple(sorted(items))
    ),
    st.tuples(st.integers(0, 2**45), st.integers(0, 2**45)),
    HASH,
    st.lists(ITEM, max_size=6, unique_by=lambda item: item.sha256),
)
ONE = Manifest("fangxin/s/0badcafe/1", 3, 9, "ab" * 32, (Item("cd" * 32, 12, "contact"),))


@given(MANIFEST)
def test_what_is_written_is_read_back(manifest: Manifest) -> None:
    assert Manifest.parse(manifest.text) == manifest


def test_the_text_is_this() -> None:
    lines = ["fangxin-batch/v1", "fangxin/s/0badcafe/1", "3 9", "ab" * 32, "cd" * 32 + " 12 contact", ""]
    assert ONE.text == "\n".join(lines)


@given(place=st.integers(0, len(ONE.text) - 1), letter=st.characters(min_codepoint=10, max_codepoint=126))
def test_any_changed_letter_is_refused_or_means_something_else(place: int, letter: str) -> None:
    changed = ONE.text[:place] + letter + ONE.text[place + 1 :]
    try:
        assert (Manifest.parse(changed) == ONE) == (changed == ONE.text)
    except EvidenceError:
        assert changed != ONE.text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n\n\n\n",
        ONE.text[:-1],
        ONE.text + "\n",
        ONE.text + "cd" * 32 + " 12 contact\n",
        ONE.text + "aa" * 32 + " 1 contact\n",
        ONE.text.replace("3 9", "9 3"),
        ONE.text.replace("3 9", "03 9"),
        ONE.text.replace(" 12 ", " -12 "),
        ONE.text.replace("contact", "../../x"),
        "fangxin/s/0badcafe/1\n9\n" + "A" * 43 + "=\n",
    ],
)
def test_what_is_no_manifest(text: str) -> None:
    with pytest.raises(EvidenceError):
        Manifest.parse(text)


def test_a_second_manifest_at_the_same_size_does_not_replace_the_first(tmp_path: Path) -> None:
    first = place_for(tmp_path, ONE)
    first.write_text(ONE.text, encoding="utf-8")
    assert place_for(tmp_path, ONE) == first == tmp_path / "000000000009.note"
    other = Manifest(ONE.origin, 9, 9, ONE.checkpoint, ())
    assert place_for(tmp_path, other).name == f"000000000009.{checkpoint_hash(other.text)[:8]}.note"
