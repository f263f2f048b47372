"""Where a key does something: questions about the screen that is painted, for the table of keys (actions.py)."""

from app.interview.screen import LineView, Page, Screen


def in_interview(screen: Screen) -> bool:
    """A question is on screen."""
    return screen.page is Page.INTERVIEW and screen.question is not None


def offers_dk(screen: Screen) -> bool:
    """ "Don't know" can be answered."""
    return in_interview(screen) and screen.question is not None and bool(screen.question.dk)


def offers_refused(screen: Screen) -> bool:
    """ "Refused" can be answered."""
    return in_interview(screen) and screen.question is not None and bool(screen.question.refused)


def can_go_back(screen: Screen) -> bool:
    """A question was answered before."""
    return in_interview(screen) and screen.question is not None and screen.question.number > 0


def proposes(screen: Screen) -> bool:
    """The line has said something that proposes an outcome."""
    return screen.heard is not None and bool(screen.heard.outcome)


def has_clip(screen: Screen) -> bool:
    """What the line said can be heard again."""
    return screen.heard is not None and screen.heard.clip


def marks_answer(screen: Screen) -> bool:
    """Somebody must say that the call was answered."""
    return screen.page is Page.DIALING and screen.device.marks_answer


def may_pause(screen: Screen) -> bool:
    """Cases are dialled by themselves."""
    return screen.auto_dial is not None and screen.page in (Page.READY, Page.CASE, Page.DIALING, Page.OUTCOME)


def may_probe(screen: Screen) -> bool:
    """The question can be probed."""
    question = screen.question if in_interview(screen) else None
    return (
        question is not None
        and question.kind not in ("note", "acknowledge", "repeat")
        and not question.readonly
    )


def has_vague_rule(screen: Screen) -> bool:
    """The study has a rule for vague words here."""
    return in_interview(screen) and screen.question is not None and bool(screen.question.vague)


def can_remove(screen: Screen) -> bool:
    """This instance of a repeat may be taken away."""
    where = screen.question.instance if in_interview(screen) and screen.question else None
    return where is not None and bool(where.name)


def may_mute(screen: Screen) -> bool:
    """Somebody is on a line that we can mute: by hand, the telephone itself carries the voice."""
    return screen.line is LineView.TALKING and not screen.device.by_hand


def everywhere(_screen: Screen) -> bool:
    """Always."""
    return True
