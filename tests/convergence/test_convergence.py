"""Random plans through three replicas in causal order: ours at the server, ours at a peer, Yjs at another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.room.replica import Replica
from editor.wire.known import DeletedRanges, SurrogatePairs, decode_state_vector, encode_state_vector, has_gap
from editor.wire.update import DeleteRange, decode_update
from tests.convergence.replicas import Ours, Peer, Yjs

SERVER, OURS, YJS = 1_000, 4_000_000_000, 2_000_000
BOLD: dict[str, Any] = {"bold": {}}


@pytest.fixture(scope="module")
def yjs() -> Iterator[Yjs]:
    peer = Yjs()
    yield peer
    peer.close()


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a plan. The numbers are taken modulo what there is."""

    who: int
    what: str
    block: int
    at: int
    length: int
    word: str


WHATS = ["insert"] * 4 + ["delete"] * 2 + ["mark", "unmark", "level", "add", "remove", "up", "down", "down", "again"]
STEPS = st.builds(
    Step,
    who=st.integers(0, 1),
    what=st.sampled_from(WHATS),
    block=st.integers(0, 3),
    at=st.integers(0, 20),
    length=st.integers(1, 5),
    word=st.sampled_from(["a", "bc ", "été", "日本", "😀", "👩\u200d🚀", "e\u0301"]),
)


def edit(peer: Peer, step: Step) -> list[bytes]:
    """What the step does to a replica, and the updates that it makes."""
    texts = peer.texts()
    if step.what == "add" or not texts:
        return peer.add_block(step.block % (len(texts) + 1), "heading" if step.at % 2 else "paragraph")
    block = step.block % len(texts)
    at = step.at % (len(texts[block]) + 1)
    end = min(at + step.length, len(texts[block]))
    match step.what:
        case "insert":
            return peer.insert(block, at, step.word, BOLD if step.length == 1 else {})
        case "delete" if at < end:
            return peer.delete(block, at, end)
        case "mark" | "unmark" if at < end:
            return peer.format(block, at, end, {"bold": {} if step.what == "mark" else None})
        case "level":
            return peer.attribute(block, "level", step.length)
        case "remove" if len(texts) > 1:
            return peer.remove_block(block)
    return []


class Room:
    """The server's replica and two peers, with a queue each way for each peer: first in, first out."""

    def __init__(self, yjs: Yjs) -> None:
        yjs.begin(YJS)
        self.yjs = yjs
        self.server = Ours(SERVER)
        self.peers: list[Peer] = [Ours(OURS), yjs]
        self.up: list[list[bytes]] = [[], []]
        self.down: list[list[bytes]] = [[], []]
        self.known: dict[int, int] = {}
        self.deleted = DeletedRanges()
        self.pairs = SurrogatePairs()
        for peer in self.peers:
            peer.apply(START)
        self.take_in(START, None)

    def play(self, step: Step) -> None:
        match step.what:
            case "up" if self.up[step.who]:
                self.take_in(self.up[step.who].pop(0), step.who)
            case "down" if self.down[step.who]:
                self.up[step.who] += self.peers[step.who].apply(Replica.merge(self.down[step.who]))
                self.down[step.who].clear()
            case "again":
                self.reconnect(step.who)
            case _:
                self.up[step.who] += edit(self.peers[step.who], step)

    def take_in(self, update: bytes, who: int | None) -> None:
        """As the host does: read, look for a gap, look for split characters, apply, pass on."""
        self.compare_readers(update)
        read = decode_update(update)
        assert not has_gap(read, self.known)
        assert not self.pairs.split_by(read)
        self.server.apply(update)
        for client, end in read.end_clocks().items():
            self.known[client] = max(end, self.known.get(client, 0))
        self.deleted.add_update(read)
        self.pairs.add(read)
        assert self.known == decode_state_vector(self.server.vector())
        for other in {0, 1} - {who} if who is not None else ():
            self.down[other].append(update)

    def covers(self, ranges: Iterable[DeleteRange]) -> bool:
        """Whether nothing new is deleted. The replica is asked too, since it deletes more than updates say."""
        if self.deleted.covers(ranges):
            return True
        self.deleted.add_update(decode_update(self.server.diff(self.server.vector())))
        return self.deleted.covers(ranges)

    def reconnect(self, who: int) -> None:
        """Everything under way is lost; both sides send what the other lacks."""
        self.up[who].clear()
        self.down[who].clear()
        answer = self.server.diff(self.peers[who].vector())
        self.take_in(self.peers[who].diff(self.server.vector()), who)
        self.up[who] += self.peers[who].apply(answer)

    def compare_readers(self, update: bytes) -> None:
        """What we read in an update is what Yjs reads in it."""
        read, theirs = decode_update(update), self.yjs.ask("decode", update=update.hex())
        assert [[s.client, s.clock, s.length, s.kind] for s in read.structs] == theirs["structs"]
        assert sorted(list(r) for r in read.deletes) == sorted(theirs["deletes"])

    def settle(self) -> None:
        while any(self.up) or any(self.down):
            for who in (0, 1):
                while self.up[who]:
                    self.take_in(self.up[who].pop(0), who)
                if self.down[who]:
                    self.play(Step(who, "down", 0, 0, 1, ""))


