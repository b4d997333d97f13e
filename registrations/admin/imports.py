"""Pages by which a series brings people and evenings along (O25): send, map, look, take over."""

import csv
from collections.abc import Callable
from io import StringIO
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from meetups.admin.scope import within
from meetups.models import Refused, Series
from meetups.rights import ADD, rights_of
from registrations.admin.import_forms import FileForm, MappingForm
from registrations.exports import harmless
from registrations.importing.doors import mapping_of, table_of, take_over, try_it
from registrations.importing.heads import What
from registrations.importing.problems import sentence
from registrations.importing.reading import NotReadable, Table
from registrations.models import Import

LABEL = "registrations.import"
# So many lines are shown; all of them are in the file to download.
SHOWN = 100


def import_pages(door: Callable[[Any], Any]) -> list[URLPattern]:
    """Below a series: "meetups/series/<id>/imports/"."""
    top = "meetups/series/<int:series_id>/imports/"
    one = f"{top}<int:import_id>/"
    return [
        path(top, door(files_view), name="registrations_imports"),
        path(one, door(mapping_view), name="registrations_import"),
        path(f"{one}report/", door(report_view), name="registrations_import_report"),
        path(f"{one}report.csv", door(report_csv), name="registrations_import_csv"),
        path(f"{one}away/", door(away_view), name="registrations_import_away"),
    ]


def series_for(request: HttpRequest, series_id: int) -> Series:
    """The series; 404 outside those into which she may bring people."""
    ids = rights_of(request).series_ids(ADD, LABEL)
    return get_object_or_404(within(Series.objects.all(), "", ids), pk=series_id)


def files_view(request: HttpRequest, series_id: int) -> HttpResponse:
    """What was brought along so far, and the form that takes one more file."""
    series = series_for(request, series_id)
    form = FileForm(request.POST or None, request.FILES or None)
    form.label_suffix = ""
    if request.method == "POST" and form.is_valid():
        user: Any = request.user
        name = form.cleaned_data["file"].name.replace("\x00", "")[:200]
        file = Import.objects.create(series=series, file_name=name, content=form.content, by=user)
        return redirect("admin:registrations_import", series.pk, file.pk)
    rows = series.imports.select_related("by").defer("content", "mapping", "report")
    title = _("Bring people and evenings along")
    return _page(request, "files", series, title, form=form, files=rows[:50])


def mapping_view(request: HttpRequest, series_id: int, import_id: int) -> HttpResponse:
    """What each column is; saying so tries the file, and writes nothing."""
    file = _file(request, series_id, import_id)
    if file.state == Import.State.DONE:
        return redirect("admin:registrations_import_report", series_id, import_id)
    try:
        table = table_of(file)
    except NotReadable as gone:  # emptied, because nobody took it over in time
        messages.error(request, " ".join(gone.messages))
        return redirect("admin:registrations_imports", series_id)
    mapping = mapping_of(file, table)
    form = MappingForm(request.POST or None, series=file.series, mapping=mapping, table=table)
    if request.method == "POST" and form.is_valid() and _tried(form, file):
        return redirect("admin:registrations_import_report", series_id, import_id)
    columns = _columns(table, form)
    title = _("What is in this file?")
    lines = len(table.rows)
    return _page(
        request, "mapping", file.series, title, form=form, columns=columns, lines=lines, file=file
    )


def _tried(form: MappingForm, file: Import) -> bool:
    try:
        try_it(file, form.mapping())
    except Refused as refused:
        form.add_error(None, refused)
        return False
    return True


def _columns(table: Table, form: MappingForm) -> list[dict[str, Any]]:
    """Each column of the file: its name, three of its values, and the choice."""
    return [
        {"head": head, "samples": table.samples(n), "field": form[f"column_{n}"]}
        for n, head in enumerate(table.head)
    ]


def report_view(request: HttpRequest, series_id: int, import_id: int) -> HttpResponse:
    """What would be written and what not, and why; the button writes it."""
    file = _file(request, series_id, import_id)
    if file.state == Import.State.SENT:
        return redirect("admin:registrations_import", series_id, import_id)
    if request.method == "POST":
        try:
            take_over(file)
            messages.success(request, _("Taken over. Nobody was written to."))
        except ValidationError as refused:
            messages.error(request, " ".join(refused.messages))
        return redirect(request.path)
    is_done = file.state == Import.State.DONE
    problems = _problems(file)
    title = _("What was taken over") if is_done else _("What would be taken over")
    shown = {"problems": problems[:SHOWN], "number": len(problems), "is_done": is_done}
    shown["unread"] = [(What(w).label, n) for w, n in file.report.get("unread", {}).items()]
    return _page(request, "report", file.series, title, file=file, report=file.report, **shown)


def report_csv(request: HttpRequest, series_id: int, import_id: int) -> HttpResponse:
    """Each line that is left out, and why, for a spreadsheet."""
    file = _file(request, series_id, import_id)
    if file.state == Import.State.SENT or request.method not in {"GET", "HEAD"}:
        raise Http404
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_("line"), _("why it is left out")])
    writer.writerows([number, harmless(why)] for number, why in _problems(file))
    answer = HttpResponse(f"\ufeff{text.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="import-{file.pk}-left-out.csv"'
    return answer


def away_view(request: HttpRequest, series_id: int, import_id: int) -> HttpResponse:
    """Throw a file away that was not taken over; by POST only."""
    file = _file(request, series_id, import_id)
    if request.method != "POST":
        raise Http404
    gone, _each = Import.objects.filter(pk=file.pk).exclude(state=Import.State.DONE).delete()
    if gone:
        messages.success(request, _("The file is thrown away. Nothing was written."))
    return redirect("admin:registrations_imports", series_id)


def _file(request: HttpRequest, series_id: int, import_id: int) -> Import:
    series = series_for(request, series_id)
    return get_object_or_404(series.imports.select_related("series"), pk=import_id)


def _problems(file: Import) -> list[tuple[int, str]]:
    return [(number, sentence(why, word)) for number, why, word in file.report["problems"]]


def _page(
    request: HttpRequest, name: str, series: Series, title: str, **context: Any
) -> HttpResponse:
    shared = {**admin.site.each_context(request), "title": title, "object": series}
    template = f"admin/registrations/import/{name}.html"
    return TemplateResponse(request, template, {**shared, "opts": Series._meta, **context})
