"""Errors are sentences for people: what happened, where, what to do; and the tree in the docstring is the tree in the code."""

import inspect
import re

import pytest

from app import errors
from app.errors import FangxinError, StorageError, StudyError, UsageError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, FangxinError)]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (StorageError("The disk is full"), "The disk is full."),
        (StorageError("The disk is full."), "The disk is full."),
        (StorageError("The disk is full", where="/data"), "The disk is full (/data)."),
        (StorageError("The disk is full", todo="Make room."), "The disk is full. Make room."),
        (
            StudyError("This column is not known", where="survey!F3", todo="Remove it or correct its name."),
            "This column is not known (survey!F3). Remove it or correct its name.",
        ),
    ],
)
def test_an_error_reads_as_a_sentence(error: FangxinError, sentence: str) -> None:
    assert str(error) == sentence


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_keeps_its_parts_and_says_what_it_means(kind: type[FangxinError]) -> None:
    error = kind("It broke", where="here", todo="Mend it.")
    assert (error.what, error.where, error.todo) == ("It broke", "here", "Mend it.")
    assert str(error) == "It broke (here). Mend it."
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS)
def test_wrong_usage_exits_with_2_and_everything_else_with_1(kind: type[FangxinError]) -> None:
    assert kind("x").exit_code == (2 if kind is UsageError else 1)


def test_the_worlds_faults_are_caught_together_and_our_bugs_are_not_among_them() -> None:
    for kind in KINDS:
        with pytest.raises(FangxinError):
            raise kind("x")
    assert not issubclass(FangxinError, RuntimeError | ValueError | OSError)


def test_the_tree_in_the_docstring_is_the_tree_in_the_code() -> None:
    drawn = re.findall(r"^ [├└]─ (\w+)", errors.__doc__ or "", re.MULTILINE)
    assert sorted(drawn) == sorted(kind.__name__ for kind in KINDS if kind is not FangxinError)
    assert all(kind.__base__ is FangxinError for kind in KINDS if kind is not FangxinError)
