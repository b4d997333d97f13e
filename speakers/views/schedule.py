"""The programme of a series for machines: frab's JSON and XML."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404

from meetups.models import Series
from meetups.pages import for_all_sites, public_page
from speakers.schedule import as_xml, schedule_of

FORMAT = "https://c3voc.de/schedule/schema.json"
GENERATOR = {"name": "third-thursday"}


@public_page
def schedule_json(request: HttpRequest, slug: str) -> HttpResponse:
    schedule = schedule_of(get_object_or_404(Series, slug=slug))
    told = {"$schema": FORMAT, "generator": GENERATOR, "schedule": schedule}
    return for_all_sites(JsonResponse(told, json_dumps_params={"ensure_ascii": False}))


@public_page
def schedule_xml(request: HttpRequest, slug: str) -> HttpResponse:
    schedule = as_xml(schedule_of(get_object_or_404(Series, slug=slug)))
    return for_all_sites(HttpResponse(schedule, content_type="application/xml; charset=utf-8"))
