"""The report's words, Chinese first and English beside it. No numbers are computed here."""

from typing import NamedTuple

from app.results.summary import FEW, SOME, CodeLine, Report, Shown
from app.sample.outcome import When


class Words(NamedTuple):
    """The same in two languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Those of "zh" or "en"."""
        return self.zh if language == "zh" else self.en


REHEARSAL = Words("演练数据", "REHEARSAL")
REHEARSAL_WHY = Words(
    "本报告含练习线路上产生的数据，没有访问任何真实居民，不得作为调查结果引用。",
    "This report contains data from a practice line. No real person was interviewed; it is not a survey result.",
)
CITY = Words("全市", "Whole city")
TOTAL = Words("合计", "Total")
CATEGORIES = {
    "I": Words("完成访问", "Complete interview"),
    "P": Words("部分完成", "Partial interview"),
    "R": Words("拒访、中途拒访", "Refusal and break-off"),
    "NC": Words("合格，未能访到本人", "Eligible, not contacted"),
    "O": Words("合格，因其他原因未访", "Eligible, other reasons"),
    "UH": Words("号码情况不明：无人接听、关机、占线、未拨等", "Unknown whether anybody uses the number"),
    "UO": Words("有人接听，是否合格不明", "Answered, eligibility unknown"),
    "NE": Words("不合格：空号、停机、年龄或住地不符等", "Not eligible"),
}
RATE_GROUPS = {
    "RR": Words("回答率", "Response"),
    "COOP": Words("合作率", "Cooperation"),
    "REF": Words("拒访率", "Refusal"),
    "CON": Words("接触率", "Contact"),
    "e": Words("合格比例", "Eligibility"),
}
SHOWN = {
    Shown.FULL: Words("", ""),
    Shown.SMALL: Words("样本不足", f"n < {SOME}"),
    Shown.WITHHELD: Words("样本不足", f"n < {SOME}"),
    Shown.HIDDEN: Words("样本过少，不公布", f"n < {FEW}"),
    Shown.COVERED: Words("为防倒推，不公布", "covers another"),
    Shown.NONE: Words("无样本", "no interviews"),
}
_SIGNED = Words(
    "权重写在调查方案里，开始拨打之前已经签名，事后不能改动。",
    " The weights stand in the study, signed before the first call.",
)
WHEN = {
    When.HALF_ANSWERED: Words("已答一半以上", "half answered"),
    When.UNSCREENED: Words("未甄别", "not screened"),
    When.BY_STUDY: Words("按方案", "by study rule"),
}


def notes(report: Report) -> tuple[Words, ...]:
    """How the figures came about and what they do not say."""
    return tuple(
        note
        for note in (
            *_definition(report),
            *_places(report),
            _small(report),
            *_response(report),
            *_basis(report),
        )
        if note.zh
    )


def meaning(line: CodeLine) -> Words:
    """What an AAPOR code stands for here: the outcomes that lead to it."""
    named = []
    for outcome in line.outcomes:
        other = (
            outcome.alternative if outcome.alternative and outcome.alternative.aapor == line.aapor else None
        )
        zh, en = WHEN[other.when] if other else Words("", "")
        named.append(
            (f"{outcome.zh}（{zh}）" if zh else outcome.zh, f"{outcome.en} ({en})" if en else outcome.en)
        )
    return Words("；".join(zh for zh, _ in named), "; ".join(en for _, en in named))


def percent(value: float | None) -> str:
    """A share as a percentage with one decimal; a dash when it is not defined."""
    return "—" if value is None else f"{100 * value:.1f}%"


def _definition(report: Report) -> tuple[Words, ...]:
    aspects = report.subject.aspects
    zh = "，".join(f"“{aspect.zh}”占{aspect.weight}%" for aspect in aspects)
    en = ", ".join(f"{aspect.en} {aspect.weight}%" for aspect in aspects)
    changed = report.basis is not None and report.basis.changed
    signed = Words("", "") if changed else _SIGNED
    ranked = sum(line.rank is not None for line in report.units)
    return (
        Words(
            f"指数满分100分。每道题取打了分的受访者的平均分；每个方面取所含各题平均分的平均数，换算成百分制；各方面再按权重相加：{zh}。{signed.zh}",
            "The index runs from 0 to 100: the mean of each item over those who scored it, the mean of an aspect's items on a scale "
            f"of 100, and the weighted sum of the aspects ({en}).{signed.en}",
        ),
        Words(
            "回答“不了解”“不清楚”或者不愿回答的题不计分；没有做完的访问、复核作废的访问不计入指数。",
            "“Does not know” and declined items are not scored. Unfinished and voided interviews are not in the index.",
        ),
        Words(
            "95%置信区间：以区县为层，用线性化方差和t分布计算。它只反映抽样误差，不反映拨不通、拒访和漏访带来的偏差。"
            "超出评分范围的部分已截去。",
            "95% intervals: linearised variance, stratified by unit, t distribution. They show sampling error only, not the bias of "
            "those who could not be reached or refused. They are cut at the ends of the scale.",
        ),
        Words(
            "各区县按方案中的顺序排列，这个顺序不是名次。名次区间是这次访问分得出来的名次："
            f"把列出得分的{f'{ranked}个' if ranked else ''}区县两两比较（Welch t检验，Holm校正，总错误率5%），"
            "明显比它好的有几个、明显比它差的有几个，名次就在这之间。名次区间重叠的区县，不能据此判断高低。",
            "Units stand in the order of the study, which is no ranking. Ranks are those that these interviews can tell apart: the "
            f"{f'{ranked} ' if ranked else ''}units with a score are compared in pairs (Welch's t, Holm's correction, 5% in all), and a "
            "unit's rank lies between those that are clearly better and those that are clearly worse. Where ranks overlap, no order "
            "can be read off.",
        ),
    )


