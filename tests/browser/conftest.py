"""A browser for each test file, servers with both kinds of model, and rooms with a generated text."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, expect, sync_playwright

from tests.browser.window import Window, rough
from tests.running.server import Provider, Server
from tests.running.visitor import Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 30_000
MODELS = ("demo", "openai")
failed = pytest.StashKey[bool]()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Started anew for each file: its event loop must not outlive it in a worker that runs other tests afterwards."""
    expect.set_options(timeout=PATIENCE_MS)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@pytest.fixture
def new_context(
    browser: Browser, request: pytest.FixtureRequest, artefacts: Path
) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts: what one person's browser keeps. Of a failed test pictures and a trace are kept."""
    contexts: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.tracing.start(screenshots=True, snapshots=True)
        contexts.append(context)
        return context

    yield make
    keep = request.node.stash.get(failed, True)
    for number, context in enumerate(contexts):
        place = artefacts / f"{request.node.name}-{number}".replace("/", "-")[:150]
        with suppress(Error):
            if keep:
                for tab, page in enumerate(context.pages):
                    page.screenshot(path=f"{place}-{tab}.png")
            context.tracing.stop(path=f"{place}.zip" if keep else None)
            context.close()
    if keep:
        print(f"Screenshots and traces: {artefacts}")  # noqa: T201


@pytest.fixture
def context(new_context: Callable[..., BrowserContext]) -> BrowserContext:
    return new_context()


@dataclass
class Site:
    """A running server, its model, and its owner."""

    server: Server
    model: str
    owner: Visitor
    provider: Provider | None = None
    settings: dict[str, str] = field(default_factory=dict)


def _site(folder: Path, model: str, stack: ExitStack, **environment: str) -> Site:
    provider = None
    if model == "openai":
        provider = Provider(folder)
        stack.callback(provider.stop)
        provider.start()
        environment |= {"OPENAI_API_KEY": "a key of the tests", "OPENAI_BASE_URL": provider.url}
    server = Server(folder, COPILOT_DEMO_WORDS_A_SECOND="50", **environment)
    stack.callback(server.stop)
    server.start()
    owner = Visitor(server.url)
    owner.sign_in(server.owner_link)
    return Site(server, model, owner, provider, environment)


@pytest.fixture(scope="module")
def new_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Site]]:
    """Starts servers of a file's own: `new_site("openai", GRACE_GONE_SECONDS="1")`."""
    with ExitStack() as stack:
        yield lambda model="demo", **environment: _site(tmp_path_factory.mktemp(model), model, stack, **environment)


@pytest.fixture(scope="module", params=MODELS)
def site(request: pytest.FixtureRequest, new_site: Callable[..., Site]) -> Site:
    """A server with the demo copilot, and one whose copilot speaks through `openai` to the tests' provider."""
    return new_site(request.param)


@pytest.fixture(scope="module")
def demo_site(new_site: Callable[..., Site]) -> Site:
    return new_site("demo")


@dataclass
class Room:
    """A document of generated paragraphs that its owner and a guest have open in one browser."""

    site: Site
    document: uuid.UUID
    context: BrowserContext
    paragraphs: list[str]
    owner: Window
    guest: Window
    editor_link: str

    @property
    def url(self) -> str:
        return f"{self.site.server.url}/documents/{self.document}"


def signed_in(context: BrowserContext, visitor: Visitor) -> BrowserContext:
    """Give the browser the visitor's cookies."""
    pairs = (pair.split("=", 1) for pair in visitor.cookie.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": visitor.server} for name, value in pairs])
    return context


def open_room(site: Site, context: BrowserContext, seed: str, paragraphs: int = 3) -> Room:
    document = site.owner.new_document()
    texts = [rough(f"{seed} {number}", 24) for number in range(paragraphs)]
    owner = Window(signed_in(context, site.owner), f"{site.server.url}/documents/{document}")
    owner.write(*texts)
    link = site.owner.link(document, "editor")
    guest = Window(context, link)
    guest.sees(texts[-1])
    return Room(site, document, context, texts, owner, guest, link)


@pytest.fixture
def room(site: Site, context: BrowserContext, request: pytest.FixtureRequest) -> Room:
    return open_room(site, context, request.node.name)
