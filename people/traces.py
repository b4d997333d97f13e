"""The last look over every text of every table: an address or a name that somebody wrote there."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from people.holdings import Person
from people.models import Contact, User

# Shorter ones, or single words, mean too many other things.
SHORTEST_NAME = 6
TEXTS = (models.CharField, models.TextField, models.JSONField)
INSTEAD = "…"
# A number may stand bare in JSON, where only another number keeps the text whole.
INSTEAD_OF_NUMBER = "0"


def remove_traces(person: Person) -> int:
    """Take her addresses, and her name where it can mean nobody else, out of all texts.

    One statement a table: rows without a trace are only read. Returns how many rows had one.
    """
    patterns = [*_patterns(person)]
    return sum(_sweep(model, patterns) for model in apps.get_models(include_auto_created=True))


def unname_log(rows: Any) -> None:
    """Take the name out of what the admin's history says about these rows."""
    kind = ContentType.objects.get_for_model(rows.model)
    numbers = [str(pk) for pk in rows.values_list("pk", flat=True)]
    said = LogEntry.objects.filter(content_type=kind, object_id__in=numbers)
    said.update(object_repr=INSTEAD, change_message="")


def has_own_name(person: Person) -> bool:
    """Whether nobody else we know is called the same, and the name is more than a word."""
    words = person.name.split()
    if len(words) < 2 or len(person.name) < SHORTEST_NAME:
        return False
    others = Contact.objects.exclude(pk=person.contact.pk).filter(name__iexact=person.name)
    users = User.objects.filter(name__iexact=person.name).exclude(contact=person.contact.pk)
    return not others.exists() and not users.exclude(email__iexact=person.email).exists()


def without_accents(name: str) -> str:
    """As the archive's search and people in a hurry write it."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _patterns(person: Person) -> Iterator[tuple[str, str]]:
    """What to look for, as regular expressions of PostgreSQL, and what is put instead."""
    for address in person.addresses:
        is_number = address.isdecimal()
        instead = INSTEAD_OF_NUMBER if is_number else INSTEAD
        yield rf"(?<![\w.+-]){re.escape(address)}(?!\w)", instead
    if has_own_name(person):
        # As it is, and as JSON writes it, also in plain ASCII (the admin's history).
        written = (json.dumps(person.name, ensure_ascii=plain)[1:-1] for plain in (False, True))
        for name in {person.name, without_accents(person.name), *written}:
            yield rf"(?<!\w){re.escape(name)}(?!\w)", INSTEAD


def _sweep(model: type[models.Model], patterns: list[tuple[str, str]]) -> int:
    columns = [column for column in model._meta.local_concrete_fields if _is_text(column)]
    if not columns or not model._meta.managed:
        return 0
    values: list[str] = []
    changes = []
    for column in columns:
        text, cast = _as_text(column)
        for pattern, instead in patterns:
            text = f"regexp_replace({text}, %s, %s, 'gi')"
            values += [pattern, instead]
        changes.append(f"{_quoted(column.column)} = ({text}){cast}")
    anything = "|".join(f"(?:{pattern})" for pattern, _instead in patterns)
    traces = " OR ".join(f"{_as_text(column)[0]} ~* %s" for column in columns)
    table = _quoted(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} SET {', '.join(changes)} WHERE {traces}",  # noqa: S608 (our own names)
            [*values, *[anything] * len(columns)],
        )
        return int(cursor.rowcount)


def _is_text(column: Any) -> bool:
    return isinstance(column, TEXTS) and not isinstance(
        column, models.GeneratedField | ArrayField | models.SlugField
    )


def _as_text(column: Any) -> tuple[str, str]:
    """The column as text, and the cast that makes it what it was."""
    name = _quoted(column.column)
    return (f"{name}::text", "::jsonb") if isinstance(column, models.JSONField) else (name, "")


def _quoted(name: Any) -> str:
    return connection.ops.quote_name(name)
