"""Why the server closes a socket. A client does not retry 44xx by itself; it retries 1012 and 1013 with jitter.

The reason beside code 1013 is `retry_after=SECONDS`: the client comes back no sooner, and spreads itself from there on.
"""

from __future__ import annotations

from enum import IntEnum

RETRY_AFTER = 5


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


def reason(code: int) -> str:
    """What stands beside the code in the close frame."""
    return f"retry_after={RETRY_AFTER}" if code == CloseCode.OVERLOAD else ""
