"""What is printed and signed before the dice are rolled: the commitment, and the program with which anybody checks the draw."""

from collections.abc import Mapping, Sequence
from html import escape

from app import __version__
from app.canonical import Value, hexdigest
from app.resources import resource
from app.sample.draw import METHOD, Bundle


def script() -> bytes:
    """The auditors' own program, no code of ours in it."""
    return resource("audit_draw.py").read_bytes()


def script_page(text: str) -> str:
    """The script on one A4 page: up to 118 columns and 105 lines."""
    style = "@page{size:A4;margin:9mm}pre{font:6.3pt/7.2pt monospace;margin:0}"
    head = f"audit_draw.py   SHA-256 {hexdigest(text.encode())}"
    return f'<!doctype html><meta charset="utf-8"><title>audit_draw.py</title><style>{style}</style><pre>{head}\n\n{escape(text)}</pre>\n'


_BEACON = (
    "  = SHA-256(该轮签名 signature of that round)。签名由 fangxin sample draw 和 sample audit 核对，",
    "  audit_draw.py 不核对。Signature checked by fangxin sample draw and sample audit, not by audit_draw.py.",
)


def paper(
    study: str,
    bundle: Bundle,
    committed: str,
    vkey: str,
    tables: Sequence[Mapping[str, Value]] = (),
    beacon: str = "",
) -> str:
    """What is printed and signed before the dice are rolled, or the beacon's round is out."""
    sources = [f"  {table['table']} ({table['date']}), SHA-256:\n  {table['sha256']}" for table in tables]
    lines = (
        "抽样承诺书 · Commitment to a draw",
        "",
        f"调查方案 Study: {study}",
        f"版本 Version: {bundle.version}",
        f"号码数 Numbers: {bundle.n:,}",
        f"每批 Replicate: {bundle.replicate:,}",
        f"承诺值 Commitment C:\n  {committed}",
        f"冻结方案 Bundle SHA-256:\n  {bundle.digest}",
        f"抽样框 Frame SHA-256:\n  {bundle.frame}",
        *(["号段表 Tables the frame was made of:", *sources] if sources else []),
        f"审计程序 audit_draw.py SHA-256:\n  {hexdigest(script())}",
        f"抽样日志公钥 Key of the draws' journal:\n  {vkey}",
        "",
        "以上各值在掷骰（或公布指定的 drand 随机数）之前打印并签字。",
        "Printed and signed before the dice were rolled (or the named drand round was published).",
        "",
        f"公共随机数 Public randomness B ({beacon or '十面骰至少掷 40 次 at least 40 ten-sided dice'}):",
        *(_BEACON if beacon else ()),
        "\n  ________________________________________\n",
        "签字 Signed: ____________________  ____________________      日期 Date: ____________",
        "",
        f"fangxin {__version__}, {METHOD}",
    )
    return "\n".join(lines) + "\n"