def _start() -> bytes:
    """The document before the plan: without it both peers would make their own first block."""
    origin = Ours(7)
    origin.add_block(0, "paragraph")
    origin.insert(0, 0, "So 😀 it begins", {})
    return origin.diff(b"\x00")


START = _start()


@given(plan=st.lists(STEPS, min_size=1, max_size=25))
def test_three_replicas_agree_whatever_was_typed_when(yjs: Yjs, plan: list[Step]) -> None:
    room = Room(yjs)
    for step in plan:
        room.play(step)
    room.settle()
    expected = room.server.view()
    assert [peer.view() for peer in room.peers] == [expected, expected]
    assert [decode_state_vector(peer.vector()) for peer in room.peers] == [room.known, room.known]
    whole = room.server.diff(b"\x00")
    room.compare_readers(whole)
    assert decode_update(whole).end_clocks() == room.known
    assert room.covers(decode_update(whole).deletes)
    for peer in room.peers:
        nothing_new = decode_update(peer.diff(encode_state_vector(room.known)))
        assert nothing_new.structs == ()
        assert room.covers(nothing_new.deletes)


@given(plan=st.lists(STEPS, min_size=2, max_size=12), order=st.randoms(use_true_random=False))
def test_what_comes_out_of_order_is_a_gap_that_one_step_2_mends(yjs: Yjs, plan: list[Step], order: Random) -> None:
    """Applied as they come, updates in a wrong order may end differently from Yjs."""
    yjs.begin(YJS)
    yjs.apply(START)
    server = Ours(SERVER)
    server.apply(START)
    updates = [update for step in plan for update in edit(yjs, step)]
    order.shuffle(updates)
    for update in updates:
        if not has_gap(decode_update(update), decode_state_vector(server.vector())):
            server.apply(update)
    server.apply(yjs.diff(server.vector()))
    assert server.view() == yjs.view()
    assert decode_state_vector(server.vector()) == decode_state_vector(yjs.vector())


def test_a_reader_in_yjs_answers_a_deleted_bold_word_with_a_deletion_of_its_own(yjs: Yjs) -> None:
    """So an update without new structs from somebody who may only read is no attempt to write."""
    yjs.begin(YJS)
    yjs.apply(START)
    server = Ours(SERVER)
    server.apply(START)
    for update in server.format(0, 2, 6, BOLD):
        assert yjs.apply(update) == []
    made = [answer for update in server.delete(0, 2, 6) for answer in yjs.apply(update)]
    assert made
    for update in made:
        assert decode_update(update).structs == ()
        assert decode_update(update).deletes
