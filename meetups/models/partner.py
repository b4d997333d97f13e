"""Who tells people of our evenings, and the link by which we see that it worked (O28, needs 55)."""

import secrets

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models.event import Event
from meetups.models.series import Series

# No vowels and nothing that looks like something else: codes are read from slides and typed.
SIGNS = "23456789bcdfghjkmnpqrstvwxz"


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _each in range(7))


class Partner(models.Model):
    """Somebody, or some place, through whom people hear of a series."""

    class Kind(models.TextChoices):
        PARTNER = "partner", _("partner")
        HELPER = "helper", _("helper")
        STAGE = "stage", _("another stage")
        POSTER = "poster", _("poster")
        POST = "post", _("post or channel")

    series = models.ForeignKey(
        Series, models.CASCADE, related_name="partners", verbose_name=_("series")
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.PARTNER)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["series", "name"],
                name="partner_once_per_series",
                violation_error_message=_("This source is already here."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class PromoLink(models.Model):
    """A partner's short link to one evening, or to whichever is next; counts, never follows."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="links")
    event = models.ForeignKey(
        Event, models.CASCADE, null=True, blank=True, related_name="promo_links",
        verbose_name=_("evening"), help_text=_("Empty: the next evening of the series."),
    )  # fmt: skip
    code = models.CharField(max_length=12, unique=True, default=new_code, editable=False)
    # A number, no rows: who opened the link is nobody's business.
    opened = models.PositiveIntegerField(_("opened"), default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "event"], nulls_distinct=False, name="promo_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.event or self.partner.series}"

    def get_absolute_url(self) -> str:
        return reverse("meetups:go", args=[self.code])

    @property
    def public_url(self) -> str:
        return f"{settings.PUBLIC_URL}{self.get_absolute_url()}"