def _places(report: Report) -> tuple[Words, ...]:
    empty = [line.unit for line in report.units if line.figure.shown is Shown.NONE]
    missing = Words(
        f"没有有效样本的区县：{'、'.join(unit.zh for unit in empty)}。全市指数不含这些区县。"
        if empty
        else "",
        f"Without interviews, and so not part of the city's index: {', '.join(unit.en for unit in empty)}.",
    )
    unplaced = Words(
        f"另有{report.unplaced}份完成的访问没有问到所在区县，未计入指数。" if report.unplaced else "",
        f"{report.unplaced} complete interviews could not be placed in a unit and are not in the index.",
    )
    uncovered = Words(
        f"另有{report.uncovered}份完成的访问录音不完整，未计入指数。" if report.uncovered else "",
        f"{report.uncovered} complete interviews have recordings with sound missing and are not in the index.",
    )
    weighted = Words(
        "全市指数：各区县按人口比例计入，与各区县访问了多少人无关。",
        "The city's index weighs each unit by its share of the population, however many people were interviewed there.",
    )
    return weighted, missing, unplaced, uncovered


def _small(report: Report) -> Words:
    if report.rehearsal:
        return Words(
            f"有效样本不到{SOME}份的标为“样本不足”；因为是演练数据才照样列出。"
            f"正式数据中，{FEW}至{SOME - 1}份的只列份数、不列得分，不到{FEW}份的完全不列。",
            f"Results on fewer than {SOME} interviews are marked; they are shown only because this is a rehearsal. Of real data, "
            f"{FEW} to {SOME - 1} would appear without a score and fewer than {FEW} not at all.",
        )
    return Words(
        f"有效样本{FEW}至{SOME - 1}份的只列份数、不列得分；不到{FEW}份的完全不列；必要时另隐去一个区县，以防由全市数倒推出来。",
        f"Results on {FEW} to {SOME - 1} interviews appear without a score, on fewer than {FEW} not at all; where the city's figure would "
        "give one away, another unit is covered too.",
    )


def _response(report: Report) -> tuple[Words, ...]:
    e, rr3 = (percent(report.plain[name].value) for name in ("e", "RR3"))
    return (
        Words(
            "各种率按美国民意研究协会（AAPOR）《标准定义》计算。K为确认合格的样本（I+P+R+NC+O），U为情况不明的样本（UH+UO），"
            "e为U中合格者的估计比例，计算时分母不含已确认的空号和停机（AAPOR编码4.3x，式中记作dead）。"
            f"按AAPOR计算表的默认算法，e为{e}，RR3为{rr3}。通常说的“成功率”“接通率”与这里的任何一个率都不是一回事。",
            "Rates follow AAPOR's Standard Definitions. K: known eligible cases; U: unresolved ones; e: estimated eligible share of U, "
            f"computed without numbers announced as dead (4.3x). By the default of AAPOR's calculator e is {e} and RR3 {rr3}.",
        ),
        Words(
            "空号要在两天各听到一次才算数；只听到一次的按情况不明计（3.16），后来又打通的不算空号。停机以最后一次拨打时仍是停机为准。",
            "A number counts as dead when it was announced so on two days; once only, it is unresolved (3.16), and a later ring "
            "cancels it. A suspended number must still be so at the last call.",
        ),
        Words(
            "没有覆盖到的：没有电话的居民、只用外地号码的居民、拦截陌生来电的居民。持本地号码而常住外地的人会被拨到，但不属于调查对象（4.10）。",
            "Not covered: residents without a telephone, with numbers of other cities only, or who block unknown callers. People who "
            "keep a local number but live elsewhere are dialled and found not eligible (4.10).",
        ),
    )


def _basis(report: Report) -> tuple[Words, ...]:
    basis = report.basis
    if basis is None:
        return ()
    versions = "、".join(map(str, basis.changed))
    changed = Words(
        f"调查期间方案有过改动：第{versions}版的区县、权重或计分题与第{report.subject.version}版不同。全部访问一律按第{report.subject.version}版计算。"
        if basis.changed
        else "",
        f"The study was changed on the way: units, weights or scored items of version {', '.join(map(str, basis.changed))} were others. "
        f"All interviews are counted by version {report.subject.version}.",
    )
    undialled = Words(
        ""
        if basis.undialled_known
        else "一共发放了多少号码，档案里没有记载；从未拨打的号码不在各种率的分母里，各种率因此可能偏高。",
        "How many numbers were handed out is not known here: those never dialled are in no rate, and the rates may be too high.",
    )
    missing = Words(
        f"没有发现改动，但缺少应有的内容（{basis.missing}处），指数只根据现有的访问计算。"
        if basis.missing
        else "没有发现改动，也没有缺失。",
        f"nothing was altered, but {basis.missing} things are missing, and the index rests on what is here."
        if basis.missing
        else "nothing was altered, nothing is missing.",
    )
    keys = Words(
        "核验只用了档案自带的公钥，只能证明档案自相一致。" if basis.own_keys else "",
        "The archive's own public keys were used: that proves only that it agrees with itself. "
        if basis.own_keys
        else "",
    )
    checked = Words(
        f"计算前先核验了档案：{missing.zh}{keys.zh}日志指纹 {basis.fingerprint}；用 fangxin verify 核验同一份档案，会得到同样的指纹。",
        f"The archive was checked before it was counted: {missing.en} {keys.en}For the same archive fangxin verify shows the same "
        "fingerprint.",
    )
    return changed, undialled, checked
