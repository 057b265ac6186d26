"""Who is signed in, held in memory only; and how often somebody may try.

Rules this module keeps:

* A session's id and its form token are random and never written down; a restart signs everybody out.
* It ends half an hour after the last visit, and eight hours after the sign-in whatever happens.
* Signing in gives a new id: one that was there before is worth nothing afterwards.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from evalcenter.reviewers import Reviewer

IDLE_S: Final = 30 * 60.0
TOTAL_S: Final = 8 * 3600.0
UNSIGNED_S: Final = 10 * 60.0
"""How long a form to sign in may lie open."""
MOST: Final = 1_000
TRIES: Final = 5
WITHIN_S: Final = 60.0
MOST_TRIES: Final = 60
"""Sign-ins that fail within a minute: from one address, and from all together."""


@dataclass(slots=True)
class Session:
    """One browser that is signed in, or, without a `reviewer`, only about to."""

    id: str
    form_token: str
    reviewer: Reviewer | None
    begun: float
    seen: float

    def fits(self, form_token: str) -> bool:
        """Whether a form was made for this session."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode("utf-8", "replace"))


class Sessions:
    """All sessions of one console. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._held, self._lock = clock, dict[str, Session](), threading.Lock()

    def open(self, reviewer: Reviewer | None) -> Session:
        """A new session."""
        now = self._clock()
        made = Session(secrets.token_urlsafe(32), secrets.token_urlsafe(32), reviewer, now, now)
        with self._lock:
            for old in [one.id for one in self._held.values() if self._over(one, now)]:
                del self._held[old]
            if len(self._held) >= MOST:
                unsigned = (one.id for one in self._held.values() if one.reviewer is None)
                self._held.pop(next(unsigned, next(iter(self._held))))
            self._held[made.id] = made
        return made

    def find(self, named: str) -> Session | None:
        """The session with that id, if it has not ended; this visit counts."""
        now = self._clock()
        with self._lock:
            found = self._held.get(named)
            if found is None or self._over(found, now):
                self._held.pop(named, None)
                return None
            found.seen = now
            return found

    def end(self, named: str) -> None:
        """End a session."""
        with self._lock:
            self._held.pop(named, None)

    def _over(self, one: Session, now: float) -> bool:
        if one.reviewer is None:
            return now - one.begun > UNSIGNED_S
        return now - one.seen > IDLE_S or now - one.begun > TOTAL_S


class Throttle:
    """Counts sign-ins that failed, by address and together."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock, self._failed, self._lock = clock, deque[tuple[float, str]](), threading.Lock()

    def wait(self, address: str) -> int:
        """Seconds until another try is heard; 0 where it is heard now."""
        now = self._clock()
        with self._lock:
            while self._failed and now - self._failed[0][0] > WITHIN_S:
                self._failed.popleft()
            own = [at for at, other in self._failed if other == address]
            since = (
                own[-TRIES] if len(own) >= TRIES else self._failed[0][0] if len(self._failed) >= MOST_TRIES else None
            )
        return 0 if since is None else max(1, round(WITHIN_S - (now - since)))

    def failed(self, address: str) -> None:
        """Somebody at `address` had no valid token."""
        with self._lock:
            self._failed.append((self._clock(), address))
