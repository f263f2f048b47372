"""Answers as text, the way they are stored, and as values, the way expressions read them."""

import math
from datetime import tzinfo
from decimal import Decimal

from app.questionnaire.moments import Moment, parse, parse_time
from app.questionnaire.values import Value, to_number, to_text


def typed(text: str, data_type: str, zone: tzinfo) -> Value:
    """A stored text as the value of a node of this XForm type; what cannot be read stays text."""
    if text == "":
        return ""
    match data_type:
        case "int" | "decimal" | "long":
            number = to_number(text)
            return text if math.isnan(number) else number
        case "boolean":
            return text in {"true", "1"}
        case "date" | "dateTime":
            return parse(text, zone) or text
        case "time":
            return parse_time(text, zone) or text
    return text


def untyped(value: Value, data_type: str) -> str:
    """A value as it is stored: typed() of it gives it back for a node of this type."""
    if isinstance(value, Moment):
        if data_type == "date":
            return value.date
        clock = f"{value.time}{value.offset}"
        return clock if data_type == "time" else f"{value.date}T{clock}"
    if isinstance(value, float) and not isinstance(value, bool) and math.isfinite(value):
        # Without an exponent: what is stored must read as the same number again, and XPath knows none.
        return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
    return to_text(value)
