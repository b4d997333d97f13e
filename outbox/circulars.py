"""One message to very many: their rows are written by one statement, inside the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from outbox.drafts import PRIORITIES, mail_host
from outbox.states import State

# `people` gives id, name, language, via, address and not_before of each; a volatile id in the
# target list keeps PostgreSQL from drawing one for all.
INSERT = """
INSERT INTO outbox_delivery (
    id, contact_id, address, channel, message_class, key, realm, about, batch_id, template,
    context, language, subject, state, priority, not_before, not_after, attempts, resends,
    message_id, provider_id, error, created_at)
SELECT drawn, id, address, via, %(message_class)s, %(key)s || id, %(realm)s, %(about)s,
    {batch}, %(template)s, {context}, COALESCE(NULLIF(language, ''), %(language)s), '',
    %(state)s, %(priority)s, not_before, {not_after}, 0, 0,
    '<' || drawn || '@' || %(host)s || '>', '', '', %(now)s
FROM (SELECT gen_random_uuid() AS drawn, * FROM {people}) AS letter
ON CONFLICT (key) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class Circular:
    """What is the same for all of them; `key` is the beginning, the contact's id its end.

    `language` is for those of whom we know none.
    """

    template: str
    key: str
    message_class: str
    language: str = ""
    realm: str = ""
    about: str = ""
    batch_id: int | None = None
    not_after: datetime | None = None

    def insert(
        self,
        people: str,
        *,
        batch: str = "%(batch_id)s",
        context: str = "jsonb_build_object('name', name)",
        not_after: str = "%(not_after)s",
    ) -> str:
        """The INSERT for the rows of `people`, a name in the caller's WITH or a subquery.

        Its parameters are named as in `parameters`; the other arguments are SQL expressions for
        what differs from row to row.
        """
        return INSERT.format(people=people, batch=batch, context=context, not_after=not_after)

    def parameters(self) -> dict[str, Any]:
        return {
            "message_class": self.message_class,
            "key": self.key,
            "language": self.language,
            "realm": self.realm,
            "about": self.about,
            "batch_id": self.batch_id,
            "template": self.template,
            "state": State.QUEUED.value,
            "priority": PRIORITIES[self.message_class],
            "not_after": self.not_after,
            "host": mail_host(),
            "now": timezone.now(),
        }


def inlined(queryset: Any) -> str:
    """The queryset as SQL with its values quoted in, to stand inside of a larger statement."""
    sql, values = queryset.query.sql_with_params()
    postgres: Any = connection.ops
    return postgres.compose_sql(sql, values).replace("%", "%%")
