"""A scripted desk: one study, one line, no hardware, no disk. It behaves as app.desk.Desk does, in the window's eyes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import Qt

from app.errors import AnswerError
from app.interview.screen import (
    CaseView,
    LineView,
    Notice,
    OptionView,
    OutcomeView,
    Page,
    PracticeView,
    QuestionView,
    RecordingView,
    Screen,
    SendingView,
)

WORDS = {
    "zh": {
        "study": "达州市2017年党风廉政建设社会评价",
        "intro": "您好！我是达州市统计局社情民意调查中心的访问员，来电显示号码是028-12340。我们正在开展党风廉政建设社会评价，"
        "您的号码是电脑随机抽取的，想占用您大约六分钟，听听您的看法。通话会录音，只用于质量检查；您的回答只作汇总，不会公开您个人的意见。"
        "您现在方便吗？",
        "intro.hint": "对方不便或要求改时间，挂断后登记“约访”。对方正在开车，不得访问。",
        "age": "请问您今年多大年纪？",
        "age.hint": "周岁。不满 18 岁或超过 70 岁，致谢后结束。",
        "lives": "您在达州居住满半年了吗？",
        "yes": "是，住满半年",
        "no": "不是，没有住满半年",
        "county": "您现在住在哪个县、市、区？",
        "q1": "您觉得达州市的领导对反腐败工作重视不重视？满分10分，0分表示很不重视，10分表示很重视，请您打个分。",
        "q2": "您对当地党员干部廉洁自律的表现，打几分？",
        "item.hint": "只记整数分。受访者说“很好”“一般”，请追问具体打几分。说“不了解”，按 F9。",
        "comment": "您对党风廉政建设和反腐败工作，还有什么意见和建议？",
        "comment.hint": "本线不受理举报。对方要举报，请告知拨打12388。",
        "end": "我的问题问完了，谢谢您的支持，祝您生活愉快，再见！",
        "not_eligible": "谢谢您。这次调查的对象是18到70岁、在达州住满半年的居民，就不再打扰您了，再见！",
        "unit": "通川区",
        "reason": "请打整数分（0到10分）。",
        "said": "这个嘛，我觉得还可以，八分嘛。",
    },
    "en": {
        "study": "Dazhou 2017: public evaluation of clean government",
        "intro": "Good evening. I am calling from the Dazhou opinion survey centre; the number on your display is 028-12340. "
        "We are asking residents how they see clean government. Your number was drawn at random; it takes about six minutes. "
        "The call is recorded for checking only, and answers are only ever reported together. Is now a good time?",
        "intro.hint": "If not, hang up and record a call-back. Never interview somebody who is driving.",
        "age": "How old are you, please?",
        "age.hint": "Completed years. Under 18 or over 70: thank and end.",
        "lives": "Have you lived in Dazhou for at least half a year?",
        "yes": "Yes, half a year or longer",
        "no": "No, shorter",
        "county": "Which county or district do you live in?",
        "q1": "How much weight do the city’s leaders give to fighting corruption? 0 means none at all and 10 very much.",
        "q2": "And how honest are local officials, from 0 to 10?",
        "item.hint": "Whole points only. If they say “good” or “so-so”, ask how many points that is. “No idea” is F9.",
        "comment": "Is there anything you would like to suggest?",
        "comment.hint": "This line takes no complaints. For those, name 12388.",
        "end": "That was all. Thank you very much for your time. Good-bye!",
        "not_eligible": "Thank you. This time we ask residents aged 18 to 70 who have lived here for half a year. Good-bye!",
        "unit": "Tongchuan District",
        "reason": "Please give a whole number (0 to 10).",
        "said": "Well, not bad, I’d say an eight.",
    },
}

OUTCOMES = (
    OutcomeView("60", "完成", "Complete", "interview"),
    OutcomeView("11", "空号", "Number not in service", "line"),
    OutcomeView("12", "停机（欠费/报停）", "Suspended (unpaid or on request)", "line"),
    OutcomeView("13", "关机", "Powered off", "line"),
    OutcomeView("14", "无法接通/不在服务区", "Not reachable, out of coverage", "line"),
    OutcomeView("15", "占线/通话中", "Busy", "line"),
    OutcomeView("16", "无人接听（振铃30秒以上）", "No answer (rang 30 s or more)", "nobody"),
    OutcomeView("17", "振铃被挂断/拦截软件", "Rejected while ringing, call blocker", "nobody"),
    OutcomeView("18", "来电助手/转移/语音信箱", "Assistant, diverted, voicemail", "nobody"),
    OutcomeView("19", "呼入限制/线路或频次限制", "Line or frequency limit", "line", note_required=True),
    OutcomeView("20", "传真", "Fax", "line"),
    OutcomeView("21", "改号", "Number changed", "line"),
    OutcomeView("31", "接通即挂（开场白未完）", "Hung up during the introduction", "refusal"),
    OutcomeView("32", "约访（定时）", "Call back at a fixed time", "appointment", note_required=True),
    OutcomeView("33", "约访（大致时间）", "Call back at a rough time", "appointment", note_required=True),
    OutcomeView("34", "本人暂不在", "Selected person not at home", "appointment"),
    OutcomeView("35", "调查期内不在", "Away for the whole field period", "appointment"),
    OutcomeView("36", "拒访（甄别前）", "Refused before screening", "refusal"),
    OutcomeView("37", "拒访（本人）", "Refused by the person", "refusal"),
    OutcomeView("38", "强拒/要求勿再拨", "Firm refusal, do not call again", "refusal", note_required=True),
    OutcomeView("39", "中途拒访", "Broke off", "refusal"),
    OutcomeView("40", "方言/语言不通", "Language", "refusal"),
    OutcomeView("41", "听力/身体/精神原因", "Hearing, health", "refusal"),
    OutcomeView("42", "环境不便（开车、开会）", "Bad moment (driving, meeting)", "appointment"),
    OutcomeView("51", "年龄不符", "Age out of range", "not_eligible"),
    OutcomeView("52", "居住不足半年", "Resident for less than half a year", "not_eligible"),
    OutcomeView("53", "非本市", "Not in this city", "not_eligible"),
    OutcomeView("54", "单位电话", "Office number", "not_eligible"),
    OutcomeView("55", "机构、集体", "Institution, group", "not_eligible"),
    OutcomeView("56", "配额满", "Quota full", "not_eligible"),
    OutcomeView("57", "重复/已访过", "Interviewed before", "not_eligible"),
)

COUNTIES = {
    "zh": ("通川区", "达川区", "万源市", "宣汉县", "开江县", "大竹县", "渠县"),
    "en": ("Tongchuan", "Dachuan", "Wanyuan", "Xuanhan", "Kaijiang", "Dazhu", "Quxian"),
}
NAMES = ("intro", "age", "lives", "county", "q1", "q2", "comment", "end")


@dataclass
class FakeDesk:
    """verbs: every call, in order, as (name, arguments). slow: a verb of this name waits for the event. broken: it raises."""

    verbs: list[tuple[Any, ...]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, str]] = field(default_factory=list)
    slow: dict[str, threading.Event] = field(default_factory=dict)
    broken: str = ""
    rings: int = 2
    closed: bool = False
    cases: int = 9
    threads: set[int] = field(default_factory=set)
    screen: Screen = field(default_factory=lambda: Screen(study=WORDS["zh"]["study"], outcomes=OUTCOMES))
    _ticks: int = 0
    _at: int = 0

    @staticmethod
    def keys_for(question: QuestionView) -> tuple[str | Qt.Key, ...]:
        """What an interviewer presses on a question, to get on."""
        enter = Qt.Key.Key_Return
        return {
            "intro": (enter,),
            "age": ("4", "5", enter),
            "lives": ("1",),
            "county": ("3",),
            "q1": ("8",),
            "q2": ("1", "0"),
            "comment": (enter,),
            "end": (enter,),
        }[question.name]

    # The interviewer's verbs

    def sign_in(self, name: str) -> None:
        self._did("sign_in", name)
        self.show(page=Page.READY, interviewer=name)

    def sign_out(self) -> None:
        self._did("sign_out")
        self.show(page=Page.SIGN_IN, interviewer="", notice=Notice.NONE)

    def next_case(self) -> None:
        self._did("next_case")
        if self.cases == 0:
            self.show(notice=Notice.NO_CASES)
            return
        self.cases -= 1
        case = CaseView(f"{self.cases:016x}", "138****0417", self._word("unit"), attempts=self.cases % 3)
        self.show(page=Page.CASE, case=case, notice=Notice.NONE)

    def called_back(self, number: str) -> None:
        self._did("called_back", number)
        case = CaseView("c" * 16, "138****0417", self._word("unit"), attempts=1)
        self.show(page=Page.CASE, case=case, notice=Notice.CALLED_BACK)

    def correct(self) -> None:
        self._did("correct")
        case = CaseView("d" * 16, "138****0417", self._word("unit"), attempts=1)
        others = tuple(replace(each, note_required=each.key != "16") for each in OUTCOMES if each.key != "60")
        self.show(page=Page.OUTCOME, correcting=True, case=case, proposed="16", notice=Notice.CORRECTING)
        self.show(outcomes=others)

    def dial(self) -> None:
        self._did("dial")
        self._ticks, self._at = 0, 0
        counts = replace(self.screen.counts, dials=self.screen.counts.dials + 1)
        self.show(
            page=Page.DIALING, line=LineView.DIALING, recording=RecordingView.ON, counts=counts, elapsed=0
        )

    def answer(self, value: str) -> None:
        self._did("answer", value)
        question = self.screen.question
        if self.screen.page is not Page.INTERVIEW or question is None:
            return
        try:
            self._check(question, value)
        except AnswerError as error:
            self.show(question=replace(question, error=str(error.what)))
            return
        self.answers[question.name] = value
        if question.ends or self._at == len(NAMES) - 1:
            self.show(question=None, proposed=question.ends or "60")
            self._end_call()
            return
        self._at = len(NAMES) if self._ineligible(question, value) else self._at + 1
        self.show(question=self._question(), practice=None)

    def mark_answered(self) -> None:
        self._did("mark_answered")
        self.show(page=Page.INTERVIEW, line=LineView.TALKING, question=self._question())

    def mute(self) -> None:
        self._did("mute")
        self.show(device=replace(self.screen.device, muted=not self.screen.device.muted))

    def pause(self) -> None:
        self._did("pause")
        self.show(auto_dial=not self.screen.auto_dial)

    def back(self) -> None:
        self._did("back")
        self._at = max(0, self._at - 1)
        self.show(question=self._question(), practice=None)

    def hang_up(self) -> None:
        self._did("hang_up")
        if self.screen.page in (Page.DIALING, Page.INTERVIEW):
            guess = "16" if self.screen.page is Page.DIALING else "39"
            self.show(proposed=guess)
            self._end_call()

    def confirm_heard(self, key: str) -> None:
        self._did("confirm_heard", key)
        if self.screen.heard is not None and self.screen.heard.outcome == key:
            self._end_call()
            self.choose_outcome(key)
            self.show(heard=None)

    def play_clip(self) -> None:
        self._did("play_clip")

    def note(self, text: str) -> None:
        self._did("note", text)
        self.notes.append(text)

    def switch_language(self, iso: str) -> None:
        self._did("switch_language", iso)
        self.show(language=iso)
        if self.screen.question is not None:
            self.show(question=self._question())

    def choose_outcome(self, key: str, note: str = "") -> None:
        self._did("choose_outcome", key, note)
        if self.screen.correcting:
            self.outcomes.append((key, note))
            self.show(page=Page.READY, correcting=False, case=None, proposed="", notice=Notice.CORRECTED)
            self.show(outcomes=OUTCOMES)
            return
        outcome = next(o for o in OUTCOMES if o.key == key)
        if outcome.note_required and not note.strip():
            self.show(notice=Notice.NOTE_REQUIRED)
            return
        if key == "60" and "end" not in self.answers:
            self.show(notice=Notice.NOT_ACCEPTED)
            return
        self.outcomes.append((key, note))
        counts = replace(self.screen.counts, completes=self.screen.counts.completes + (key == "60"))
        self.show(page=Page.READY, notice=Notice.SAVED, counts=counts, case=None, question=None, proposed="")
        self.show(line=LineView.IDLE, recording=RecordingView.OFF, elapsed=0, practice=None)

    def sending(self, view: SendingView) -> None:
        self.show(sending=view)

    def tick(self) -> None:
        self.threads.add(threading.get_ident())
        self._ticks += 1
        if self.screen.page is Page.DIALING and self._ticks == self.rings:
            self.show(line=LineView.RINGING)
        elif self.screen.page is Page.DIALING and self._ticks == self.rings * 2:
            self.show(
                page=Page.INTERVIEW, line=LineView.TALKING, question=self._question(), notice=Notice.NONE
            )
        elif self.screen.line is LineView.TALKING:
            self.show(elapsed=self._ticks // 20)

    def close(self) -> None:
        self.verbs.append(("close",))
        self.closed = True

    # The world

    def talk_at(self, name: str) -> None:
        """In the middle of a call: a script that has come to the question `name`."""
        self.sign_in("Li")
        self.next_case()
        self.dial()
        self._at = NAMES.index(name)
        self.answers = {"q1": "8"} if name == "q2" else {}
        self.show(page=Page.INTERVIEW, line=LineView.TALKING, question=self._question())
        self.verbs.clear()

    def line_drops(self) -> None:
        """The far side hangs up."""
        self.show(proposed="39")
        self._end_call()

    def show(self, **changes: Any) -> None:
        """What the desk shows now."""
        self.screen = replace(self.screen, **changes)

    def _end_call(self) -> None:
        self.show(page=Page.OUTCOME, line=LineView.ENDED, recording=RecordingView.CLOSED)

    def _did(self, *verb: Any) -> None:
        self.verbs.append(verb)
        if self.broken == verb[0]:
            raise KeyError("a bug on purpose, near 13800138000")
        if verb[0] in self.slow:
            self.slow[verb[0]].wait(60)

    def _word(self, key: str) -> str:
        return WORDS[self.screen.language][key]

    def _check(self, question: QuestionView, value: str) -> None:
        if question.scale and value != question.dk and value != question.refused and not value.isdigit():
            raise AnswerError(self._word("reason"))

    @staticmethod
    def _ineligible(question: QuestionView, value: str) -> bool:
        return (question.name == "age" and not 18 <= int(value) <= 70) or (question.name, value) == (
            "lives",
            "2",
        )

    def _question(self) -> QuestionView:
        name = NAMES[self._at] if self._at < len(NAMES) else "not_eligible"
        view = QuestionView(
            name=name,
            kind="note",
            read_aloud=self._word(name),
            instruction=WORDS[self.screen.language].get(f"{name}.hint", ""),
            value=self.answers.get(name, ""),
            number=min(self._at, len(NAMES) - 2),
            total=len(NAMES) - 2,
        )
        return self._of_kind[name](self, view) if name in self._of_kind else view

    def _number(self, view: QuestionView) -> QuestionView:
        return replace(view, kind="integer", required=True, part="screening")

    def _yes_no(self, view: QuestionView) -> QuestionView:
        options = (OptionView("1", self._word("yes")), OptionView("2", self._word("no")))
        return replace(view, kind="select_one", options=options, refused="99", part="screening")

    def _one_of_seven(self, view: QuestionView) -> QuestionView:
        names = COUNTIES[self.screen.language]
        options = tuple(OptionView(str(i), name, read=False) for i, name in enumerate(names, start=1))
        return replace(view, kind="select_one", options=options, part="screening")

    def _item(self, view: QuestionView) -> QuestionView:
        hint = self._word("item.hint")
        return replace(
            view,
            kind="integer",
            scale=(0, 10),
            dk="98",
            refused="99",
            part="items",
            instruction=hint,
            required=True,
        )

    def _verbatim(self, view: QuestionView) -> QuestionView:
        return replace(view, kind="text", part="items", dk="98")

    def _ending(self, view: QuestionView) -> QuestionView:
        return replace(view, ends="51", part="close")

    def said(self) -> PracticeView:
        """What the practice resident says to a score."""
        return PracticeView(self._word("said"), "8")

    _of_kind = {  # noqa: RUF012 - a table, never changed
        "age": _number,
        "lives": _yes_no,
        "county": _one_of_seven,
        "q1": _item,
        "q2": _item,
        "comment": _verbatim,
        "intro": lambda _self, view: replace(view, part="intro"),
        "end": lambda _self, view: replace(view, part="close"),
        "not_eligible": _ending,
    }


MakeDesk = Callable[[], FakeDesk]
