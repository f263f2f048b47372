"""The field report's words, Chinese first and English beside it: for page, window and terminal. No numbers are computed here."""

from app.clock import minute_in_china
from app.results.field import FEWEST, OUTSIDE, FieldReport
from app.results.heard import Heard
from app.results.words import Words, percent
from app.sample.cells import CellState
from app.sample.starved import Lack, Starved

TITLE = Words("外呼进度", "Field report")
NOBODY = Words("未登录", "nobody signed in")
UNDRAWN = Words("批次不明", "replicate not known")
COLUMNS = (
    Words("拨打", "Dials"),
    Words("接触", "Contacts"),
    Words("完成", "Complete"),
    Words("拒访", "Refused"),
    Words("空号、停机", "Dead"),
    Words("在线时长", "Time"),
    Words("完成率", "Yield"),
)
"""Of every table of tallies, in the order of cells()."""
ORDER = Words("乱序率", "Out of order")
ORDER_SAYS = Words(
    "乱序率：任取两个号码，首次拨打的先后与抽样顺序相反的占多大比例。0% 为完全按抽样顺序，50% 等于没有顺序；"
    "某人明显高于其他人，要查是否挑号。",
    "Out of order: of all pairs of numbers, the share first dialled in the opposite order of the draw. 0% is as drawn, 50% as if nobody "
    "had looked; whoever stands out from the others may be picking numbers.",
)
FEW_NUMBERS = Words(f"不足 {FEWEST} 个号码的不计。", f"Not computed below {FEWEST} numbers.")
STARVED = Words("滞留样本", "Starved cases")
"""Open, but nobody can be given them, or they wait too long."""
NONE_STARVED = Words(
    "没有。未完成的样本都有人可拨、有时段可拨。",
    "None. Every open case has somebody who may call it, and hours for it.",
)
DESKS = Words("工作站来讯", "Desks heard of")
LAST_HEARD = Words("最近来讯", "Last heard")
"""Of each desk: the last line it handed in, or its last round with the pool."""
NO_CELLS = Words("本项目没有设配额。", "This study has no quotas.")
UNKNOWN = Words("是否已满，没有机房密钥无法得知", "open or full: not known here without the room's key")
"""Of a quota cell whose counts stay sealed."""
NO_CALLS = Words(
    "还没有拨打记录。工作站同步之后，数字会出现在这里。",
    "No calls yet. The figures appear once workstations have synchronised.",
)
_LACK = {
    Lack.SKILL: Words(
        "需要“{what}”技能，名单上无人具备", "asks for “{what}”, which nobody on the roster has"
    ),
    Lack.ANOTHER: Words(
        "须换人回拨，名单上没有其他人可拨", "asks for another interviewer, and nobody else can call"
    ),
    Lack.FOREIGN: Words("可拨的人都须回避“{what}”", "everybody who could call is kept away from “{what}”"),
    Lack.QUOTA: Words("“{what}”的配额已满或已关闭", "the quota cells of “{what}” are full or closed"),
    Lack.MISSED: Words("约访已过时未拨，约定时间 {what}", "the appointment at {what} was not kept"),
    Lack.HOURS: Words("调查期内已没有可拨时段", "the field period has no more hours for it"),
}
_SKILLS = {"refusal": Words("拒访转化", "refusal conversion"), "dialect": Words("方言", "a dialect")}


def why(case: Starved, units: dict[str, Words] | None = None) -> Words:
    """Why a case starves. units: code → name."""
    named = {**_SKILLS, **(units or {})}.get(case.what, Words(case.what, case.what))
    said = _LACK[case.lack]
    return Words(said.zh.format(what=named.zh), said.en.format(what=named.en))


def state(cell: CellState) -> Words:
    """Whether a cell takes anybody, and who has decided so and why."""
    if (by := cell.decided) is not None:
        zh, en = ("手动开放", "opened by") if by.open else ("手动关闭", "closed by")
        at = minute_in_china(by.wall)[5:]
        return Words(f"{zh}：{by.by}，{at}，{by.reason}", f"{en} {by.by}, {at}: {by.reason}")
    if cell.open is None:
        return UNKNOWN
    return Words("开放", "open") if cell.open else Words("已满", "full")


def slice_name(name: str, report: FieldReport) -> Words:
    """A slice by its hours."""
    if name == OUTSIDE or name not in report.hours:
        return Words("时段外", "outside the hours")
    zh, en = ("休息日", "rest day") if name.startswith("restday") else ("工作日", "workday")
    return Words(f"{zh} {report.hours[name]}", f"{en} {report.hours[name]}")


def heard(desk: Heard) -> Words:
    """When a desk was last heard of, and whether that is long ago."""
    if not desk.wall:
        return Words("已登记，从未来讯", "enrolled, never heard of")
    at = minute_in_china(desk.wall)
    if not desk.silent:
        return Words(at, at)
    return Words(f"{at}，已超过两小时无来讯", f"{at}, silent for over two hours")


def order(value: float | None) -> str:
    """The cherry-pick index as it is printed."""
    return percent(value)
