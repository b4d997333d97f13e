"""Forms of the admin that give and take seats, each one call of a verb."""

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesForm, VerbForm
from meetups.models import Event
from meetups.rights import DECIDE
from people.models import Contact, normalized_email, validate_name
from registrations.models import Registration


class GuestForm(SeriesForm):
    """Somebody added by an organizer, or by a helper at the door."""

    name = forms.CharField(label=_("name"), max_length=200, validators=[validate_name])
    email = forms.EmailField(label=_("e-mail"))
    mode = forms.ChoiceField(
        label=_("how"),
        required=False,
        choices=[
            ("", _("as the evening is held")),
            *[(m.value, m.label) for m in list(Event.Mode)[:2]],
        ],
    )
    is_here = forms.BooleanField(
        label=_("is here now"),
        required=False,
        help_text=_("Counts as come, and no mail is sent. Otherwise a confirmation goes out."),
    )

    class Meta:
        model = Registration
        fields = ["event"]

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    def give_seat(self) -> Registration:
        """A seat, or a place in the queue where the evening is full. May raise Refused."""
        data = self.cleaned_data
        language = data["event"].series.language
        contact = Contact.objects.for_email(data["email"], data["name"], language)
        if data["is_here"]:
            return Registration.objects.add_walk_in(data["event"], contact, data["mode"])
        return Registration.objects.register(
            data["event"], contact, data["mode"], source="organizer", by_organizer=True
        )


class CameForm(SeriesForm):
    """The one thing of a seat that is written by hand: whether its holder came."""

    class Meta:
        model = Registration
        fields = ["came"]


class ApproveForm(VerbForm):
    name, button, title = "approve", _("Say yes"), _("Say yes to this request?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Registration) -> bool:
        return subject.state == Registration.State.WAITING and subject.needs_approval

    def consequence(self) -> str:
        left = self.subject.event.seats_left(self.subject.mode)
        if left is None or left >= self.subject.seats:
            return gettext("The person gets a seat and is told by mail.")
        return gettext("No seat is free: the person stands in line from now on and is told so.")

    def act(self) -> str:
        self.subject.approve()
        if self.subject.state == Registration.State.WAITING:
            return gettext("The person stands in line.")
        return gettext("The person is told of the seat.")


class DeclineForm(VerbForm):
    name, button, title = "decline", _("Say no"), _("Say no to this request?")
    needs, is_grave = DECIDE, True
    fits = ApproveForm.fits

    def consequence(self) -> str:
        return gettext("The person is told kindly that there is no seat this time.")

    def act(self) -> str:
        self.subject.decline()
        return gettext("The person is told.")


class GrantAppealForm(VerbForm):
    name, button, title = "was-there", _("The person was there"), _("Take the mark away?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Registration) -> bool:
        return subject.appeal == Registration.Appeal.OPEN

    def consequence(self) -> str:
        words = gettext("The person wrote: “%s”") % (self.subject.appeal_text or "–")
        return f"{words} {gettext('The evening counts as one the person came to.')}"

    def act(self) -> str:
        self.subject.settle_appeal(was_there=True)
        return gettext("The mark is gone.")


class KeepMarkForm(GrantAppealForm):
    name, button, title = "keep-mark", _("Keep the mark"), _("Keep the mark?")

    def consequence(self) -> str:
        words = gettext("The person wrote: “%s”") % (self.subject.appeal_text or "–")
        return f"{words} {gettext('It counts as missed, and the page of the seat says so.')}"

    def act(self) -> str:
        self.subject.settle_appeal(was_there=False)
        return gettext("The mark stays.")


class CancelSeatForm(VerbForm):
    name, button, title = "cancel", _("Cancel the seat"), _("Cancel this seat?")
    needs, is_grave = DECIDE, True

    @classmethod
    def fits(cls, subject: Registration) -> bool:
        return subject.state in Registration.ACTIVE

    def consequence(self) -> str:
        waiting = self.subject.event.registrations.waiting().filter(mode=self.subject.mode).count()
        if self.subject.state == Registration.State.WAITING or not waiting:
            return gettext("The person is told by mail, and the place becomes free.")
        return ngettext(
            "The person is told, and the seat goes to the next in line: %d person is waiting.",
            "The person is told, and the seat goes to the next in line: %d people are waiting.",
            waiting,
        ) % waiting  # fmt: skip

    def act(self) -> str:
        self.subject.cancel()
        return gettext("The seat is cancelled.")


class GiveSeatForm(VerbForm):
    name, button, title = "seat", _("Give a seat"), _("Give this person a seat?")
    needs = DECIDE

    @classmethod
    def fits(cls, subject: Registration) -> bool:
        return subject.state in Registration.ACTIVE - {Registration.State.GOING}

    def consequence(self) -> str:
        return gettext("The person passes those who wait, gets the seat, and is told by mail.")

    def act(self) -> str:
        self.subject.give_seat()
        return gettext("The seat is given.")
