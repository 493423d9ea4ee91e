from __future__ import annotations

from typing import Any

import pytest

from editor.checks import check_settings
from editor.limits import Rate


def found(settings: Any, **values: object) -> list[str]:
    for name, value in values.items():
        setattr(settings, name, value)
    messages = check_settings(None)
    assert all(message.hint for message in messages)
    return [str(message.id) for message in messages]


def test_the_defaults_are_consistent(settings: Any) -> None:
    assert found(settings) == []


@pytest.mark.parametrize(
    ("values", "identifier"),
    [
        ({"PUBLIC_URL": "docs.example.com"}, "editor.E001"),
        ({"PUBLIC_URL": "https://example.com/docs"}, "editor.E002"),
        ({"PORT": 70000}, "editor.E003"),
        ({"REDIS_URL": "redis://localhost"}, "editor.W005"),
        ({"OPENAI_BASE_URL": "http://localhost:1/v1", "OPENAI_API_KEY": ""}, "editor.E006"),
        ({"OPENAI_API_KEY": "k", "OPENAI_MODEL": ""}, "editor.E007"),
        ({"HEARTBEAT_SECONDS": 0.0}, "editor.E008"),
        ({"GRACE_GONE_SECONDS": 100.0}, "editor.W009"),
        ({"LIMIT_BYTES": Rate(1000, 1)}, "editor.E010"),
        ({"LIMIT_FRAMES": Rate(10, 1)}, "editor.W011"),
        ({"LIMIT_SOCKETS": 50, "LIMIT_SOCKETS_A_ROOM": None}, "editor.W012"),
    ],
)
def test_what_contradicts_itself_is_named_with_its_remedy(
    settings: Any, values: dict[str, object], identifier: str
) -> None:
    assert found(settings, **values) == [identifier]


def test_a_database_of_another_kind_is_refused(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.mysql")
    assert found(settings) == ["editor.E004"]
