"""What a column is, guessed from its name in English, Russian and German, and from Meetup's own."""

import re
from collections.abc import Iterable

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class What(TextChoices):
    """What the cells of a column say."""

    SKIP = "", _("skip it")
    NAME = "name", _("name")
    LAST_NAME = "last_name", _("family name")
    EMAIL = "email", _("e-mail")
    PERSON = "person", _("number or link of the person")
    TITLE = "title", _("title of the evening")
    DATE = "date", _("date of the evening")
    EVENING = "evening", _("number or link of the evening")
    RSVP = "rsvp", _("answer: yes, no, waiting")
    CAME = "came", _("came: yes, no")
    GUESTS = "guests", _("brought along")
    SAID = "said", _("answered on")
    JOINED = "joined", _("joined on")
    TAG = "tag", _("tag")
    LANGUAGE = "language", _("language")


HEADS = {
    What.NAME: "name|full name|first name|given name|attendee|member name|имя|фио|имя и фамилия|"
    "участник|name des teilnehmers|vorname|teilnehmer",
    What.LAST_NAME: "last name|surname|family name|фамилия|nachname|familienname",
    What.EMAIL: "email|e mail|mail|email address|e mail address|электронная почта|почта|эл почта|"
    "емейл|имейл|адрес электронной почты|e mail adresse|emailadresse|mailadresse",
    What.PERSON: "user id|member id|attendee id|person id|url of member profile|profile url|"
    "номер участника|id участника|mitgliedsnummer|teilnehmer id",
    What.TITLE: "event|event title|event name|title|meetup|evening|событие|мероприятие|встреча|"
    "название|название встречи|тема|veranstaltung|abend|titel|veranstaltungstitel",
    What.DATE: "date|event date|event start|start|starts at|start time|event time|дата|"
    "дата встречи|дата события|начало|datum|veranstaltungsdatum|beginn",
    What.EVENING: "event id|event url|event link|slug|ссылка на встречу|номер встречи|"
    "id события|veranstaltungs id|link zur veranstaltung",
    What.RSVP: "rsvp|response|status|answer|registration status|ответ|статус|регистрация|"
    "antwort|zusage|anmeldung",
    What.CAME: "attendance|attended|came|checked in|check in|did attend|present|"
    "пришел|пришёл|пришла|был|присутствие|посещение|посетил|anwesend|teilgenommen|erschienen",
    What.GUESTS: "guests|number of guests|plus ones|гости|гостей|gäste|begleitung",
    What.SAID: "rsvped on|registered|registered on|registration date|order date|timestamp|"
    "дата регистрации|отметка времени|angemeldet am|zeitstempel",
    What.JOINED: "joined|joined on|joined group on|member since|join date|дата вступления|"
    "вступил|участник с|beigetreten|beigetreten am|mitglied seit",
    What.TAG: "tag|tags|label|labels|тег|теги|метка|метки|schlagwort|schlagwörter",
    What.LANGUAGE: "language|lang|locale|язык|sprache",
}
BY_HEAD = {head: what for what, heads in HEADS.items() for head in heads.split("|")}
# Where several columns name the person, the one with the lowest number does.
RANKS = {"member id": 1, "attendee id": 1, "url of member profile": 2, "profile url": 2}
# Meetup's "Title" is a member's office in the group.
MEETUP = {"user id", "url of member profile", "joined group on"}


def guessed(heads: Iterable[str]) -> list[str]:
    """For each head what its column most likely is; each kind once, tags any number of times."""
    plain = [_plain(head) for head in heads]
    found = [BY_HEAD.get(head, What.SKIP).value for head in plain]
    if is_meetup(plain):
        found = ["" if what == What.TITLE else what for what in found]
    stable = [n for n, what in enumerate(found) if what == What.PERSON]
    best = min(stable, key=lambda n: RANKS.get(plain[n], 0), default=None)
    for n, what in enumerate(found):
        is_again = what not in {"", What.TAG, What.PERSON} and what in found[:n]
        if is_again or (what == What.PERSON and n != best):
            found[n] = ""
    return found


def is_meetup(heads: Iterable[str]) -> bool:
    """Whether these are the columns of one of Meetup's own exports."""
    return len(MEETUP & {_plain(head) for head in heads}) >= 2


def _plain(head: str) -> str:
    words = re.sub(r"(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])", " ", head)  # "memberId" is two words
    return re.sub(r"[\W_]+", " ", words.casefold()).strip()
