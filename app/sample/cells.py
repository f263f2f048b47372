"""How each quota cell stands: target, finished, under way, and whether it still takes anybody; who closed or opened it, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.questionnaire.form import Form
from app.sample.quota import Cell, Closure, Filling, Quota, is_full, named


@dataclass(frozen=True, slots=True)
class CellState:
    """One cell at one moment. cell: "county=3,sex=1". zh, en: its codes' labels. target, done, running: interviews. open: it still takes
    somebody. decided: the last word of a person about it; None = only the target decides. done, running, open None: not known here."""

    cell: str
    zh: str
    en: str
    target: int
    done: int | None
    running: int | None
    open: bool | None
    decided: Closure | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the cells here. done, running: None = not known, which is not 0. decisions: of people, oldest first."""

    done: Mapping[Cell, int] | None = None
    running: Mapping[Cell, int] | None = None
    decisions: tuple[Closure, ...] = ()

    @property
    def filling(self) -> Filling:
        """The least that is taken: what is not known as if nothing."""
        return Filling(self.done or {}, self.running or {}, self.decisions)


def cell_states(quotas: Iterable[Quota], known: Known, form: Form | None = None) -> tuple[CellState, ...]:
    """Every cell of every quota, in the order of the design. form: names the codes; None = the codes themselves."""
    return tuple(
        CellState(
            cell=named(cell),
            zh=_words(cell, form, "zh"),
            en=_words(cell, form, "en"),
            target=target,
            done=None if known.done is None else known.done.get(cell, 0),
            running=None if known.running is None else known.running.get(cell, 0),
            open=_open(quota, known, cell),
            decided=next((each for each in reversed(known.decisions) if each.cell == cell), None),
        )
        for quota in quotas
        for cell, target in quota.targets.items()
    )


def _open(quota: Quota, known: Known, cell: Cell) -> bool | None:
    """Full is full whatever else is not known; open is only what is known to be."""
    if is_full(quota, known.filling, cell):
        return False
    certain = known.filling.decided(cell) or (known.done is not None and known.running is not None)
    return True if certain else None


def counted(quotas: Iterable[Quota], answers: Iterable[Mapping[str, str]]) -> dict[Cell, int]:
    """Cell → finished interviews, from the answers of each finished interview."""
    designed, found = tuple(quotas), dict[Cell, int]()
    for given in answers:
        for cell in dict.fromkeys(cell for quota in designed for cell in quota.cells_of(given)):
            found[cell] = found.get(cell, 0) + 1
    return found


def _words(cell: Cell, form: Form | None, language: str) -> str:
    return " · ".join(_word(variable, code, form, language) for variable, code in cell)


def _word(variable: str, code: str, form: Form | None, language: str) -> str:
    question = form.by_name.get(variable) if form is not None else None
    choice = next((c for c in question.choices if c.name == code), None) if question else None
    if choice is None or form is None:
        return f"{variable}={code}"
    return choice.labels.get(form.language_for(language), code)
