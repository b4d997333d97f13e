"""Writing series with their people, and venues with their rooms."""

from allauth.account.models import EmailAddress

from config.community.shapes import SHEET, Record
from meetups.models import Line, Organizer, Series
from people.models import User
from venues.models import Room, Venue

_OF_SERIES = (
    "name", "time_zone", "language", "tagline", "description", "hue", "chat_url",
    "code_of_conduct_url", "privacy_text", "sender_name", "reply_to", "usual_time",
    "usual_minutes", "rhythm", "confirm_by_mail", "ask_hours", "offer_hours", "missed_limit",
)  # fmt: skip
_OF_VENUE = (
    "name", "kind", "address", "latitude", "longitude", "transport", "parking", "entrance",
    "step_free", "stage", "free_from_host", "host_name", "host_email", "conditions",
)  # fmt: skip


def write_venue(told: Record) -> Venue:
    """The venue with its rooms; rooms that the file does not name stay."""
    venue = Venue.objects.filter(slug=told["slug"]).first() or Venue(slug=told["slug"])
    _set(venue, told.only(*_OF_VENUE))
    for room_told in told.get("rooms", []):
        name = room_told["name"]
        room = venue.rooms.filter(name__iexact=name).first() or Room(venue=venue, name=name)
        _set(room, room_told.only("capacity", *SHEET, "note"))
    return venue


def write_series(told: Record) -> Series:
    """The series with its lines and organizers; those that the file does not name stay."""
    series = Series.objects.filter(slug=told["slug"]).first() or Series(slug=told["slug"])
    values = told.only(*_OF_SERIES)
    if "digest" in told.values:
        values |= told["digest"] or {"digest_day": None}
    if "usual_venue" in told.values:
        values["usual_venue"] = Venue.objects.get(slug=told["usual_venue"])
    _set(series, values)
    if series.usual_venue:
        series.venues.add(series.usual_venue)
    for line in told.get("lines", []):
        _write_line(series, line)
    for organizer in told.get("organizers", []):
        _write_organizer(series, organizer)
    return series


def show_venue_to(told: Record) -> None:
    """Lets the organizers of these series see the venue."""
    venue = Venue.objects.get(slug=told["slug"])
    venue.series.add(*Series.objects.filter(slug__in=told.get("series", [])))


def _write_line(series: Series, told: dict[str, str]) -> None:
    name = told["slug"].replace("-", " ").capitalize()
    line, created = Line.objects.get_or_create(
        series=series, slug=told["slug"], defaults={"name": told.get("name") or name}
    )
    if not created and told.get("name"):
        _set(line, {"name": told["name"]})


def _write_organizer(series: Series, told: Record) -> None:
    """The user with her role; her address counts as proved, her password is the file's."""
    email = told["email"]
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email, told.get("password"))
    elif "password" in told.values and not user.check_password(told["password"]):
        user.set_password(told["password"])
        user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user, primary=True).exclude(email__iexact=email).update(
        primary=False
    )
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    Organizer.objects.update_or_create(series=series, user=user, defaults={"role": told["role"]})


def _set(thing: Series | Venue | Room | Line, values: dict[str, object]) -> None:
    for name, value in values.items():
        setattr(thing, name, value)
    thing.save()
