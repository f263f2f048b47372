"""What the interviewer is told when a value is not taken and the form itself says nothing about it."""

from collections.abc import Mapping

LONGEST = 10_000
"""Characters of an open answer."""

_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "required": "这一题要有回答才能往下走。",
        "constraint": "这个回答不在允许的范围内。",
        "score": "请打整数分。",
        "range": "请打{low}到{high}之间的整数分。",
        "integer": "请打整数。",
        "decimal": "请打数字。",
        "choice": "没有“{value}”这个选项。",
        "long": f"回答太长，最多{LONGEST}个字。",
        "unread": "这一段还没有念。",
        "not_on": "按目前的回答，这一题用不上。",
        "steps": "请打{low}到{high}之间的数，每档{step}。",
        "rank": "请把所有选项各排一次，从第一位到最后一位。",
        "date": "请打日期，例如 2026-11-22。",
        "time": "请打时间，例如 14:30。",
        "dateTime": "请打日期和时间，例如 2026-11-22 14:30。",
        "fixed": "这一题只能看，不能改。",
        "another": "还有下一个吗？",
        "one_more": "还有一个",
        "no_more": "没有了",
        "too_far": "前面还有没回答的题，先从“{name}”做起。",
    },
    "en": {
        "required": "This question needs an answer before you go on.",
        "constraint": "This answer is outside what is allowed.",
        "score": "A whole score, please.",
        "range": "Enter a whole score from {low} to {high}.",
        "integer": "A whole number, please.",
        "decimal": "A number, please.",
        "choice": 'There is no option "{value}".',
        "long": f"This answer is too long: at most {LONGEST} characters.",
        "unread": "This has not been read out yet.",
        "not_on": "With the answers so far this question is not asked.",
        "steps": "Enter a number from {low} to {high} in steps of {step}.",
        "rank": "Put every option in its place once, the first one first.",
        "date": "A date, please, such as 2026-11-22.",
        "time": "A time, please, such as 14:30.",
        "dateTime": "A date and time, please, such as 2026-11-22 14:30.",
        "fixed": "This question can be seen but not changed.",
        "another": "Is there another one?",
        "one_more": "There is another one",
        "no_more": "No more",
        "too_far": 'There are unanswered questions before that one; "{name}" comes first.',
    },
}


def say(language: str, key: str, **values: object) -> str:
    """The sentence in the form's language if that is Chinese, else in English. language: full name as in the form."""
    chinese = "(zh" in language or "中文" in language
    return _WORDS["zh" if chinese else "en"][key].format(**values)
