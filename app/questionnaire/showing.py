"""The fixed words of the sign-off page, Chinese and English."""

from collections.abc import Mapping

Pair = tuple[str, str]
"""Chinese, English."""

NEVER: Pair = ("不念，访问员填", "not read: the interviewer fills in")

KINDS: Mapping[str, Pair] = {
    "integer": ("整数", "whole number"),
    "decimal": ("数字", "number"),
    "text": ("照原话记", "own words"),
    "select_one": ("单选", "one choice"),
    "select_multiple": ("多选", "several choices"),
    "rank": ("排序", "rank"),
    "range": ("打分", "range"),
    "date": ("日期", "date"),
    "time": ("时间", "time"),
    "dateTime": ("日期和时间", "date and time"),
    "acknowledge": ("确认", "acknowledge"),
    "note": ("念一段话", "statement"),
    "repeat": ("再来一个？", "another one?"),
    "calculate": ("自动计算", "calculated"),
}

PARTS: Mapping[str, Pair] = {
    "constraint": ("限制", "Allowed"),
    "filter": ("选项取自", "Choices from"),
    "soft": ("核对：不满足时再问一遍", "Check: ask again unless"),
    "critical": ("完成条件", "Complete only if"),
    "scale": ("分数", "Scale"),
    "dk": ("不了解", "Does not know"),
    "refused": ("拒答", "Declines"),
    "counts": ("计为回答", "Counts as an answer"),
    "vague": ("含糊词，追问一次仍如此则打", "Vague words, after one probe"),
    "quota": ("配额变量", "Quota"),
    "weight": ("加权变量", "Weight"),
    "seconds": ("应念秒数", "Seconds"),
    "required": ("必须回答", "Must be answered"),
    "probe": ("追问：", "Probe:"),
    "ends": ("访问到此结束，结果", "The interview ends with"),
    "author": ("编制", "Prepared by"),
    "approved": ("审定", "Approved by"),
    "date": ("日期", "Date"),
}
