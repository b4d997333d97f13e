"""load_community, section `calls`: what a series looks for, as the contract's file says it."""

import json
from datetime import UTC, date, datetime, time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from outbox.models import Delivery
from speakers.models import Call, Format
from tests.builders import make_call, make_proposal, make_series

pytestmark = pytest.mark.django_db

STANDING = {
    "series": "minsk-python",
    "slug": "standing",
    "formats": [{"name": "Talk", "minutes": 20}],
    "closes": None,
}


@pytest.fixture(autouse=True)
def series():
    return make_series("minsk-python", time_zone="Europe/Minsk")


@pytest.fixture
def load(tmp_path):
    """Loads a file with these calls; returns what the command said."""

    def load(*calls, **sections):
        path = tmp_path / "community.json"
        path.write_text(json.dumps({"calls": calls} | sections))
        said = StringIO()
        call_command("load_community", path, stdout=said)
        return said.getvalue()

    return load


@pytest.fixture
def refused(load):
    """The lines with which these calls are refused; nothing of them is in the database then."""

    def refused(*calls, **sections):
        before = list(Call.objects.values()), list(Format.objects.values())
        with pytest.raises(CommandError) as refusal:
            load(*calls, **sections)
        assert (list(Call.objects.values()), list(Format.objects.values())) == before
        first, *lines = str(refusal.value).splitlines()
        assert first == "Nothing was loaded."
        return lines

    return refused


def formats_of(call):
    return list(call.formats.values_list("name", "minutes"))


def test_the_call_of_the_contract_is_a_standing_one(load):
    assert load(STANDING) == "Loaded: 1 calls.\n"

    call = Call.objects.get()
    assert (call.series.slug, call.slug, call.title) == ("minsk-python", "standing", "Talks wanted")
    assert call.is_standing
    assert call.is_open
    assert formats_of(call) == [("Talk", 20)]
    assert list(call.criteria.values_list("name", "weight")) == [
        ("Starts a discussion", 3),
        ("Quality of the topic", 2),
        ("People come for this speaker", 1),
    ]
    assert not Delivery.objects.exists()


def test_a_call_and_its_series_may_stand_in_one_file(load):
    load(
        STANDING | {"series": "new"},
        series=[{"slug": "new", "name": "New", "time_zone": "America/Toronto"}],
    )

    assert Call.objects.get().series.name == "New"


def test_a_deadline_is_wall_time_of_the_series(load):
    load(
        STANDING
        | {
            "title": "Weather, measured",
            "scope": "Anything that *measures*.",
            "who_decides": "Ann and Boris",
            "answer_days": 7,
            "without_names": True,
            "opens": "2026-11-01",
            "closes": "2026-12-01T23:59",
        }
    )

    call = Call.objects.get()
    assert call.opens_at == datetime(2026, 10, 31, 21, 0, tzinfo=UTC)
    assert call.closes_at == datetime(2026, 12, 1, 20, 59, tzinfo=UTC)
    assert (call.closes_on, call.closes_time) == (date(2026, 12, 1), time(23, 59))
    assert (call.title, call.who_decides, call.answer_days, call.without_names) == (
        "Weather, measured", "Ann and Boris", 7, True,
    )  # fmt: skip
    assert "<em>measures</em>" in call.scope_html


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        # Half past two does not exist on this night and half past one is there twice on that one.
        ("2027-03-14T02:30", datetime(2027, 3, 14, 7, 0, tzinfo=UTC)),
        ("2027-11-07T01:30", datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),
    ],
)
def test_a_deadline_in_a_night_of_changing_clocks(load, wall, instant):
    make_series("montreal", time_zone="America/Toronto")

    load(STANDING | {"series": "montreal", "closes": wall})

    assert Call.objects.get().closes_at == instant


def test_without_formats_the_usual_ones_are_there(load):
    load({"series": "minsk-python", "slug": "standing"})

    assert formats_of(Call.objects.get()) == [("Talk", 20), ("Lightning talk", 5)]


def test_loading_again_changes_nothing(load):
    told = STANDING | {"opens": "2026-11-01", "closes": "2026-12-01T23:59", "title": "Winter"}
    load(told)
    before = Call.objects.values().get(), list(Format.objects.values())

    load(told)

    assert (Call.objects.values().get(), list(Format.objects.values())) == before


def test_loading_again_updates_what_the_file_names_and_leaves_the_rest(load):
    load(STANDING | {"scope": "Queues.", "answer_days": 3, "closes": "2026-12-01T23:59"})

    load({"series": "minsk-python", "slug": "standing", "scope": "Types."})

    call = Call.objects.get()
    assert (call.scope, call.answer_days) == ("Types.", 3)
    assert call.closes_on == date(2026, 12, 1)
    assert formats_of(call) == [("Talk", 20)]
    load(STANDING)
    assert Call.objects.get().is_standing


