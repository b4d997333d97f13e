"""Reliability T53: the guests of an evening as a file."""

import csv
from io import StringIO

import pytest

from registrations.models import Registration
from tests.builders import make_contact, make_event, make_registration


def table(answer) -> list[list[str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))


def export(client, event):
    return client.get(f"/admin/meetups/event/{event.pk}/registrations.csv")


def test_everybody_is_in_the_file_in_the_order_of_registering(client, ours):
    answer = export(client, ours.event)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert (
        answer["Content-Disposition"]
        == f'attachment; filename="{ours.event.slug}-registrations.csv"'
    )
    rows = table(answer)
    assert [row[:5] for row in rows[1:]] == [
        ["antelope guest", "guest-antelope@example.org", "on site", "has a seat", ""],
        ["antelope late", "late-antelope@example.org", "on site", "waiting", "1"],
    ]


def test_the_file_begins_so_that_spreadsheets_read_every_script(client, ours):
    make_registration(ours.event, "waiting", make_contact(name="Лёля 李"))
    body = b"".join(export(client, ours.event).streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    assert "Лёля 李" in body.decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(client, ours, start):
    event = make_event(ours.series)
    contact = make_contact(name=f'{start}cmd|"/c calc"!A1')
    make_registration(event, contact=contact, source=f"{start}1+1")
    row = table(export(client, event))[1]
    assert row[0] == f"'{contact.name}"
    assert row[9] == f"'{start}1+1"


def test_quotes_commas_and_breaks_stay_in_their_cell(client, ours):
    event = make_event(ours.series)
    name = 'O"Neil, the\nsecond'
    make_registration(event, contact=make_contact(name=name))
    assert table(export(client, event))[1][0] == name


def test_a_head_alone_for_an_evening_without_guests(client, ours):
    assert len(table(export(client, make_event(ours.series)))) == 1


def test_the_export_changes_nothing_and_is_only_read(client, ours):
    url = f"/admin/meetups/event/{ours.event.pk}/registrations.csv"
    assert client.post(url).status_code == 404
    assert Registration.objects.count() == 2
