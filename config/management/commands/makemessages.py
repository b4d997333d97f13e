from pathlib import Path
from typing import Any

from django.core.management.commands import makemessages

# What is translated: messages, the pages that a message leads to with the page around them, those
# at the entrance of an evening, and the names of the tables of which a guest may ask for her rows.
# The admin and the public pages speak English.
PLACES = (
    "mailings/forms*.py",
    "mailings/forms/*.py",
    "mailings/models/held_back.py",
    "mailings/models/opinion.py",
    "mailings/models/phone_call.py",
    "mailings/templatetags/*.py",
    "mailings/views*.py",
    "mailings/views/*.py",
    "meetups/following/*.py",
    "meetups/models/following.py",
    "meetups/models/wish.py",
    "meetups/templatetags/evenings.py",
    "meetups/templatetags/times.py",
    "outbox/models/delivery.py",
    "outbox/models/evidence.py",
    "outbox/models/suppression.py",
    "outbox/short.py",
    "outbox/templatetags/*.py",
    "people/models.py",
    "planning/helping.py",
    "planning/models/crew.py",
    "registrations/asking/[fv]*.py",
    "registrations/circles/[vi]*.py",
    "registrations/door/reading.py",
    "registrations/door/views.py",
    "registrations/door/words.py",
    "registrations/feedback/forms.py",
    "registrations/forms.py",
    "registrations/models/circle.py",
    "registrations/models/door.py",
    "registrations/models/feedback.py",
    "registrations/models/question.py",
    "registrations/models/registration.py",
    "registrations/models/seats.py",
    "registrations/room.py",
    "registrations/on_the_wall/*.py",
    "registrations/own_data/*.py",
    "registrations/templatetags/*.py",
    "registrations/views/answers.py",
    "registrations/views/holder.py",
    "speakers/calendar.py",
    "speakers/forms/voices.py",
    "speakers/models/topic.py",
    "speakers/preparing.py",
    "speakers/views/topics.py",
    "templates/_*.html",
    "templates/base.html",
    "templates/emails/**/*.txt",
    "templates/mailings/**/*.html",
    "templates/meetups/_date.html",
    "templates/meetups/_event_notices.html",
    "templates/meetups/_follow*.html",
    "templates/meetups/_seats.html",
    "templates/meetups/follow*.html",
    "templates/planning/*help*.html",
    "templates/registrations/_*.html",
    "templates/registrations/c[ao]*.html",
    "templates/registrations/circles/*.html",
    "templates/registrations/d*.html",
    "templates/registrations/erase*.html",
    "templates/registrations/my_data.html",
    "templates/registrations/on_the_wall/*.html",
    "templates/registrations/questions.html",
    "templates/speakers/_remark.html",
    "templates/speakers/voice.html",
    "templates/too_many.html",
)


def found() -> set[Path]:
    """The files whose words are in the catalogues, as paths from the root of the project."""
    return {path for pattern in PLACES for path in Path().glob(pattern)}


class Command(makemessages.Command):
    """Django's own, kept to what is translated and to catalogues that read well in a diff."""

    msgmerge_options = [*makemessages.Command.msgmerge_options, "--no-wrap", "--add-location=file"]
    msguniq_options = [*makemessages.Command.msguniq_options, "--no-wrap"]
    msgattrib_options = [*makemessages.Command.msgattrib_options, "--no-wrap"]
    xgettext_options = [
        *makemessages.Command.xgettext_options, "--no-wrap", "--add-location=file", "--keyword=_g",
    ]  # fmt: skip

    def find_files(self, root: str) -> list[Any]:
        """Those of Django's finding that are ours to translate."""
        ours = found()
        return [file for file in super().find_files(root) if Path(file.path) in ours]
