"""Mail written into files, where no mail server is set: one `.eml` a message, for the portal's user alone."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from uuid import UUID

from portal.mail.letters import Letter
from portal.mail.outcomes import Fate, Outcome, in_words


class FileTransport:
    """Writes letters into a folder, as `<id>.eml`. Sent again, a letter replaces itself."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, letter: Letter) -> Outcome:
        """Write one letter in one step: whoever reads sees all of it or nothing."""
        began = time.monotonic()
        error = None
        try:
            self._write(letter)
        except OSError as failure:
            error = in_words(f"{self.folder} cannot be written to: {failure.strerror}.")
        took = round((time.monotonic() - began) * 1000)
        return Outcome(Fate.AGAIN if error else Fate.TAKEN, took, error=error)

    def _write(self, letter: Letter) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self.folder / f".{letter.id}.{os.getpid()}"
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(letter.message().as_bytes())
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / f"{letter.id}.eml")
        finally:
            draft.unlink(missing_ok=True)


@dataclass(frozen=True)
class Kept:
    """A letter that lies in the folder."""

    id: UUID
    message: EmailMessage

    @property
    def subject(self) -> str:
        """What it is about."""
        return str(self.message["Subject"])

    @property
    def to(self) -> str:
        """Whom it is to."""
        return str(self.message["To"])

    @property
    def date(self) -> datetime:
        """When it was written."""
        return parsedate_to_datetime(str(self.message["Date"]))

    def part(self, kind: str) -> str:
        """Give its text ("plain") or its HTML ("html")."""
        body = self.message.get_body((kind,))
        return str(body.get_content()) if body is not None else ""


def kept(folder: Path, how_many: int, start: int = 0) -> tuple[list[Kept], int]:
    """Give letters of a folder, the newest first, and how many lie there. Ids grow with time, and name the files."""
    names = sorted((path.stem for path in folder.glob("*.eml")), reverse=True) if folder.is_dir() else []
    found = [letter for name in names[start : start + how_many] if (letter := _read(folder, name)) is not None]
    return found, len(names)


def kept_one(folder: Path, message_id: UUID) -> Kept | None:
    """Give one letter of a folder; None where it does not lie there."""
    return _read(folder, str(message_id))


def _read(folder: Path, name: str) -> Kept | None:
    try:
        message = message_from_bytes((folder / f"{name}.eml").read_bytes(), policy=policy.default)
        return Kept(UUID(name), message)
    except (OSError, ValueError):
        return None
