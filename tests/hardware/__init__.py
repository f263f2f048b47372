"""Tests of the drivers. The contract's asserts explain themselves like those of any test."""

import pytest

pytest.register_assert_rewrite("tests.hardware.contract")
