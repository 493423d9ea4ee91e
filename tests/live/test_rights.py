"""The server decides who may do what, whatever a client says."""

from __future__ import annotations

import sqlite3
import uuid

from editor.room.replica import Replica
from tests.live.conftest import House
from tests.live.people import reads, types, wait_for_saved, wait_for_text
from tests.running.seat import Seat, seat
from tests.running.visitor import Visitor


def guest_of(house: House, document: uuid.UUID, role: str) -> str:
    visitor = Visitor(house.server.url)
    return str(visitor.guest(house.owner.link(document, role))["pass"])


def test_a_viewer_reads_what_the_owner_types(house: House, document: uuid.UUID) -> None:
    viewing = guest_of(house, document, "viewer")
    with (
        seat(house.server.url, document, cookie=house.owner.cookie) as owner,
        seat(house.server.url, document, guest_pass=viewing) as viewer,
    ):
        owner.greet()
        viewer.greet()
        types(owner, "for all to read")
        wait_for_text(viewer, "for all to read")


def test_a_viewer_who_writes_is_closed_with_4403_and_nothing_is_stored(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, guest_pass=guest_of(house, document, "viewer")) as viewer:
        viewer.greet()
        types(viewer, "not mine to write")
        assert viewer.until_closed() == 4403
    assert house.text(document) == ""


def test_a_viewer_s_step_2_counts_and_changes_nothing(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, guest_pass=guest_of(house, document, "viewer")) as viewer:
        viewer.greet()
        forged = Replica()
        with forged.edit():
            forged.root().insert_element(0, "paragraph", {})
        viewer.send_step_2(forged.state())
        wait_for_saved(viewer, 1)
    assert house.text(document) == ""


def test_a_reader_s_yjs_that_tidies_up_after_a_deletion_stays(house: House, document: uuid.UUID) -> None:
    found = house.stock("watch", document, guest_of(house, document, "viewer"))
    assert found == {"text": "plain  plain", "made": 1, "closed": 0}
    assert house.text(document) == "plain  plain"


def test_a_viewer_s_deletion_counts_and_deletes_nothing(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as owner:
        owner.greet()
        types(owner, "not theirs to delete")
        wait_for_saved(owner, 2)
    for deletes in (Seat.send_update, Seat.send_step_2):
        with seat(house.server.url, document, guest_pass=guest_of(house, document, "viewer")) as viewer:
            viewer.greet()
            viewer.catch_up()
            viewer.content.root().remove(0)
            update = viewer.content.take_edits()
            assert update
            deletes(viewer, update)
            wait_for_saved(viewer, 1)
    assert house.text(document) == "not theirs to delete"


def test_a_viewer_s_commands_are_refused(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, guest_pass=guest_of(house, document, "viewer")) as viewer:
        viewer.greet()
        answer = viewer.ask("rename_document", title="Mine now")
        assert (answer["type"], answer["code"]) == ("nack", "forbidden")


def test_a_stranger_gets_nothing(house: House, document: uuid.UUID) -> None:
    other = house.owner.new_document()
    with seat(house.server.url, document) as nobody:
        assert nobody.until_closed() == 4401
    with seat(house.server.url, document, guest_pass=guest_of(house, other, "editor")) as stranger:
        assert stranger.until_closed() == 4403
    with seat(house.server.url, uuid.uuid4(), cookie=house.owner.cookie) as lost:
        assert lost.until_closed() == 4404


def test_a_page_of_one_person_is_closed_in_the_session_of_another(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie, query=f"?person={uuid.uuid4()}") as former:
        assert former.until_closed() == 4401
        assert (former.messages, former.steps) == ([], set())
    owner = house.server.database.one("SELECT user_id FROM editor_grant WHERE document_id = ?", document)
    with seat(house.server.url, document, cookie=house.owner.cookie, query=f"?person={uuid.UUID(str(owner))}") as own:
        own.greet()


def test_a_page_of_another_site_is_closed_with_4403(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie, origin="https://evil.example") as page:
        assert page.until_closed() == 4403


def test_a_guest_changes_the_name_and_everybody_sees_it(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, guest_pass=guest_of(house, document, "editor")) as guest:
        guest.greet()
        assert guest.ask("set_name", name="  Ada   Lovelace ")["name"] == "Ada Lovelace"
        assert guest.ask("set_name", name="")["code"] == "invalid"


def test_a_repeated_command_gets_its_first_answer_and_changes_nothing(house: House, document: uuid.UUID) -> None:
    with (
        seat(house.server.url, document, cookie=house.owner.cookie) as first,
        seat(house.server.url, document, cookie=house.owner.cookie) as second,
    ):
        first.greet()
        second.greet()
        command_id = first.command("rename_document", title="One")
        assert first.answer(command_id)["title"] == "One"
        first.ask("rename_document", title="Two")
        second.say({"type": "rename_document", "id": command_id, "title": "Three"})
        assert second.answer(command_id)["title"] == "One"
        assert house.server.database.one("SELECT title FROM editor_document WHERE id = ?", document) == "Two"


def test_content_outside_the_schema_is_refused_and_the_room_unharmed(house: House, document: uuid.UUID) -> None:
    hostile = Replica()
    with hostile.edit():
        hostile.root().insert_element(0, "script", {})
    elsewhere = Replica()
    with elsewhere.edit():
        elsewhere.section("runs").put("x", {"state": "completed"})
    with seat(house.server.url, document, cookie=house.owner.cookie) as honest:
        honest.greet()
        for update in (hostile.state(), elsewhere.state(), b"\x01\x01\xff", b""):
            with seat(house.server.url, document, cookie=house.owner.cookie) as one:
                one.greet()
                one.send_update(update)
                assert one.until_closed() == 4400
        types(honest, "still here")
        wait_for_text(honest, "still here")
        wait_for_saved(honest, 2)
    assert house.text(document) == "still here" == reads(honest)


def test_a_text_frame_is_refused(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as one:
        one.greet()
        one.send_text("hello")
        assert one.until_closed() == 4400


def test_an_update_with_a_gap_is_answered_with_step_1_and_not_called_saved(house: House, document: uuid.UUID) -> None:
    with seat(house.server.url, document, cookie=house.owner.cookie) as one:
        one.greet()
        wait_for_saved(one, 1)
        with one.content.edit():
            text = one.content.root().insert_element(0, "paragraph", {}).insert_text(0)
            text.insert(0, "first ", {})
        assert one.content.take_edits()
        with one.content.edit():
            text.insert(6, "second", {})
        later = one.content.take_edits()
        assert later
        one.send_update(later)
        wait_for_saved(one, 3)
    assert house.text(document) == "first second"


def test_a_right_that_is_withdrawn_closes_the_socket(house: House, document: uuid.UUID) -> None:
    """The row is changed behind the server's back: nobody rings, the room looks again by itself."""
    with seat(house.server.url, document, guest_pass=guest_of(house, document, "editor")) as guest:
        guest.greet()
        types(guest, "while I may")
        wait_for_saved(guest, 2)
        with sqlite3.connect(str(house.server.database.place), timeout=10) as rows:
            rows.execute(
                "UPDATE editor_grant SET role = '', generation = generation + 1"
                " WHERE document_id = ? AND role = 'editor'",
                [document.hex],
            )
        rows.close()
        types(guest, "too late")
        assert guest.until_closed() == 4403
    assert house.text(document) == "while I may"
