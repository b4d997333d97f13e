"""Whom we know: people who sign in, and people who may be written to."""

import re
import unicodedata
from typing import Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A name ends up in mails to other people's addresses: it may not carry a link, a header or markup.
validate_name = RegexValidator(
    # The last are line breaks and signs that turn the direction of everything behind them.
    r"://|\bwww\.|[<>\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]",
    _("Please write a name only: no links, no < or >, no line breaks."),
    inverse_match=True,
    flags=re.IGNORECASE,
)


def normalized_email(text: str) -> str:
    """The one spelling of an address: ASCII mailbox, IDNA domain in lower case (RFC 5321, 5891).

    Raises ValidationError for what no mail server would take.
    """
    mailbox, at, domain = unicodedata.normalize("NFKC", text).strip().rpartition("@")
    try:
        address = f"{mailbox}{at}{domain.rstrip('.').encode('idna').decode().lower()}"
    except UnicodeError:
        address = ""
    if not address.isascii() or len(address) > 254:
        raise ValidationError(_("Please check this address: it is no e-mail address."))
    validate_email(address)
    return address


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who can sign in; without a password, only by code or passkey."""
        user = self.model(email=normalized_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in; what she may do follows from her roles in the series."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True, validators=[validate_name])
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin opens: asked from the roles each time; a removal works at once."""
        return self.is_superuser or self.organizer_roles.exists()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name or self.email


# Not `create`: where somebody else is first, PostgreSQL would write the refused row, with name and
# address, into its log. One statement, since a rush is made of people nobody knew.
ADD = """
INSERT INTO people_contact
    (email, name, language, created_at, time_zone, channel, phone, messenger)
VALUES (%s, %s, %s, %s, '', 'email', '', '')
ON CONFLICT DO NOTHING
RETURNING *
"""


class ContactQuerySet(models.QuerySet["Contact"]):
    def for_email(self, email: str, name: str = "", language: str = "") -> "Contact":
        """The person behind the address; a known name is kept, whatever a stranger types.

        Raises ValidationError where `email` is no address.
        """
        address = normalized_email(email)
        contact = self.at(address).first() or self._add(address, name, language)
        if name and not contact.name:
            contact.name = name
            contact.save(update_fields=["name"])
        return contact

    def at(self, address: str) -> Self:
        """Whoever has this address, in whatever case it is written; uses the unique index."""
        return self.alias(key=Lower("email")).filter(key=address.lower())

    def _add(self, address: str, name: str, language: str) -> "Contact":
        added = list(self.raw(ADD, [address, name, language, timezone.now()]))
        return added[0] if added else self.at(address).get()


class Contact(models.Model):
    """Somebody who may be written to; needs no account."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("e-mail")
        MESSENGER = "messenger", _("messenger")
        SMS = "sms", _("text message")
        VOICE = "voice", _("phone call")

    # Where she is reached by each of them.
    ADDRESSES = {
        Channel.EMAIL: "email",
        Channel.MESSENGER: "messenger",
        Channel.SMS: "phone",
        Channel.VOICE: "phone",
    }

    email = models.EmailField(_("e-mail"))
    name = models.CharField(_("name"), max_length=200, blank=True, validators=[validate_name])
    language = models.CharField(_("language"), max_length=10, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    channel = models.CharField(
        _("preferred channel"), max_length=10, choices=Channel, default=Channel.EMAIL
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    messenger = models.CharField(_("messenger address"), max_length=100, blank=True)
    # Only of a user who has proved this address.
    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="contact", editable=False
    )
    created_at = models.DateTimeField(_("known since"), default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="contact_email_once",
                violation_error_message=_("A person with this address is already here."),
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = normalized_email(self.email)
