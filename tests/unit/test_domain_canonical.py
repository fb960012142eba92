"""Our canonical JSON against the package's, byte for byte, and error for error."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.domain.canonical import canonical

TEXT = st.text(alphabet=st.characters(codec="utf-8"))
NUMBERS = st.one_of(st.integers(-(2**53) + 1, 2**53 - 1), st.floats(allow_nan=False, allow_infinity=False))
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(TEXT, inner)),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_every_value_has_the_bytes_that_the_package_gives(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        {"\U0001f600": 1, "\ufb33": 2, "a": 3, "é": 4},
        {"": [], "b": {}, "a": ()},
        ['\x00\x1f\x7f\u2028"\\/\b\f\n\r\t', "ü", 1.0, -0.0, 1e21, 1e-7, 333333333.33333329, 5e-324],
        [True, False, None, 0, -1, 2**53 - 1],
    ],
)
def test_what_is_easily_done_otherwise(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value", [2**53, float("nan"), float("inf"), "\ud800", {"\ud800": 1}, {1: 2}, object(), {"a": {1}}]
)
def test_what_has_no_canonical_form_is_the_packages_error(value: Any) -> None:
    with pytest.raises(Exception) as theirs:
        rfc8785.dumps(value)
    with pytest.raises(type(theirs.value)):
        canonical(value)
