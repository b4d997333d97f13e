"""What a series looks for, to read before any form."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from meetups.models import Series
from meetups.pages import public_page


@public_page
def call(request: HttpRequest, slug: str) -> HttpResponse:
    """Every open call with what it looks for, its formats, who answers and by when."""
    series = get_object_or_404(Series, slug=slug)
    known = list(series.calls.unfinished().select_related("event").prefetch_related("formats"))
    context = {
        "series": series,
        "calls": [one for one in known if one.is_open],
        "later": [one for one in known if not one.is_open],
    }
    return render(request, "speakers/call.html", context)
