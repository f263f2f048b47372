"""Practice residents: who answers a rehearsal number and what he says, by a seeded model per unit. Never used for real field work."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from app.clock import seeded
from app.questionnaire.form import Form, Kind, Question
from app.sample.case import Case
from app.sample.draw import Bundle, DrawRecord, cases, draw, draw_key, record
from app.sample.frame import Frame
from app.study.model import Study, StudySource
from hardware.base import Pickup, Resident, Utterance

T = TypeVar("T")
_PICKUP = {
    Pickup.ANSWERS: 66,
    Pickup.RINGS_OUT: 12,
    Pickup.VACANT: 12,
    Pickup.BUSY: 6,
    Pickup.POWERED_OFF: 4,
}
_FATE = {
    "completes": 70,
    "refuses": 9,
    "hangs up": 4,
    "busy now": 3,
    "wrong age": 4,
    "new here": 3,
    "elsewhere": 2,
    "breaks off": 5,
}


@dataclass(frozen=True)
class Model:
    """How residents of one unit score: mean and spread on the 0–10 scale, chance (0–1) of "don't know"."""

    mean: float
    spread: float = 1.3
    unknown: float = 0.05


def models(study: Study, seed: str) -> dict[str, Model]:
    """One model per unit, the same for the same seed."""
    return {
        unit.code: Model(random.Random(f"{seed}|unit|{unit.code}").gauss(8.0, 0.45)) for unit in study.units
    }


def resident(number: str, unit: str, study: Study, seed: str, scoring: Mapping[str, Model]) -> Resident:
    """The resident behind a number. unit: where the number's exchange lies ("" = a mobile, he lives anywhere in the city).
    scoring: the models() of this study and seed."""
    chance = random.Random(f"{seed}|resident|{number}")
    home = unit or _pick({u.code: u.share for u in study.units}, chance)
    pickup = _pick(_PICKUP, chance)
    fate = _pick(_FATE, chance)
    says = _words(study, home, fate, chance, scoring[home])
    items = [item for aspect in study.aspects for item in aspect.items]
    leaves = {"hangs up": "intro", "breaks off": chance.choice(items)}.get(fate, "")
    return Resident(
        number=number,
        pickup=pickup,
        pickup_after=round(chance.uniform(3, 14), 1),
        says=says,
        refuses_at="consent" if fate == "refuses" else "",
        hangs_up_at=leaves,
    )


def _words(study: Study, home: str, fate: str, chance: random.Random, model: Model) -> dict[str, Utterance]:
    """What he says to each question. Those of dazhou-2017 have words of their own; the codes are the options' names in the workbook."""
    age = chance.choice([16, 17, 74, 81]) if fate == "wrong age" else chance.randint(18, 70)
    county = "9" if fate == "elsewhere" else home
    consents = {"busy now": ("现在不方便，晚点再打吧。", "2")}
    consent, code = consents.get(fate, ("可以，你问吧。", "1"))
    says = {
        "intro": Utterance("嗯，你说吧。", "", 1.2),
        "consent": Utterance(consent, code, 1.5),
        "age": Utterance(f"我{age}岁。", str(age), 1.2),
        "residence": Utterance(
            "没有，刚来。" if fate == "new here" else "住了好多年了。", "2" if fate == "new here" else "1"
        ),
        "county": Utterance(_label(study.form, "county", county) + "。", county, 1.0),
        "sex": Utterance("（听声音）", chance.choice("12"), 0.3),
        "scoring": Utterance("好的。", "", 0.6),
        "suggestion": Utterance(chance.choice(_SUGGESTIONS), "", 3.0),
        "thanks": Utterance("好的，再见。", "", 1.0),
    }
    lean = chance.gauss(0, 0.7)
    for item in (name for aspect in study.aspects for name in aspect.items):
        says[item] = _score(chance, model, lean)
    for question in study.form.asked:
        if question.name not in says and question.kind is not Kind.NOTE:
            says[question.name] = _anything(question, study.form, chance, says)
    for group in study.form.groups:
        if group.repeats:
            says[group.name] = Utterance("没有了，就这些。", "2", 1.0)
    return says


