"""Why the server closes a socket. A client does not retry 44xx by itself; it retries 1012 and 1013 with jitter."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    RESTART = 1012
    OVERLOAD = 1013
    MALFORMED = 4400
    NOT_SIGNED_IN = 4401
    NO_RIGHT = 4403
    NO_DOCUMENT = 4404
    EPOCH_OR_SCHEMA = 4409
    TOO_LARGE = 4413
    TOO_FAST = 4429
