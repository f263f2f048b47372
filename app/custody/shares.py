"""A private key in several people's hands: SLIP-39 words, of which any two sheets of three give the key and one gives nothing.

The mathematics is the reference library's (shamir-mnemonic, SLIP-0039); here are the sheets and the sentences. No passphrase is used: the
words are the key.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import shamir_mnemonic as slip39

from app.errors import SealError, UsageError
from app.evidence.age import Identity, Recipient

_BEGIN, _END = "--- words / 助记词 ---", "--- end / 完 ---"
_OPENS = {
    "centre": ("录音和答卷", "recordings and interviews"),
    "lead": ("录音", "recordings"),
    "contact": ("电话号码", "telephone numbers"),
}
"""Role → what its key opens, as a custodian is told."""
_MOST = 16
_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one custodian keeps. number: from 1, of how many; needed: how many open the key together; recipient: the key's public half;
    role: whose key it is."""

    words: str
    number: int
    of: int
    needed: int
    recipient: Recipient
    role: str = "centre"

    @property
    def text(self) -> str:
        """The sheet to print: words numbered and in columns, in Chinese and English. parse_words() reads it back."""
        words = [f"{at:2} {word:<10}" for at, word in enumerate(self.words.split(), start=1)]
        rows = ["  ".join(words[at : at + _COLUMNS]).rstrip() for at in range(0, len(words), _COLUMNS)]
        opened, opens = _OPENS[self.role]
        lines = (
            f"密钥保管单 · Key custodian's sheet      {self.number} / {self.of}",
            "",
            f"任意 {self.needed} 张合在一起即可打开{opened}；单独一张什么也打不开。",
            f"Any {self.needed} of these {self.of} sheets together open the {opens}. One alone opens nothing.",
            "请锁入保险柜，不得拍照、复印、录入任何联网设备。",
            "Keep it in a safe. Do not photograph or copy it, or type it into any machine with a network.",
            "",
            _BEGIN,
            *rows,
            _END,
            "",
            f"公钥 Public key:\n  {self.recipient}",
            "",
            "保管人 Custodian: ______________________    日期 Date: ______________",
            "签字 Signature:   ______________________    见证人 Witness: ____________",
        )
        return "\n".join(lines) + "\n"


def split(identity: Identity, *, role: str = "centre", needed: int = 2, of: int = 3) -> list[Sheet]:
    """New sheets for a key; every call makes other words, and sheets of two calls do not fit together.

    Raises UsageError for another role, and unless 2 <= needed <= of <= 16: a sheet that opens the key alone would be the key.
    """
    if role not in _OPENS:
        raise UsageError(f'There is no role "{role}"', todo="It is one of centre, lead, contact.")
    if not 2 <= needed <= of <= _MOST:
        raise UsageError(
            f"A key cannot be split {needed} of {of}", todo=f"From 2 up, and at most {_MOST} sheets."
        )
    # Without the extension of 2023: every implementation of SLIP-0039 joins these, also those that are older than it.
    made = slip39.generate_mnemonics(1, [(needed, of)], identity.secret, extendable=False)[0]
    return [
        Sheet(words, number, of, needed, identity.recipient, role)
        for number, words in enumerate(made, start=1)
    ]


def join(words: Sequence[str], recipient: Recipient) -> Identity:
    """The key of that many sheets' words, in memory only. recipient: the public half that it must have.

    Raises SealError naming the sheet that has a slip in it, and when the sheets are too few, not of one set, or of another key.
    """
    needed = 0
    for number, each in enumerate(words, start=1):
        needed = needed_by(each, number)
        if words.index(each) + 1 < number:
            what = f"Sheets {words.index(each) + 1} and {number} as given are one and the same"
            raise SealError(what, todo="Another custodian must come.")
    if len(words) < needed:
        raise SealError(
            f"{needed} sheets are needed, and {len(words)} were given", todo="Another custodian must come."
        )
    try:
        secret = slip39.combine_mnemonics(words[:needed])  # the library takes no more than it needs
    except slip39.MnemonicError as error:
        raise SealError(
            f"These sheets do not fit together: {error}", todo="Use sheets of one and the same ceremony."
        ) from error
    if len(secret) != 32 or (identity := Identity(secret)).recipient != recipient:
        raise SealError("These sheets are of another key", where=str(recipient))
    return identity


def needed_by(words: str, number: int) -> int:
    """How many sheets open the key together, as one sheet's words say. number: which of those given it is. Raises SealError when there is
    a slip in them."""
    try:
        return int(slip39.Share.from_mnemonic(words).member_threshold)
    except slip39.MnemonicError as error:
        raise SealError(
            f"There is a slip in the words of sheet {number} as given: {error}",
            todo="Compare them with the paper, word by word.",
        ) from error


def parse_words(text: str) -> str:
    """The words of a sheet: between its two marks, or all of the text where there are none (typed from paper). Numbers are passed over."""
    inside = text.partition(_BEGIN)[2].partition(_END)[0] if _BEGIN in text else text
    return " ".join(re.findall(r"[a-z]+", inside.lower()))