_SUGGESTIONS = (
    "没有什么建议。",
    "希望办事再方便一点。",
    "多听听老百姓的意见。",
    "希望公开透明一些。",
    "医院看病排队太久了。",
)


def _anything(
    question: Question, form: Form, chance: random.Random, says: Mapping[str, Utterance]
) -> Utterance:
    """An answer that fits the kind of question, as people say it; value: as the interviewer would key it. says: what he says elsewhere,
    for lists that depend on it."""
    zh = form.language_for("zh")
    labels = {
        choice.name: choice.labels.get(zh, choice.name)
        for choice in question.choices
        if all(says[key].value == wanted for key, wanted in choice.extras.items() if wanted and key in says)
    }
    codes = list(labels)
    match question.kind:
        case Kind.SELECT_ONE if codes:
            code = chance.choice(codes)
            return Utterance(f"{labels[code]}。", code, 1.0)
        case Kind.SELECT_MULTIPLE if codes:
            return Utterance(f"{labels[codes[0]]}吧，别的没有。", codes[0], 1.5)
        case Kind.RANK:
            order = chance.sample(codes, len(codes))
            return Utterance(
                "、".join(labels[code] for code in order) + "，就这个顺序。", " ".join(order), 3.0
            )
        case Kind.RANGE:
            low, high, step = (int(float(part)) for part in question.bounds or ("0", "10", "1"))
            value = str(chance.randrange(low, high + 1, max(1, step)))
            return Utterance(f"{value}吧。", value, 1.0)
    said, value = _SAID.get(question.kind, ("嗯。", ""))
    return Utterance(said, value, 1.0)


_SAID = {
    Kind.INTEGER: ("三个。", "3"),
    Kind.DECIMAL: ("一个半小时吧。", "1.5"),
    Kind.DATE: ("2023年5月3号那天。", "2023-05-03"),
    Kind.TIME: ("下午两点半。", "14:30"),
    Kind.DATETIME: ("2023年5月4号上午九点。", "2023-05-04 09:00"),
    Kind.TEXT: ("就是家里人，没什么特别的。", ""),
    Kind.ACKNOWLEDGE: ("可以，打吧。", ""),
}


def _score(chance: random.Random, model: Model, lean: float) -> Utterance:
    if chance.random() < model.unknown:
        return Utterance("这个我不太了解。", "dk", 1.5)
    score = min(10, max(0, round(chance.gauss(model.mean + lean, model.spread))))
    return Utterance(f"我打{score}分。", str(score), 1.0)


def _label(form: Form, question: str, code: str) -> str:
    labels = {choice.name: choice.labels for choice in form.by_name[question].choices}
    return labels[code][form.language_for("zh")]


def _pick(weights: Mapping[T, int], chance: random.Random) -> T:
    return chance.choices(list(weights), weights=list(weights.values()))[0]


def cast(numbers: Sequence[tuple[str, str]], study: Study, seed: str) -> dict[str, Resident]:
    """number → resident, for (number, unit) pairs."""
    scoring = models(study, seed)
    return {number: resident(number, unit, study, seed, scoring) for number, unit in numbers}


def draw_practice(
    source: StudySource, frame: Frame, seed: str, size: int
) -> tuple[DrawRecord, tuple[Case, ...]]:
    """A verifiable draw as in real field work, but with secret, dice and case ids from the seed so that it can be repeated."""
    chance = seeded(f"{seed}|draw")
    secret, dice = chance(32), "".join(str(digit % 10) for digit in chance(40))
    bundle = Bundle(source.id, source.version, frame.digest, size, size)
    key = draw_key(secret, dice, bundle.digest)
    drawn = draw(frame, key, size)
    return record(secret, dice, bundle, frame, drawn), cases(frame, key, [d.number for d in drawn])
