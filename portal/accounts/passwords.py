"""Passwords: kept as Argon2id hashes, and judged by how soon somebody would guess them."""

from __future__ import annotations

import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

FIRST_GUESSES = 100_000
"""How many guesses are the first ones: as many as there are in the list that NCSC advises to refuse."""
JUDGED_AT_ONCE = 24
"""Longer than any entry of zxcvbn's list of passwords, and a multiple of most words that are repeated. Its
work grows steeply with the length: 72 chosen characters keep it busy for seconds, so that a longer password is judged
by its parts."""


class Passwords:
    """Hashes and checks passwords with Argon2id (RFC 9106, section 4: three passes, four lanes)."""

    def use(self, memory_kib: int) -> None:
        """Work with this much memory a hash."""
        self._hasher = PasswordHasher(time_cost=3, parallelism=4, memory_cost=memory_kib)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        """Give what is stored of a password."""
        return self._hasher.hash(unicodedata.normalize("NFC", password))

    def verify(self, stored: str | None, password: str) -> bool:
        """Say whether a password is the one that is stored. Without one it takes as long, and is never right."""
        try:
            self._hasher.verify(stored or self._nobodys, unicodedata.normalize("NFC", password))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None

    def outdated(self, stored: str) -> bool:
        """Say whether a hash was made with other parameters than the present ones."""
        return self._hasher.check_needs_rehash(stored)


passwords = Passwords()


def guessed_early(password: str, *about: str) -> bool:
    """Say whether a password is among the first that are guessed; `about` is what is known of its owner."""
    known = [part.casefold() for words in about for part in (words, *words.split("@"))]
    if password.casefold() in known:
        return True
    parts = [password[start : start + JUDGED_AT_ONCE] for start in range(0, len(password), JUDGED_AT_ONCE)]
    return all(zxcvbn(part, user_inputs=known)["guesses"] < FIRST_GUESSES for part in parts)