def test_the_same_name_in_another_series_is_another_call(load):
    make_series("montreal")

    load(STANDING, STANDING | {"series": "montreal"})

    assert Call.objects.count() == 2


def test_formats_change_by_name_and_one_in_use_is_never_taken_away(load):
    load(STANDING)
    call = Call.objects.get()
    proposal = make_proposal(call)

    longer = [{"name": "Workshop", "minutes": 90}, {"name": "talk", "minutes": 25}]
    load(STANDING | {"formats": longer})
    load(STANDING | {"formats": [{"name": "Workshop", "minutes": 80}]})

    assert set(formats_of(call)) == {("Talk", 25), ("Workshop", 80)}
    proposal.refresh_from_db()
    assert proposal.format.name == "Talk"


def test_a_call_that_organizers_made_keeps_its_criteria(load):
    call = make_call(slug="standing", title="Ours")
    call.criteria.all().delete()
    call.criteria.create(name="Joy", weight=1)

    load(STANDING | {"series": call.series.slug})

    call.refresh_from_db()
    assert call.title == "Ours"
    assert list(call.criteria.values_list("name", flat=True)) == ["Joy"]


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"colour": 1}, 'calls[0]: unknown key "colour"; known are series, slug, opens'),
        ({"series": "minsk"}, 'calls[0].series: there is no series "minsk"'),
        ({"slug": "a b"}, 'calls[0].slug: "a b" is no short name'),
        ({"closes": "2026-02-30T23:59"}, "calls[0].closes: there is no such date and time"),
        ({"closes": "2026-12-01"}, 'calls[0].closes: "2026-12-01" is no wall time'),
        ({"closes": "2026-12-01T23:59Z"}, "calls[0].closes: "),
        ({"closes": 5}, "calls[0].closes: 5 is no text"),
        ({"opens": "2026-13-01"}, "calls[0].opens: there is no such date and time"),
        ({"opens": "2026-12-01T10:00"}, "calls[0].opens: "),
        ({"opens": "2026-12-02", "closes": "2026-12-01T23:59"},
         "calls[0].closes: it closes before it opens"),
        ({"opens": "2026-12-02", "closes": "2026-12-02T00:00"},
         "calls[0].closes: it closes before it opens"),
        ({"answer_days": 0}, "calls[0].answer_days: 0"),
        ({"answer_days": 40_000}, "calls[0].answer_days: 40000"),
        ({"answer_days": True}, "calls[0].answer_days: true is no whole number"),
        ({"without_names": "yes"}, 'calls[0].without_names: "yes" is neither true nor false'),
        ({"title": ""}, "calls[0].title: "),
        ({"title": "x" * 201}, "calls[0].title: at most 200 characters fit, these are 201"),
        ({"scope": "x" * 10_001}, "calls[0].scope: at most 10000 characters fit"),
        ({"scope": "\x00"}, "calls[0].scope: this text holds a NUL byte"),
        ({"formats": {}}, "calls[0].formats: {} is no list"),
        ({"formats": [{"name": "Talk"}]}, "calls[0].formats[0]: “minutes” is missing"),
        ({"formats": [{"name": "Talk", "minutes": 0}]}, "calls[0].formats[0].minutes: 0"),
        ({"formats": [{"name": "Talk", "minutes": 601}]}, "calls[0].formats[0].minutes: 601"),
        ({"formats": [{"name": "", "minutes": 5}]}, "calls[0].formats[0].name: "),
        ({"formats": [{"name": "Talk", "minutes": 5}, {"name": "TALK", "minutes": 6}]},
         'calls[0].formats[1].name: "TALK" stands twice, first at calls[0].formats[0]'),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_its_place(refused, told, line):
    lines = refused(STANDING | told)

    assert len(lines) == 1
    assert lines[0].startswith(line)


def test_a_stored_first_day_and_a_loaded_deadline_must_agree(load, refused):
    load(STANDING | {"opens": "2026-12-10"})

    lines = refused(
        {"series": "minsk-python", "slug": "standing", "closes": "2026-12-09T12:00", "scope": "x"}
    )

    assert lines == ["calls[0].closes: it closes before it opens"]


def test_a_call_twice_in_a_file_is_refused(refused):
    assert refused(STANDING, STANDING) == [
        'calls[1].slug: "standing" stands twice, first at calls[0]'
    ]


def test_what_is_missing_and_what_is_no_object(refused):
    assert refused({}, 7) == [
        "calls[0]: “series” is missing",
        "calls[0]: “slug” is missing",
        "calls[1]: 7 is no object",
    ]


def test_one_wrong_call_keeps_the_right_ones_out(refused):
    refused(STANDING, STANDING | {"slug": "late", "series": "unknown"})
