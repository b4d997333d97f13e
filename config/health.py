"""Alive, and ready: what a load balancer and a person on duty ask."""

from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from outbox.models import Channel, Delivery, Heartbeat
from outbox.ways import open_ways

STARTED = timezone.now()
PATIENCE = timedelta(minutes=5)
# People are served well without them: mail is late, but nothing is lost.
NAMED_ONLY = {"redis", "channels"}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether people are served well: 200, or 503 with what is wrong."""
    wrong = _database()
    parts = {"database": wrong, "redis": _redis()}
    if not wrong:
        parts |= {"migrations": _migrations(), "messages": _messages(), "tick": _tick()}
        parts |= {"channels": _channels()}
    is_ready = not any(said for name, said in parts.items() if name not in NAMED_ONLY)
    said = {name: wrong or "ok" for name, wrong in parts.items()}
    return JsonResponse({"ready": is_ready, **said}, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "cannot be reached"
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} not applied" if plan else ""


def _messages() -> str:
    age = Delivery.objects.filter(channel__in=open_ways()).oldest_due_age()
    if not age or age <= PATIENCE:
        return ""
    return f"the oldest has been due for {age.total_seconds():.0f} s"


def _tick() -> str:
    """The scheduler's sign of life; right after a start there need not be one yet."""
    now = timezone.now()
    if now - STARTED < PATIENCE or Heartbeat.objects.filter(name="tick", at__gt=now - PATIENCE):
        return ""
    return "no tick for five minutes"


def _channels() -> str:
    """Which of them stand still, and until when."""
    paused = Channel.objects.filter(paused_until__gt=timezone.now()).order_by("name")
    return ", ".join(f"{one.name} is paused until {one.paused_until:%H:%M} UTC" for one in paused)


def _redis() -> str:
    try:
        Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5).ping()
    except RedisError:
        return "cannot be reached"
    return ""
