"""What stands beside a close code."""

from __future__ import annotations

import re

import pytest

from editor.wire.close_codes import CloseCode, reason


def test_an_overload_says_when_to_come_again() -> None:
    assert re.fullmatch(r"retry_after=[1-9]\d*", reason(CloseCode.OVERLOAD))


@pytest.mark.parametrize("code", [code for code in CloseCode if code is not CloseCode.OVERLOAD])
def test_nothing_else_does(code: CloseCode) -> None:
    assert reason(code) == ""
