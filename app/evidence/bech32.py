"""Bech32 (BIP 173) without its length limit: the letters in which age writes keys. Not Bech32m."""

from app.errors import SealError

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def encode(prefix: str, data: bytes) -> str:
    """Lower-case Bech32 of data under a lower-case prefix."""
    values = _regroup(data, 8, 5, pad=True)
    total = _polymod([*_expand(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    checksum = [total >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_LETTERS[value] for value in [*values, *checksum])


def decode(text: str) -> tuple[str, bytes]:
    """Prefix in lower case, and the data. Raises SealError when letters, case, padding or checksum are wrong."""
    if text not in (text.lower(), text.upper()):
        raise SealError("This key mixes capital and small letters", todo="Copy it again.")
    prefix, mark, rest = text.lower().rpartition("1")
    printable = all("!" <= letter <= "~" for letter in prefix)
    if not (mark and prefix and printable and len(rest) >= 6 and set(rest) <= set(_LETTERS)):
        raise SealError("This is not a key", todo="Copy it again, whole.")
    values = [_LETTERS.index(letter) for letter in rest]
    if _polymod([*_expand(prefix), *values]) != 1:
        raise SealError("This key has a slip of the pen in it: its checksum is wrong", todo="Copy it again.")
    return prefix, bytes(_regroup(values[:-6], 5, 8, pad=False))


def _expand(prefix: str) -> list[int]:
    codes = prefix.encode("ascii")
    return [code >> 5 for code in codes] + [0] + [code & 31 for code in codes]


def _polymod(values: list[int]) -> int:
    total = 1
    for value in values:
        top = total >> 25
        total = (total & 0x1FFFFFF) << 5 ^ value
        for place, term in enumerate(_GENERATOR):
            if top >> place & 1:
                total ^= term
    return total


def _regroup(values: bytes | list[int], wide: int, narrow: int, *, pad: bool) -> list[int]:
    """Bits in groups of `wide` become groups of `narrow`. Left-over bits must be few and zero when not padding."""
    store, bits, result = 0, 0, []
    for value in values:
        store, bits = store << wide | value, bits + wide
        while bits >= narrow:
            bits -= narrow
            result.append(store >> bits & (1 << narrow) - 1)
        store &= (1 << bits) - 1
    if pad and bits:
        result.append(store << narrow - bits)
    elif not pad and (bits >= wide or store):
        raise SealError("This is not a key", todo="Copy it again, whole.")
    return result
