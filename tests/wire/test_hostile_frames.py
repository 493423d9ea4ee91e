"""A kept corpus of hostile frames, as it is and mutated: every one is read or refused, and nothing else is raised."""

from __future__ import annotations

import contextlib
import json
import os
import random
from pathlib import Path

import pytest

from editor.wire.known import DeletedRanges, SurrogatePairs, decode_state_vector, has_gap
from editor.wire.messages import SyncStep1, SyncStep2, SyncUpdate, decode
from editor.wire.update import decode_update
from editor.wire.varint import MalformedFrame
from tests.running.mutations import mutated
from tests.sizes import share

CORPUS: list[dict[str, str]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "hostile_frames.json").read_text(encoding="utf-8")
)
SEED = int(os.environ.get("HOSTILE_SEED", "20261121"))


def take(frame: bytes) -> None:
    """What the host does with a frame before it trusts anything in it."""
    message = decode(frame)
    if isinstance(message, SyncStep1):
        decode_state_vector(message.state_vector)
    if isinstance(message, SyncStep2 | SyncUpdate):
        update = decode_update(message.update)
        has_gap(update, {7: 3})
        SurrogatePairs().split_by(update)
        DeletedRanges().add_update(update)


@pytest.mark.parametrize("entry", CORPUS, ids=lambda entry: entry["name"])
def test_a_hostile_frame_is_refused(entry: dict[str, str]) -> None:
    with pytest.raises(MalformedFrame):
        take(bytes.fromhex(entry["frame"]))


def test_mutated_hostile_frames_raise_nothing_but_malformed_frame() -> None:
    print(f"HOSTILE_SEED={SEED}")  # noqa: T201
    chance = random.Random(SEED)
    for round_ in range(share("hostile frames through the codec", test=20_000, soak=1_000_000)):
        frame = mutated(chance, bytes.fromhex(chance.choice(CORPUS)["frame"]))
        try:
            with contextlib.suppress(MalformedFrame):
                take(frame)
        except Exception as error:
            raise AssertionError(f"seed {SEED}, round {round_}: {frame.hex()}") from error
