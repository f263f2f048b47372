"""The small archive of the evidence tests."""

from tests.evidence.conftest import made, untouched

__all__ = ["made", "untouched"]
