"""People that a series knows, with what they agreed to and what was written to them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from meetups.admin.base import SeriesAdmin, SeriesFilter, SeriesForm, SeriesInline
from meetups.models import Member, Series, Subscription
from meetups.rights import DELETE, EVERYTHING, VIEW, rights_of
from people.models import Contact, normalized_email, validate_name


class MemberForm(SeriesForm):
    """A person by name and address; the address is given once, the name stays hers to change."""

    name = forms.CharField(
        label=_("name"), max_length=200, required=False, validators=[validate_name]
    )
    email = forms.EmailField(label=_("e-mail"))

    class Meta:
        model = Member
        fields = ["series", "source", "tags", "notes"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            return
        self.initial["name"], self.initial["email"] = self.contact.name, self.contact.email
        self.fields["email"].disabled = True
        self.fields["email"].help_text = _("Consent was given by this address, so it stays.")
        if self._is_known_elsewhere():
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("Other series know this person too, so it stays.")

    @property
    def contact(self) -> Contact:
        return self.instance.contact

    def _is_known_elsewhere(self) -> bool:
        others = self.contact.memberships.exclude(pk=self.instance.pk)
        return bool(self.contact.user_id) or others.exists()

    def clean_email(self) -> str:
        return normalized_email(self.cleaned_data["email"])

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if not self.instance.pk and data.get("email") and data.get("series"):
            known = data["series"].members.filter(contact__email__iexact=data["email"])
            if known.exists():
                raise ValidationError(
                    gettext("This person is already among the people of the series.")
                )
        return data

    def save(self, commit: bool = True) -> Member:
        name, email = self.cleaned_data["name"], self.cleaned_data["email"]
        if not self.instance.pk:
            language = self.instance.series.language
            self.instance.contact = Contact.objects.for_email(email, name, language)
        elif "name" in self.changed_data:
            self.contact.name = name
            self.contact.save(update_fields=["name"])
        return super().save(commit)


class SubscriptionInline(SeriesInline):
    """What she agreed to and when: evidence, so nobody edits it."""

    model = Subscription
    closed = EVERYTHING - {VIEW}
    fields = ("line", "source", "given_at", "confirmed_at", "withdrawn_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("line").order_by("pk")


@admin.register(Member)
class MemberAdmin(SeriesAdmin):
    series_path = "series"
    plural, add_words = _("People"), _("Add a person")
    # Removing her would remove the proof that she said no; erasing a person is another matter.
    closed = frozenset({DELETE})
    form = MemberForm
    inlines = (SubscriptionInline,)
    list_display = ("who", "address", "tags", "source", "first_met", "series")
    list_filter = (SeriesFilter,)
    list_select_related = ("contact", "series")
    search_fields = ("contact__name", "contact__email", "tags")
    search_help_text = _("Part of a name, an address or a tag")
    ordering = ("-first_met", "-pk")
    show_full_result_count = False
    readonly_fields = ("first_met",)
    fields = ("series", "name", "email", "source", "tags", "notes", "first_met")

    @admin.display(description=_("name"), ordering="contact__name")
    def who(self, member: Member) -> str:
        return str(member.contact)

    @admin.display(description=_("e-mail"), ordering="contact__email")
    def address(self, member: Member) -> str:
        return member.contact.email

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("series", "first_met") if obj else ("first_met",)

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return list(self.inlines) if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"series": self.choices(Series, request).first(), "source": gettext("by hand")}

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        ids = rights_of(request).series_ids(VIEW, self.label)
        seats = obj.contact.registrations.select_related("event").order_by("-event__starts_at")
        return {
            "seats": seats if ids is None else seats.filter(event__series__in=ids),
        }
