"""Who speaks: a profile kept once, whatever the number of talks."""

from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from meetups.models import Series
from meetups.text import render_markdown
from people.models import Contact

MOST_LINKS = 6


def validate_links(text: str) -> None:
    """One web address a line, at most six."""
    lines = text.split()
    if len(lines) > MOST_LINKS:
        raise ValidationError(_("Six links are enough."))
    for line in lines:
        URLValidator(schemes=["http", "https"])(line)


class SpeakerQuerySet(models.QuerySet["Speaker"]):
    def of(self, contact: Contact) -> Self:
        """The one profile of this person, if she has one."""
        return self.filter(contact=contact)

    def for_contact(self, contact: Contact, name: str, series: Series) -> "Speaker":
        """Her one profile, made where there is none; she is a speaker of this series from now on.

        A known name is kept. Safe when two requests of hers come at once.
        """
        speaker = self.of(contact).first() or self._add(contact, name)
        speaker.series.add(series)
        return speaker

    def _add(self, contact: Contact, name: str) -> "Speaker":
        try:
            with transaction.atomic(using=self.db):
                return self.create(contact=contact, name=name)
        except IntegrityError:
            return self.of(contact).get()  # somebody else was first


class Speaker(models.Model):
    """Somebody who speaks: kept once, by herself or by the organizers."""

    series = models.ManyToManyField(Series, related_name="speakers", verbose_name=_("series"))
    contact = models.OneToOneField(
        Contact, models.SET_NULL, null=True, blank=True, related_name="speaker",
        verbose_name=_("person"),
    )  # fmt: skip
    name = models.CharField(_("name"), max_length=200)
    bio = models.TextField(_("about"), max_length=5000, blank=True, help_text="Markdown")
    bio_html = models.TextField(editable=False, blank=True)
    photo = models.ImageField(_("photo"), upload_to="speakers/", blank=True)
    website = models.URLField(_("website"), blank=True)
    links = models.TextField(
        _("more links"), max_length=1000, blank=True, validators=[validate_links],
        help_text=_("One web address a line."),
    )  # fmt: skip
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SpeakerQuerySet.as_manager()

    class Meta:
        verbose_name = _("speaker")
        verbose_name_plural = _("speakers")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        self.bio_html = render_markdown(self.bio)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @property
    def initials(self) -> str:
        """Up to two letters for the place of a photo."""
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    @property
    def link_list(self) -> list[str]:
        """Her web addresses, the first one first."""
        return list(dict.fromkeys(filter(None, [self.website, *self.links.split()])))

    @property
    def lacks(self) -> list[str]:
        """What posters and pages still need of the profile (need 96)."""
        return [name for name in ("photo", "bio") if not getattr(self, name)]
