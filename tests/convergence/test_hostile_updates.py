"""Honest updates with a few bytes changed: refused, or taken by ours and by Yjs to the same end."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from random import Random

import pytest

from editor.live.intake import Intake
from editor.room import schema
from editor.room.errors import BadFrame
from editor.room.replica import Element, Replica, Text
from editor.wire.digest import digest
from editor.wire.known import decode_state_vector
from editor.wire.survey import survey
from tests.convergence.replicas import Ours, Yjs, squashed_tree, tree
from tests.running.crafted import crafted
from tests.running.mutations import mutated
from tests.sizes import share

SEED = int(os.environ.get("HOSTILE_SEED", "20261121"))
A_DOCUMENT = 500
"""Frames that one document is shown, before it is compared with Yjs's and another one begins."""
CLIENT, NODE = 77, 78
CRAFTY = [5, 76, 79]


@pytest.fixture(scope="module")
def yjs() -> Iterator[Yjs]:
    peer = Yjs()
    yield peer
    peer.close()


class Target:
    """A room's replica behind its intake, and an honest author beside it."""

    def __init__(self, yjs: Yjs, chance: Random) -> None:
        self.server = Replica()
        self.intake = Intake(self.server, survey(self.server.state(), schema.VOCABULARY), schema.check, 20_000)
        self.author = Ours(CLIENT)
        self.yjs = yjs
        self.chance = chance
        self.taken = 0
        yjs.begin(NODE)
        for update in self.author.add_block(0, "heading"):
            self.show(update)

    def honest(self) -> bytes:
        """An edit of the author's, who has seen all that the room has taken."""
        self.author.apply(self.server.state())
        made = self._edit()
        return made[0] if made else self.author.add_block(0, "paragraph")[0]

    def _edit(self) -> list[bytes]:
        texts = [
            (block, child)
            for block in self.author.replica.root().children()
            if isinstance(block, Element)
            for child in block.children()
            if isinstance(child, Text)
        ]
        if not texts or self.chance.random() < 0.1:
            return []
        block, text = self.chance.choice(texts)
        length = len(str(text))
        at = self.chance.randint(0, length)
        match self.chance.randrange(6):
            case 0 if block.name == "heading":
                block.set("level", self.chance.randint(1, 6))
            case 5 if len(texts) > 2:
                root = self.author.replica.root()
                root.remove(root.children().index(block))
            case 1:
                text.delete(at, length)
            case 2:
                text.format(at, length, {"bold": {}})
            case _:
                text.insert(at, self.chance.choice(["a", "日本", "😀", "word "]), {})
        made = self.author.replica.take_edits()
        return [made] if made else []

    def show(self, update: bytes) -> None:
        """As the host does with a writer's frame; Yjs, beside it, deletes marks that a change left without words."""
        with contextlib.suppress(BadFrame):
            taken = self.intake.take(update)
            if isinstance(taken, bytes):
                self.server.apply(taken)
                self.intake.applied()
                self.taken += 1
                assert decode_state_vector(self.server.state_vector()) == self.intake.known, update.hex()
                for answer in self.yjs.apply(taken):
                    self.show(answer)

    def compare(self) -> None:
        """What the journal holds loads again, can be read, and is the same in Yjs."""
        again = Replica(self.server.state())
        assert digest(again.state()) == digest(self.server.state())
        theirs = self.yjs.ask("tree")
        assert not theirs["pending"]
        assert decode_state_vector(self.yjs.vector()) == self.intake.known
        assert squashed_tree(theirs["tree"]) == tree(self.server.root())


def play(yjs: Yjs, what: str, turn: Callable[[Target], None]) -> None:
    """Turns of five updates each; what a document has become is compared at its end."""
    print(f"HOSTILE_SEED={SEED}")  # noqa: T201
    chance = Random(SEED)
    frames = share(what, test=20_000, soak=1_000_000)
    taken = 0
    for _ in range(max(1, frames // A_DOCUMENT)):
        target = Target(yjs, chance)
        for _ in range(A_DOCUMENT // 5):
            turn(target)
        target.compare()
        taken += target.taken
    print(f"taken: {taken} of {frames}")  # noqa: T201


def test_what_is_taken_of_mutated_updates_is_the_same_everywhere(yjs: Yjs) -> None:
    def turn(target: Target) -> None:
        update = target.honest()
        for _ in range(4):
            target.show(mutated(target.chance, update))
        target.show(update)

    play(yjs, "mutated updates through the checks", turn)


def test_what_is_taken_of_what_names_anything_is_the_same_everywhere(yjs: Yjs) -> None:
    """Words beside blocks, nodes in texts, neighbours of two places, parents that hold nothing or are gone."""

    def turn(target: Target) -> None:
        for _ in range(4):
            target.show(crafted(target.chance, target.chance.choice(CRAFTY), target.intake.known))
        target.show(target.honest())

    play(yjs, "crafted updates through the checks", turn)


def test_no_browser_throws_when_a_block_goes_of_which_an_attribute_had_two_values(yjs: Yjs) -> None:
    """Yjs deletes a block's last value alone: one before it, alive, stopped every page that discarded the block."""
    target = Target(yjs, Random(SEED))
    target.show(bytes.fromhex("01014c0028004d00056c6576656c027d017d0200"))  # two values of the heading's level
    target.show(bytes.fromhex("00014c010101"))  # the second is deleted
    target.show(bytes.fromhex("00014d010001"))  # and then the heading
    target.compare()
    assert 76 not in target.intake.known
