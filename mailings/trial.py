"""A message before it leaves: as one person would get it, and as a copy to oneself."""

from typing import Any

from django.conf import settings
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from mailings.models.wave import Wave
from mailings.reach import judged
from mailings.sending import LETTERS, facts
from outbox.drafts import Draft
from outbox.letters import Letter, compose, spoken
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import Contact, User

LETTER = "mailings/trial"
MOST_PEOPLE = 30


def readers(wave: Wave) -> list[Contact]:
    """Some of those who would get it, by name; where they read several languages, of each."""
    people: Any = judged(wave)
    turn = Window(RowNumber(), partition_by=F("language"), order_by=["name", "pk"])
    found = people.filter(held_because="").annotate(turn=turn).order_by("turn", "name", "pk")
    return sorted(found[:MOST_PEOPLE], key=lambda person: (person.name, person.pk))


def letter_to(wave: Wave, person: Contact | None) -> Letter:
    """The message as this person would get it now; raises what its template raises.

    Her link to fewer messages is left out: it would act for her.
    """
    return compose(_letter(wave), facts(wave) | _personal(wave, person), _language(wave, person))


def send_copy(wave: Wave, user: User) -> None:
    """Owe her a copy at her own address; counts nowhere and leaves the wave as it is."""
    contact: Any = getattr(user, "contact", None)
    name = f"emails/{_letter(wave)}"
    letters = {"letter": f"{name}.txt", "letter_subject": f"{name}.subject.txt"}
    copy = Draft(
        contact=contact,
        address=user.email,
        language=_language(wave, contact),
        template=LETTER,
        context=facts(wave) | {"name": user.name} | letters,
        key=f"trial:{wave.pk}:{user.pk}:{timezone.now().isoformat()}",
        message_class=MessageClass.TRANSACTIONAL,
        realm=wave.event.series.realm,
    )
    Delivery.objects.post_many([copy])


def language_of(person: Contact | None, wave: Wave) -> str:
    """The language she reads it in, in its own words: "русский"."""
    code = spoken(_language(wave, person))
    return str(dict(settings.LANGUAGES)[code])


def _language(wave: Wave, person: Contact | None) -> str:
    return (person and person.language) or wave.event.series.language


def _letter(wave: Wave) -> str:
    return LETTERS[Wave.Purpose(wave.purpose)]


def _personal(wave: Wave, person: Contact | None) -> dict[str, str]:
    name = person.name if person else ""
    shown = "" if wave.is_service else f"{settings.PUBLIC_URL}/u/…/"
    return {"name": name, "unsubscribe_url": shown}
