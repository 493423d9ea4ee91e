"""Point 4: what the copilot may not do alone is confirmed once, by one person, for everyone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from tests.browser.conftest import Room
from tests.browser.window import Window, document_of, words


@pytest.fixture
def address(request: pytest.FixtureRequest) -> str:
    return words(request.node.name, 1).rstrip(".").lower() + "@example.com"


def card_with(window: Window, address: str) -> Locator:
    card = window.confirmation()
    expect(card.locator("dl")).to_contain_text(address)
    return card


def invitations(room: Room) -> list[tuple[str, str]]:
    sql = "SELECT email, role FROM editor_invitation WHERE document_id = ?"
    return [(email, role) for email, role in room.site.server.database.rows(sql, room.document)]


def test_one_confirms_and_a_third_browser_with_the_link_is_the_invited_person(
    room: Room, address: str, new_context: Callable[..., BrowserContext]
) -> None:
    run = room.owner.ask(f"Please invite {address} as editor")
    cards = [card_with(window, address) for window in (room.owner, room.guest)]
    assert invitations(room) == []
    cards[1].get_by_role("button", name="Confirm", exact=True).click()
    for card in cards:
        expect(card).to_contain_text(f"Confirmed by {room.guest.own_name()}")
    room.owner.has_ended(run)
    assert invitations(room) == [(address, "editor")]
    assert room.site.server.printed().count(f"To: {address}") == 1
    assert address in room.owner.run(run)["answer"]
    cards[0].get_by_role("button", name="Copy link").click()
    link = str(cards[0].locator("[data-invitation-url]").get_attribute("data-invitation-url"))
    ada = new_context().new_page()
    ada.goto(link)
    if ada.get_by_label("Your name").count():
        ada.get_by_label("Your name").fill("Ada")
    ada.get_by_role("button", name="Open the document").click()
    ada.wait_for_function("() => window.scriptorium?.editor")
    assert document_of(ada) == room.document
    assert ada.evaluate("() => window.scriptorium.room.role()") == "editor"
    sql = "SELECT u.email FROM editor_grant g JOIN editor_user u ON u.id = g.user_id WHERE g.document_id = ?"
    assert (address,) in room.site.server.database.rows(sql, room.document)


def test_denied_there_is_no_invitation_and_no_mail_and_the_copilot_says_so(room: Room, address: str) -> None:
    run = room.owner.ask(f"Please invite {address} as editor")
    card_with(room.guest, address).get_by_role("button", name="Deny", exact=True).click()
    for window in (room.owner, room.guest):
        expect(window.confirmation()).to_contain_text(f"Denied by {room.guest.own_name()}")
        window.has_ended(run)
        expect(window.run_view(run).locator(".answer")).to_contain_text("denied", ignore_case=True)
    assert invitations(room) == []
    assert f"To: {address}" not in room.site.server.printed()


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told_who(room: Room, address: str) -> None:
    room.owner.ask(f"Please invite {address} as viewer")
    for window in (room.owner, room.guest):
        card_with(window, address)
    decide = """() => {
      const { room, session } = window.scriptorium;
      const [confirmation] = Object.keys(session.toJSON().confirmations);
      window.decided = room.command("decide_confirmation", { confirmation, verdict: "approve" })
        .then((ack) => ["ack", ack.by], (nack) => [nack.code, nack.details.by]);
    }"""
    for window in (room.owner, room.guest):
        window.page.evaluate(decide)
    answers = [window.page.evaluate("() => window.decided") for window in (room.owner, room.guest)]
    assert sorted(code for code, _ in answers) == ["ack", "already_resolved"]
    assert len({by for _, by in answers}) == 1
    expect(room.owner.confirmation()).to_contain_text(f"Confirmed by {answers[0][1]}")
    assert len(invitations(room)) == 1
