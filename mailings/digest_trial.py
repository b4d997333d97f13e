"""A digest before it leaves: as its readers would get it, and as a copy to oneself."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mailings.digesting import LETTER
from mailings.models import Digest
from mailings.news import News, Wish, letter_facts
from mailings.trial import LETTER as TRIAL
from meetups.models import Line
from outbox.drafts import Draft
from outbox.letters import Letter, compose
from outbox.models import Delivery
from outbox.states import MessageClass
from people.models import User


@dataclass(frozen=True)
class Reader:
    """Somebody as one may follow the series: the whole of it, or one line."""

    name: str  # "" follows everything
    words: str


def readers(digest: Digest) -> list[Reader]:
    """Who follows everything, and who follows one of the lines."""
    lines = Line.objects.filter(series=digest.series_id).order_by("name")
    only = [Reader(str(line.pk), _("follows %(line)s") % {"line": line.name}) for line in lines]
    return [Reader("", _("follows everything")), *only]


def facts_for(digest: Digest, reader: Reader) -> dict[str, Any] | None:
    """What her letter would say if she got the last one; None where nothing is new to her."""
    before = Digest.objects.filter(series=digest.series_id, period__lt=digest.period)
    last = before.exclude(started_at=None).order_by("-period").first()
    since = last.started_at if last and last.started_at else digest.since_for_newcomers
    lines = frozenset({int(reader.name)}) if reader.name else None
    parts = News([digest], since).parts([Wish(digest.series_id, lines, since)])
    return letter_facts(digest, parts) if parts else None


def letter_to(digest: Digest, reader: Reader, language: str) -> Letter | None:
    """Her letter in this language; None where she would get none.

    Her link to fewer messages is left out: it would act for her.
    """
    facts = facts_for(digest, reader)
    if facts is None:
        return None
    shown = {"name": "", "unsubscribe_url": f"{settings.PUBLIC_URL}/u/…/"}
    return compose(LETTER, facts | shown, language)


def send_copy(digest: Digest, user: User) -> bool:
    """Owe her a copy, as somebody who follows everything; False where there is nothing to say."""
    facts = facts_for(digest, readers(digest)[0])
    if facts is None:
        return False
    contact: Any = getattr(user, "contact", None)
    name = f"emails/{LETTER}"
    letters = {"letter": f"{name}.txt", "letter_subject": f"{name}.subject.txt"}
    copy = Draft(
        contact=contact,
        address=user.email,
        language=(contact and contact.language) or digest.series.language,
        template=TRIAL,
        context=facts | {"name": user.name} | letters,
        key=f"trial:digest:{digest.pk}:{user.pk}:{timezone.now().isoformat()}",
        message_class=MessageClass.TRANSACTIONAL,
        realm=digest.series.realm,
    )
    Delivery.objects.post_many([copy])
    return True
