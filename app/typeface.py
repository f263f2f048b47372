"""The typeface for Chinese in the PDFs that Fangxin writes: put into the file where this computer has one that can be."""

import os
from contextlib import suppress
from functools import cache

from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

PROOF = "Courier"
"""For whatever proves something: every PDF reader has it, while a typeface for Chinese some have only with a language pack."""
_SONG = "STSong-Light"
"""For Chinese where no typeface is found: PDF readers bring it."""
_TYPEFACES = (
    "C:/Windows/Fonts/simhei.ttf",
    "C:/Windows/Fonts/msyh.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
)
"""Chinese typefaces that can be put into the file (TrueType outlines)."""


@cache
def typeface() -> str:
    """Its name, for reportlab."""
    for path in filter(os.path.exists, _TYPEFACES):
        with suppress(TTFError):
            registerFont(TTFont("Chinese", path))
            return "Chinese"
    registerFont(UnicodeCIDFont(_SONG))
    return _SONG
