"""What a design should not go into the field with unsaid, in words. No numbers are computed here."""

from collections.abc import Mapping

from app.results.words import Words
from app.sample.design import FEW, SOME, Caution, Warned

_SAID = {
    Caution.FRAME: Words(
        "抽样框只有 {amount:,.0f} 个号码，即使每个号码拨满次数也不够用。请减少目标份数，或扩充号段。",
        "The frame has only {amount:,.0f} numbers: not enough even if each gets all its attempts. Lower the targets or add segments.",
    ),
    Caution.HIDDEN: Words(
        f"{{units}}：不足 {FEW} 份，按规定一个数都不能公布。",
        f"{{units}}: fewer than {FEW} interviews, nothing of it may be published.",
    ),
    Caution.WITHHELD: Words(
        f"{{units}}：不足 {SOME} 份，只能公布份数，不能公布得分。",
        f"{{units}}: fewer than {SOME} interviews, their number may be published but no score.",
    ),
    Caution.BLUNT: Words(
        "{units}：两年之间至少相差 {amount:.1f} 分才看得出变化，一般的升降分辨不出来。",
        "{units}: only a change of {amount:.1f} points or more between two years would be seen; ordinary ones would not.",
    ),
    Caution.HARDEST: Words(
        "拨打量由{units}决定：它人口少，要等它凑够份数才能收工，全市总拨打量是各区县同步完成时的 {amount:.1f} 倍。"
        "可以给小县定较低的目标，统计时再加权还原。",
        "{units} decides the dialling: the city is dialled until its few residents are found, {amount:.1f} times what it would take if all "
        "units filled at once. Give small units smaller targets and weight back.",
    ),
}
_ALL = Words("所有区县", "Every unit")


def caution(warned: Warned, names: Mapping[str, str], english: Mapping[str, str] | None = None) -> Words:
    """A caution as a sentence. names, english: unit code → name."""
    known = english or names
    zh = "、".join(names.get(unit, unit) for unit in warned.units) or _ALL.zh
    en = ", ".join(known.get(unit, unit) for unit in warned.units) or _ALL.en
    said = _SAID[warned.caution]
    return Words(
        said.zh.format(units=zh, amount=warned.amount), said.en.format(units=en, amount=warned.amount)
    )
