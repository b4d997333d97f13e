"""The organizers' site: Django's admin behind the site's own login, with the desk as front page."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import LogEntry
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mailings.leaving import leaving_next
from mailings.resting import resting_of
from mailings.waiting import unreleased
from meetups.models import Series
from meetups.rights import CHANGE, VIEW, rights_of
from planning.crew_page import crew_view
from planning.desk import desk_of
from planning.in_person_page import in_person_view
from planning.pauses import pauses_of
from planning.running_page import running_view
from registrations.exports import registrations_csv

# What an organizer would call them, in the order in which she needs them.
NAVIGATION = [
    ("meetups.event", _("Evenings")),
    ("registrations.registration", _("Guests")),
    ("speakers.proposal", _("Proposals")),
    ("meetups.member", _("People")),
    ("speakers.talk", _("Talks")),
    ("outbox.delivery", _("Messages")),
    ("venues.venue", _("Venues")),
]
# Where it leads, if not to the list.
FRONT_DOORS = {"speakers.proposal": "admin:speakers_proposal_board"}
# Libraries register accounts, groups, keys and sessions by themselves; none of that is shown here.
OURS = {"mailings", "meetups", "outbox", "planning", "registrations", "speakers", "venues"}
# Pages of Django's that are not ours: allauth keeps the passwords, "r/" tells foreign links, and no
# form here completes anything.
CLOSED = {"view_on_site", "autocomplete", "password_change", "password_change_done"}


class OrganizersSite(AdminSite):
    """One site for everybody with a role; what each may see follows from meetups.rights."""

    site_title = settings.ORGANIZATION
    site_header = settings.ORGANIZATION
    index_title = _("Desk")
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take what our own apps register, and nothing else."""
        single = isinstance(model_or_iterable, type)
        found: list[Any] = [model_or_iterable] if single else list(model_or_iterable)
        own = [model for model in found if model._meta.app_label in OURS]
        super().register(own, admin_class, **options)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        evening = "meetups/event/<int:event_id>/"
        export = path(
            f"{evening}registrations.csv",
            self.admin_view(registrations_csv),
            name="registrations_csv",
        )
        planning = [
            path(f"{evening}running/", self.admin_view(running_view), name="planning_running"),
            path(f"{evening}crew/", self.admin_view(crew_view), name="planning_crew"),
            path(
                f"{evening}in-person/", self.admin_view(in_person_view), name="planning_in_person"
            ),
        ]
        own = [url for url in super().get_urls() if getattr(url, "name", None) not in CLOSED]
        registered: dict[Any, Any] = self._registry
        below = [page for one in registered.values() for page in one.evening_pages()]
        return [export, *planning, *below, *own]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Django's door, with 403 for people without a role and a second factor for all others."""
        opened = super().admin_view(view, cacheable)

        def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            if request.user.is_authenticated and lacks_second_factor(request):
                messages.info(
                    request,
                    gettext(
                        "Organizers need a second key. Set one up here, then go on to your desk."
                    ),
                )
                return redirect("mfa_index")
            with timezone.override(zone_of(request)):
                return rendered(opened(request, *args, **kwargs))

        return door

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The site's own login, with its limits and its second factor; never Django's."""
        return secure_admin_login(lambda request: redirect("admin:index"))(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "navigation": self._navigation(request)}

    def _navigation(self, request: HttpRequest) -> list[dict[str, Any]]:
        rights = rights_of(request)
        links = []
        for label, name in NAVIGATION:
            rows = reverse("admin:{}_{}_changelist".format(*label.split(".")))
            if rights.may(VIEW, label):
                url = reverse(FRONT_DOORS[label]) if label in FRONT_DOORS else rows
                links.append({"name": name, "url": url, "is_here": request.path.startswith(rows)})
        return links

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> Any:
        """Apps are our own way of sorting; organizers have the desk."""
        return redirect("admin:index")

    def _everything(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Every list she may see, with where to add to it."""
        links = []
        registered: dict[Any, Any] = self._registry
        for model, admin in registered.items():
            page = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            if admin.has_view_permission(request):
                may_add = admin.has_add_permission(request)
                links.append(
                    {
                        "name": admin.plural,
                        "url": reverse(f"{page}_changelist"),
                        "add_url": may_add and reverse(f"{page}_add"),
                        "add_words": admin.add_words,
                    }
                )
        return sorted(links, key=lambda link: str(link["name"]))

    def get_log_entries(self, request: HttpRequest) -> QuerySet[LogEntry]:
        """None across all things: what happened to a thing stands on its own page."""
        return LogEntry.objects.none()

    def index(self, request: HttpRequest, extra_context: Any = None) -> TemplateResponse:
        """The desk: the next evenings, what leaves next, then everything else."""
        rights = rights_of(request)
        desk = desk_of(rights)
        reads_letters = rights.may(VIEW, "outbox.delivery") and desk.series
        context = {
            **self.each_context(request),
            "title": desk.greeting,
            "desk": desk,
            "leaving": leaving_next(desk.series) if reads_letters else [],
            "resting": resting_of(rights),
            "paused": pauses_of(rights, desk.series),
            "unreleased": unreleased(desk.series) if rights.may(CHANGE, "mailings.wave") else [],
            "may_plan": rights.may(VIEW, "mailings.wave"),
            "everything": self._everything(request),
        }
        return TemplateResponse(request, "admin/index.html", context)


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether one is asked for and this person has none."""
    return settings.REQUIRE_SECOND_FACTOR and not is_mfa_enabled(request.user)


def zone_of(request: HttpRequest) -> str:
    """The clocks by which she reads times: those of her first series."""
    if not request.user.is_authenticated:
        return settings.TIME_ZONE
    rights, series = rights_of(request), Series.objects.order_by("pk")
    mine = series if rights.everywhere else series.filter(pk__in=rights.roles)
    return mine.values_list("time_zone", flat=True).first() or settings.TIME_ZONE


def rendered(answer: HttpResponse) -> HttpResponse:
    """The answer with its template filled in now, while the clocks are set."""
    return answer.render() if isinstance(answer, TemplateResponse) else answer
