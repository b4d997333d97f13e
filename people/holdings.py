"""What we hold of a person, and how it goes: each app says so of its own tables (T71, T72).

An app's `holdings.py` is loaded at start-up. Erasing goes from the highest app to this one, so that
a seat is given back before the messages about it are blanked.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models.fields.files import FieldFile

from people.models import Contact, User

# No mail can ever be delivered there (RFC 2606).
ERASED = "@erased.invalid"
# Keys of ours, not facts of hers; and what Django works out from the other columns.
KEYS = frozenset(
    {
        "seed", "token_hash", "draft_seed", "draft_hash", "code_hash", "claim_token", "password",
        "lease_until", "key", "bio_html", "abstract_html", "summary_html", "search", "waits_as",
        "session_key",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """The rows of one table that are about a person."""

    model: type[models.Model]
    rows: Callable[[Contact], Any]
    hidden: frozenset[str] = frozenset()
    # Columns with files that she gave us.
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return str(self.model._meta.verbose_name_plural)


@dataclass(frozen=True)
class Found:
    """What a table holds of her: rows as plain values, and the files she gave us."""

    holding: Holding
    rows: list[dict[str, Any]]
    files: list[FieldFile]


@dataclass(frozen=True)
class Person:
    """Whom to forget, as she was known a moment ago."""

    contact: Contact
    is_her_wish: bool
    email: str
    name: str
    addresses: tuple[str, ...]
    refuge: str = field(default_factory=lambda: f"forgotten.{secrets.token_hex(8)}{ERASED}")

    @classmethod
    def of(cls, contact: Contact, is_her_wish: bool) -> "Person":
        ways = (contact.email, contact.phone, contact.messenger)
        return cls(contact, is_her_wish, contact.email, contact.name, tuple(filter(None, ways)))


Eraser = Callable[[Person], None]
holdings: list[Holding] = []
erasers: list[Eraser] = []
objectors: list[Callable[[Contact], str]] = []


def holds(
    model: type[models.Model],
    rows: Callable[[Contact], Any],
    hidden: Iterable[str] = (),
    files: Iterable[str] = (),
) -> None:
    """Say that the table holds these rows about a person; hidden columns stay out of her file."""
    holdings.append(Holding(model, rows, frozenset(hidden), tuple(files)))


def everything_of(contact: Contact) -> list[Found]:
    """All that we hold of her, table by table; tables without a row of hers are left out."""
    found = (_found(holding, contact) for holding in holdings)
    return [one for one in found if one.rows]


def objections_to(contact: Contact) -> list[str]:
    """Sentences that say why she cannot be erased yet; none where she can."""
    return [sentence for objector in objectors if (sentence := objector(contact))]


@transaction.atomic
def erase(contact: Contact, is_her_wish: bool = True) -> None:
    """Forget her at once; what is counted stays counted, as that of nobody.

    By her own wish her addresses are blocked, too, as keyed hashes. Raises ValidationError with
    a sentence where somebody must take over from her first. A second time changes nothing.
    """
    fresh = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    if is_erased(fresh):
        return
    if objections := objections_to(fresh):
        raise ValidationError(objections)
    person = Person.of(fresh, is_her_wish)
    for eraser in _from_the_top():
        eraser(person)


def is_erased(contact: Contact) -> bool:
    return contact.email.endswith(ERASED)


def drop_file(file: FieldFile) -> None:
    """Delete the file once what is being done stands."""
    if file.name:
        transaction.on_commit(partial(default_storage.delete, file.name), robust=True)


def _from_the_top() -> list[Eraser]:
    """The erasers of the highest app first, whoever loaded which module when."""
    order = [config.name for config in apps.get_app_configs()]
    return sorted(erasers, key=lambda eraser: order.index(eraser.__module__.partition(".")[0]))


def _found(holding: Holding, contact: Contact) -> Found:
    rows = list(holding.rows(contact).select_related(*_named_by(holding.model)))
    files = [getattr(row, name) for row in rows for name in holding.files]
    described = [_described(row, holding.hidden | KEYS) for row in rows]
    return Found(holding, described, [file for file in files if file])


def _named_by(model: type[models.Model]) -> list[str]:
    """What its rows name, and what that is named by: fetched along, however many rows there are."""
    paths = []
    for column in _links(model):
        paths += [
            column.name,
            *(f"{column.name}__{far.name}" for far in _links(column.related_model)),
        ]
    return paths


def _links(model: Any) -> list[Any]:
    columns = model._meta.concrete_fields
    return [one for one in columns if one.related_model and one.related_model is not User]


def _described(row: models.Model, hidden: frozenset[str]) -> dict[str, Any]:
    """The row by the names of its columns, without what is empty."""
    shown = {}
    for column in row._meta.concrete_fields:
        if column.name in hidden or (column.primary_key and column.name == "id"):
            continue
        if column.related_model is User:
            continue  # who of us did something is not hers to carry away
        value = _plain(row, column)
        if value not in (None, "", [], {}):
            shown[column.name] = value
    return shown


def _plain(row: models.Model, column: Any) -> Any:
    value = getattr(row, column.name)
    if isinstance(value, models.Model | FieldFile):
        return str(value)
    if column.choices:
        return str(getattr(row, f"get_{column.name}_display")())
    return value.isoformat() if isinstance(value, datetime) else value
