"""A code sent by mail shows that an address is one's own; no account comes of it."""

import hmac
import secrets
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

DIGITS = 6
# A code may be guessed five times and lives a quarter of an hour (as those of signing in).
MOST_TRIES = 5
LIVES = timedelta(minutes=15)


class ProofQuerySet(models.QuerySet["Proof"]):
    def forget(self) -> int:
        """Remove those that are over: an address nobody proved is nobody's business."""
        return self.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()[0]


class Proof(models.Model):
    """One try to show that an address is one's own, begun in one browser."""

    address = models.EmailField(_("address"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    # Sent in as soon as the address is proved.
    proposal = models.ForeignKey(
        "speakers.Proposal", models.CASCADE, null=True, blank=True, related_name="proofs"
    )
    code_hash = models.CharField(max_length=64, editable=False)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ProofQuerySet.as_manager()

    class Meta:
        verbose_name = _("proof of an address")
        verbose_name_plural = _("proofs of addresses")

    def __str__(self) -> str:
        return self.address

    def new_code(self) -> str:
        """A fresh code for the mail; only its hash is kept. Saves the proof."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.code_hash, self.tries = self._hash(code), 0
        self.expires_at = timezone.now() + LIVES
        self.save()
        return code

    def is_open(self) -> bool:
        return self.expires_at > timezone.now() and self.tries < MOST_TRIES

    def take(self, code: str) -> bool:
        """Whether this is the code; at most five tries, also when they come at once.

        Whoever asks in a transaction holds the proof until its end: what comes of a right code is
        done when the same code, clicked twice, is right again.
        """
        with transaction.atomic():
            fresh = Proof.objects.select_for_update().get(pk=self.pk)
            if not fresh.is_open():
                return False
            fresh.tries += 1
            is_right = hmac.compare_digest(fresh.code_hash, self._hash("".join(code.split())))
            if is_right:
                fresh.proved_at = fresh.proved_at or timezone.now()
            fresh.save(update_fields=["tries", "proved_at"])
        self.tries, self.proved_at = fresh.tries, fresh.proved_at
        return is_right

    def _hash(self, code: str) -> str:
        told = f"speakers.proof:{self.address.lower()}:{code}".encode()
        return hmac.new(settings.SECRET_KEY.encode(), told, sha256).hexdigest()
