"""What an app says when it owes somebody a message, before it becomes a row."""

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from outbox.states import MessageClass, State
from people.models import Contact

# Lower leaves first.
PRIORITIES: dict[str, int] = {
    MessageClass.TRANSACTIONAL: 10,
    MessageClass.SERVICE: 20,
    MessageClass.PROMOTIONAL: 30,
}

CHUNK = 1000
COLUMNS = {
    "id": "uuid",
    "contact_id": "bigint",
    "address": "text",
    "channel": "text",
    "message_class": "text",
    "key": "text",
    "realm": "text",
    "about": "text",
    "batch_id": "bigint",
    "template": "text",
    "context": "jsonb",
    "language": "text",
    "subject": "text",
    "state": "text",
    "priority": "smallint",
    "not_before": "timestamptz",
    "not_after": "timestamptz",
    "attempts": "integer",
    "resends": "smallint",
    "message_id": "text",
    "provider_id": "text",
    "error": "text",
    "created_at": "timestamptz",
}
INSERT = (
    f"INSERT INTO outbox_delivery ({', '.join(COLUMNS)})"  # noqa: S608 (our own column names)
    f" SELECT {', '.join(COLUMNS)} FROM jsonb_to_recordset(%s::jsonb)"
    f" AS draft({', '.join(f'{name} {kind}' for name, kind in COLUMNS.items())})"
    " ON CONFLICT (key) DO NOTHING"
)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One message to one person; `key` names the business fact that owes it, never the run."""

    contact: Contact | None
    template: str
    context: dict[str, Any]
    key: str
    message_class: str
    realm: str = ""
    about: str = ""
    address: str = ""
    language: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    batch_id: int | None = None
    priority: int | None = None
    channel: str = Contact.Channel.EMAIL
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    def row(self) -> dict[str, Any]:
        """The columns of the delivery, as plain values."""
        now = timezone.now()
        return {
            "id": str(self.id),
            "contact_id": self.contact.pk if self.contact else None,
            "address": self.address or (self.contact.email if self.contact else ""),
            "channel": self.channel,
            "message_class": self.message_class,
            "key": self.key,
            "realm": self.realm,
            "about": self.about,
            "batch_id": self.batch_id,
            "template": self.template,
            "context": self.context,
            "language": self.language or (self.contact.language if self.contact else ""),
            "subject": "",
            "state": State.QUEUED,
            "priority": PRIORITIES[self.message_class] if self.priority is None else self.priority,
            "not_before": self.not_before or now,
            "not_after": self.not_after,
            "attempts": 0,
            "resends": 0,
            "message_id": f"<{self.id}@{mail_host()}>",
            "provider_id": "",
            "error": "",
            "created_at": now,
        }


def mail_host() -> str:
    """The right side of every Message-ID."""
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"


def as_json(rows: list[dict[str, Any]]) -> str:
    """The rows as JSON that PostgreSQL takes: without NUL and without half a surrogate pair."""
    text = json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False)
    if "\\u0000" in text:
        text = json.dumps(_without_nul(rows), cls=DjangoJSONEncoder, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nul(item) for item in value]
    return value
