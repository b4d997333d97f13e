"""Seats in the admin: who comes, who waits, and the verbs that change it."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import Case, QuerySet, Value, When
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from meetups.admin import SeriesAdmin
from meetups.admin.base import SeriesFilter, number_in
from meetups.models import Event, Refused
from meetups.rights import ADD, ADDRESSES, CHANGE, DECIDE, DELETE, VIEW, rights_of
from registrations.admin.appeals import DueFilter, note_visits, visits_in_words
from registrations.admin.circles import circles_pages
from registrations.admin.door import door_pages
from registrations.admin.guest_forms import (
    ApproveForm,
    CameForm,
    CancelSeatForm,
    DeclineForm,
    GiveSeatForm,
    GrantAppealForm,
    GuestForm,
    KeepMarkForm,
)
from registrations.admin.imports import import_pages
from registrations.admin.turnout import forecast_pages
from registrations.models import Registration

# Those with a seat first, then the queue, then those who will not come.
IN_ORDER = Case(
    *[
        When(state=state, then=n)
        for n, state in enumerate(["going", "offered", "pending", "waiting"])
    ],
    default=9,
)
# Long texts of the evening, which no list of guests shows and each sort would carry along.
UNSHOWN = [
    f"event__{name}"
    for name in ("description", "description_html", "recap", "recap_html", "search", "search_text")
]
PAST_EVENINGS = 5  # among the choices of the filter; older ones are reached from their own page


class EveningFilter(admin.SimpleListFilter):
    title, parameter_name = _("evening"), "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        events = model_admin.choices(Event, request)
        now, chosen = timezone.now(), number_in(self.value())
        coming = events.filter(ends_at__gt=now).order_by("starts_at")[:20]
        past = events.filter(ends_at__lte=now).order_by("-starts_at")[:PAST_EVENINGS]
        found = {event.pk: event for event in [*coming, *past, *events.filter(pk=chosen or 0)]}
        return [(str(pk), f"{event.title}, {event.date:%d.%m.%Y}") for pk, event in found.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        chosen = number_in(self.value())
        return queryset.filter(event=chosen) if chosen else queryset


@admin.register(Registration)
class RegistrationAdmin(SeriesAdmin):
    series_path = "event__series"
    plural, add_words = _("Guests"), _("Add a guest")
    # Who registered is history; a seat ends by being cancelled.
    closed = frozenset({DELETE})
    verbs = (
        ApproveForm, DeclineForm, GrantAppealForm, KeepMarkForm, GiveSeatForm, CancelSeatForm,
    )  # fmt: skip
    actions = ("mark_came", "mark_missed", "approve_all", "decline_all")
    list_display = (
        "who", "address", "evening", "standing", "brings", "since", "lately", "turned_up",
    )  # fmt: skip
    list_filter = (EveningFilter, DueFilter, "state", "came", SeriesFilter)
    list_select_related = ("event__series",)
    search_help_text = _("Part of a name or an address")
    ordering = ("-event__starts_at", IN_ORDER, "created_at", "pk")
    show_full_result_count = False

    # Shown

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """With `is_known`: whether she may know the address; a helper at the door needs none.

        People come in a query of their own, so that sorting 50,000 seats carries none of them.
        """
        ids = rights_of(request).series_ids(VIEW, ADDRESSES)
        is_known: Any = Value(True)
        if ids is not None:
            is_known = Case(When(event__series__in=ids, then=True), default=False)
        seats = super().get_queryset(request).defer(*UNSHOWN)
        return seats.prefetch_related("contact").annotate(is_known=is_known)

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        rights = rights_of(request)
        lists, addresses = (rights.series_ids(VIEW, label) for label in (self.label, ADDRESSES))
        by_address = lists is None or (addresses is not None and lists <= addresses)
        return ["contact__name", "contact__email"] if by_address else ["contact__name"]

    @admin.display(description=_("name"), ordering="contact__name")
    def who(self, seat: Any) -> str:
        return seat.contact.name or self.address(seat) or gettext("no name given")

    @admin.display(description=_("e-mail"), ordering="contact__email")
    def address(self, seat: Any) -> str:
        return seat.contact.email if seat.is_known else ""

    @admin.display(description=_("evening"), ordering="event__starts_at")
    def evening(self, seat: Registration) -> str:
        return seat.event.title

    @admin.display(description=_("state"), ordering="state")
    def standing(self, seat: Registration) -> str:
        """The state in words, and for the queue the number: "waiting, number 3"."""
        words = seat.get_state_display()
        if seat.state == Registration.State.WAITING and seat.needs_approval:
            return gettext("waits for our yes")
        if seat.state == Registration.State.WAITING:
            return gettext("%(state)s, number %(number)d") % {
                "state": words,
                "number": seat.queue_no,
            }
        return words

    @admin.display(description=_("since"), ordering="state_at")
    def since(self, seat: Registration) -> str:
        return date_format(seat.state_at.astimezone(ZoneInfo(seat.event.zone)), "j M, H:i")

    @admin.display(description=_("came"), ordering="came")
    def turned_up(self, seat: Registration) -> str:
        words = {True: gettext("came"), False: gettext("did not come"), None: ""}
        if seat.appeal == Registration.Appeal.OPEN:
            return gettext("%(came)s, contested") % {"came": words[seat.came]}
        return words[seat.came]

    @admin.display(description=_("guests"), ordering="guests")
    def brings(self, seat: Registration) -> str:
        return f"+{seat.guests}" if seat.guests else ""

    @admin.display(description=_("within a year"))
    def lately(self, seat: Any) -> str:
        """How often she came to this series lately: whom one knows need not be looked at twice."""
        visits = seat.visits if hasattr(seat, "visits") else note_visits([seat])[0].visits
        return visits_in_words(visits)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """The page of the list, with how often each of its people came; one query for all."""
        page: Any = super().get_changelist_instance(request)
        page.result_list = note_visits(page.result_list)
        return page

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the evening where the list is of one evening only."""
        return [
            name for name in self.list_display if name != "evening" or "event" not in request.GET
        ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("event", "name", "email", "mode", "is_here")
        return (
            "who", "address", "evening", "standing", "brings", "lately", "state_at", "mode",
            "source", "created_at", "coming_at", *self._contested(obj), "came",
        )  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (
            tuple(name for name in self.get_fields(request, obj) if name != "came") if obj else ()
        )

    def _contested(self, seat: Registration) -> tuple[str, ...]:
        return ("appeal", "appeal_text", "appealed_at") if seat.appeal else ()

    # Written

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = CameForm if obj else GuestForm
        return super().get_form(request, obj, change, **kwargs)

    def choices(self, model: Any, request: HttpRequest) -> Any:
        rows = super().choices(model, request)
        return rows.select_related("series") if model is Event else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "event":
            lately = timezone.now() - timedelta(days=1)
            events = kwargs["queryset"].published().filter(ends_at__gt=lately)
            kwargs["queryset"] = events.order_by("starts_at")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        only_at_the_door = not rights_of(request).may(DECIDE, self.label)
        return {"event": number_in(request.GET.get("event")), "is_here": only_at_the_door}

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Registration:
        if change:
            return super().save_form(request, form, change)
        event = form.cleaned_data["event"]
        if not rights_of(request).may_in_one(DECIDE, self.label, [event.series_id]):
            form.cleaned_data["is_here"] = True  # a helper lets in those who stand before her
        self.stop_strangers(request, Registration(event=event), ADD)
        return form.give_seat()

    def save_model(self, request: HttpRequest, obj: Registration, form: Any, change: bool) -> None:
        """Only whether she came: whatever else changed meanwhile stays as it is."""
        if change:
            obj.save(update_fields=["came"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing hangs on a seat."""

    @admin.action(description=_("Note that they came"), permissions=["change"])
    def mark_came(self, request: HttpRequest, seats: QuerySet) -> None:
        self._mark(request, seats, True)

    @admin.action(description=_("Note that they did not come"), permissions=["change"])
    def mark_missed(self, request: HttpRequest, seats: QuerySet) -> None:
        self._mark(request, seats, False)

    def _mark(self, request: HttpRequest, seats: Any, came: bool) -> None:
        ids = rights_of(request).series_ids(CHANGE, self.label)
        mine: Any = self.scoped(seats, ids)
        chosen = list(mine.seated())
        Registration.objects.filter(pk__in=[seat.pk for seat in chosen]).update(came=came)
        self._log_all(request, chosen, gettext("came") if came else gettext("did not come"))
        sentence = ngettext("Noted for %d person.", "Noted for %d people.", len(chosen))
        messages.success(request, sentence % len(chosen))

    # Requests

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return self._may(DECIDE, request, None)

    @admin.action(description=_("Say yes to them"), permissions=["decide"])
    def approve_all(self, request: HttpRequest, seats: QuerySet) -> None:
        asked, refused = self._settle(request, seats, Registration.approve, gettext("yes"))
        waiting = sum(seat.state == Registration.State.WAITING for seat in asked)
        sentence = ngettext("Yes to %d person.", "Yes to %d people.", len(asked)) % len(asked)
        if waiting:
            line = ngettext("%d stands in line.", "%d stand in line.", waiting)
            sentence = f"{sentence} {line % waiting}"
        self._tell(request, sentence, refused)

    @admin.action(description=_("Say no to them"), permissions=["decide"])
    def decline_all(self, request: HttpRequest, seats: QuerySet) -> None:
        asked, refused = self._settle(request, seats, Registration.decline, gettext("no"))
        sentence = ngettext("No to %d person.", "No to %d people.", len(asked)) % len(asked)
        self._tell(request, sentence, refused)

    def _settle(
        self, request: HttpRequest, seats: Any, verb: Callable[[Registration], None], word: str
    ) -> tuple[list[Registration], list[str]]:
        """Each by itself under its evening's lock, in the order in which they asked."""
        ids = rights_of(request).series_ids(DECIDE, self.label)
        mine: Any = self.scoped(seats, ids)
        done, refused = list[Registration](), list[str]()
        for seat in mine.to_approve():
            try:
                verb(seat)
                done.append(seat)
            except Refused as refusal:
                refused.append(refusal.messages[0])
        self._log_all(request, done, word)
        return done, refused

    def _tell(self, request: HttpRequest, sentence: str, refused: list[str]) -> None:
        messages.success(request, sentence)
        for words in dict.fromkeys(refused):
            messages.error(request, words)

    def _log_all(self, request: HttpRequest, seats: Iterable[Registration], sentence: str) -> None:
        for seat in seats:
            self.log_change(request, seat, sentence)

    def evening_pages(self) -> list[URLPattern]:
        """Pages of evenings and series that are about their people."""
        door = self.admin_site.admin_view
        return [
            *circles_pages(door),
            *door_pages(door),
            *forecast_pages(door),
            *import_pages(door),
        ]

    def beside(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        mine, rights = [obj.event.series_id], rights_of(request)
        return {
            "may_read_letters": rights.may_in_one(VIEW, "outbox.delivery", mine),
            "member": obj.event.series.members.filter(contact=obj.contact_id).first(),
        }
