"""What all tests share: settings without a developer's environment, the many-process stores, kept artefacts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings

from editor import throttle
from tests.running.stores import postgres_server, redis_server

hypothesis.settings.register_profile("default", deadline=None, derandomize=True)
hypothesis.settings.register_profile("soak", deadline=None, max_examples=10_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session", autouse=True)
def our_settings_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A developer's key, mail server or data folder is no part of a test."""
    settings.DATA_DIR = tmp_path_factory.mktemp("data")
    settings.SECRET_KEY = "of the tests"
    settings.OPENAI_API_KEY = settings.OPENAI_BASE_URL = ""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_tries_used_up() -> None:
    """What one test tried does not count for the next."""
    throttle.store.cache_clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file, not memory: threads have connections of their own, as in the server."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        folder = tmp_path_factory.mktemp("database")
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(folder / "test.sqlite3")}


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """An empty database of its own for each test file."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def artefacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots, traces and logs of failed tests are kept."""
    return tmp_path_factory.mktemp("artefacts")
