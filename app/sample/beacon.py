"""A round of drand's beacon as public randomness: B = SHA-256(signature), and the signature is checked here, without a network.

Chain "quicknet" of the League of Entropy (hash 52db9ba7…e971), scheme bls-unchained-g1-rfc9380: BLS12-381, signature in G1 over
SHA-256(round as 8 bytes), key in G2, hash to curve of RFC 9380. https://drand.love/docs/specification/ The key stands here, so that a
wrong value cannot bring its own.
"""

import re
import sys
from typing import Any, cast

from py_ecc.bls.g2_primitives import subgroup_check
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import decompress_G1, decompress_G2
from py_ecc.bls.typing import G1Compressed, G2Compressed
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381.optimized_curve import G2, neg
from py_ecc.optimized_bls12_381.optimized_pairing import final_exponentiate, pairing

from app.canonical import digest, hexdigest
from app.errors import StudyError
from app.evidence.means import S1

sys.setrecursionlimit(1000)
"""Python's own. py_ecc lets the whole process go 100,000 deep: nested JSON would then overflow the C stack, which nobody can catch."""

_KEY = (
    0x83CF0F2896ADEE7EB8B5F01FCAD3912212C437E0073E911FB90022D3E760183C8C4B450B6A0A6C3AC6A5776A2D106451,
    0x0D1FEC758C921CC22B0E17E63AAF4BCB5ED66304DE9CF809BD274CA73BAB4AF5A6E9C76A4BC09E76EAE8991EF5ECE45A,
)
_TAG = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"


def value(number: int, signature: str) -> str:
    """B, 64 hex digits, of round `number` (from 1). signature: 96 hex digits, as drand publishes it. StudyError when it is not that
    round's."""
    plain = re.sub(r"\s", "", signature).lower()
    if not re.fullmatch(r"[0-9a-f]{96}", plain):
        raise StudyError(
            f"The signature of a drand round has 96 hex digits, this has {len(plain)} characters",
            todo="Give the round's signature as it is published: https://api.drand.sh/v2/beacons/quicknet/rounds/NUMBER.",
        )
    if not _signed(number, int(plain, 16)):
        raise StudyError(
            f"This is not the signature of round {number} of quicknet",
            todo="Compare the round's number and its signature with another source.",
        )
    return hexdigest(bytes.fromhex(plain))


def _signed(number: int, signature: int) -> bool:
    """e(H(round), key) = e(signature, generator)."""
    try:
        point = decompress_G1(G1Compressed(signature))
    except ValueError:
        return False
    if not subgroup_check(point):
        return False
    told = hash_to_G1(digest(number.to_bytes(8, "big")), _TAG, cast("Any", S1.new))
    key = decompress_G2(G2Compressed((_KEY[0], _KEY[1])))
    left = pairing(key, told, final_exponentiate=False)
    right = pairing(G2, neg(point), final_exponentiate=False)
    return bool(final_exponentiate(left * right) == FQ12.one())
