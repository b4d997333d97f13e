"""Forgetting a person who asked for it by letter or by word (T72)."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.verbs import VerbForm
from meetups.models import Member, Refused
from meetups.rights import CHANGE, rights_of
from people.holdings import erase, objections_to


class ErasePerson(VerbForm):
    """The same as her own button does, for a person whom no other series knows."""

    name, button, title = "erase", _("Erase this person"), _("Erase this person?")
    is_grave = True
    sure = forms.BooleanField(label=_("This person asked to be erased."))

    def consequence(self) -> str:
        if objections := self._objections():
            return " ".join(objections)
        return gettext(
            "Name, addresses, answers, words and files go at once and for good, seats to come are "
            "given back, and we never write to these addresses again. How many came stays. "
            "The person is not written to: do that before, if you want to."
        )

    def act(self) -> str:
        if objections := self._objections():
            raise Refused(objections)
        contact, self.series = self.subject.contact, self.subject.series
        erase(contact)
        # What is logged about it names nobody.
        contact.refresh_from_db()
        return gettext("This person is forgotten.")

    def afterwards(self) -> Any:
        return self.series

    def _objections(self) -> list[str]:
        contact = self.subject.contact
        known = set(Member.objects.filter(contact=contact).values_list("series_id", flat=True))
        if not rights_of(self.request).may_in_all(CHANGE, self.model_admin.label, known):
            return [
                gettext(
                    "Other series know this person too. The page of any of her seats has a button "
                    "by which she erases herself everywhere."
                )
            ]
        return objections_to(contact)
