"""A message as it goes out: RFC 5322, plain text and HTML beside each other, headers that nothing can be put into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from uuid import UUID

from email_validator import validate_email


@dataclass(frozen=True)
class Letter:
    """What a message says, and to whom."""

    id: UUID
    sender: str
    to_address: str
    to_name: str | None
    subject: str
    text: str
    html: str
    written_at: datetime

    @property
    def recipient(self) -> str:
        """The address as a mail server takes it: its domain in ASCII."""
        checked = validate_email(self.to_address, check_deliverability=False, test_environment=True)
        return checked.ascii_email or f"{checked.local_part}@{checked.ascii_domain}"

    @property
    def sender_address(self) -> str:
        """The sender's address alone."""
        return parseaddr(self.sender)[1]

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 (RFC 6531) can take it."""
        return not self.recipient.isascii()

    def message(self) -> EmailMessage:
        """Give it with its headers. `Auto-Submitted` (RFC 3834) keeps absence notes from answering."""
        message = EmailMessage(policy=policy.SMTPUTF8 if self.needs_utf8 else policy.SMTP)
        message["From"] = self.sender
        local, _, domain = self.recipient.rpartition("@")
        message["To"] = Address(self.to_name or "", local, domain)
        message["Subject"] = one_line(self.subject)
        message["Date"] = format_datetime(self.written_at)
        message["Message-ID"] = f"<{self.id}@{self.sender_address.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.text, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        return message


def one_line(text: str) -> str:
    """Give text as a header holds it: whatever could end a line is a space."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
