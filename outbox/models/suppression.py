import hashlib
import hmac
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models import Contact

BLOCK = 64  # bytes of SHA-256


def address_hashes(address: str) -> list[str]:
    """Keyed hashes of the address: the first under today's secret, the others under older ones."""
    plain = address.strip().lower().encode("utf-8", "replace")
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [hmac.digest(f"suppression:{key}".encode(), plain, "sha256").hex() for key in keys]


def address_hashes_in_sql(address: Any) -> list[models.Func]:
    """The same hashes worked out by PostgreSQL, for thousands at once: HMAC by RFC 2104."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_hmac_in_sql(f"suppression:{key}".encode(), address) for key in keys]


def _hmac_in_sql(key: bytes, address: Any) -> models.Func:
    if len(key) > BLOCK:
        key = hashlib.sha256(key).digest()
    inner, outer = (bytes(b ^ pad for b in key.ljust(BLOCK, b"\0")) for pad in (0x36, 0x5C))
    message = models.Func(Lower(address), template="convert_to(%(expressions)s, 'UTF8')")
    digest = models.Func(
        models.Value(inner, models.BinaryField()),
        message,
        template="sha256(%(expressions)s)",
        arg_joiner=" || ",
    )
    return models.Func(
        models.Value(outer, models.BinaryField()),
        digest,
        template="encode(sha256(%(expressions)s), 'hex')",
        arg_joiner=" || ",
        output_field=models.CharField(),
    )


def prefer_mail(address: str) -> None:
    """Whoever is written to at this chat or number is written to by mail instead."""
    for channel in (Contact.Channel.MESSENGER, Contact.Channel.SMS):
        reached = {"channel": channel, Contact.ADDRESSES[channel]: address}
        Contact.objects.filter(**reached).update(channel=Contact.Channel.EMAIL)


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def add_address(self, address: str, reason: str) -> None:
        """Never write to the address again; the first reason stays.

        Who was reached at this chat or number gets mail from now on.
        """
        entry = Suppression(
            address_hash=address_hashes(address)[0], reason=reason, since=timezone.now()
        )
        Suppression.objects.bulk_create([entry], ignore_conflicts=True)
        if "@" not in address:
            prefer_mail(address)

    def lift(self, address: str) -> int:
        """Write to the address again after bounces; who complained or said no stays blocked."""
        return self.covering(address).filter(reason=Suppression.Reason.BOUNCE).delete()[0]

    def welcome_back(self, address: str) -> int:
        """She asks for something herself after she was forgotten; whoever said no stays blocked."""
        return self.covering(address).filter(reason=Suppression.Reason.ERASED).delete()[0]

    def covering(self, address: str) -> "SuppressionQuerySet":
        return self.filter(address_hash__in=address_hashes(address))


class Suppression(models.Model):
    """An address not to be written to, as a keyed hash: it outlives an erased person."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce", _("mail to it came back")
        COMPLAINT = "complaint", _("reported our mail as spam")
        BLOCKED = "blocked", _("asked never to be written to")
        ERASED = "erased", _("asked to be forgotten")

    address_hash = models.CharField(max_length=64, primary_key=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    since = models.DateTimeField(_("since"), default=timezone.now)

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        verbose_name = _("blocked address")
        verbose_name_plural = _("blocked addresses")

    def __str__(self) -> str:
        return f"{self.address_hash[:8]}… ({self.get_reason_display()})"
