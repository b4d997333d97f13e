"""Links to sister groups on the page of a series (need 65)."""

import pytest
from django.core.exceptions import ValidationError

from meetups.friends import friends_in
from meetups.models import Series
from tests.builders import make_organizer, make_series

pytestmark = pytest.mark.django_db

GROUPS = "Montréal-Python https://montrealpython.org\r\n\r\nGo <Minsk>  http://go.example.org/a?b=1&c=2\n"


def test_friends_of_a_series_are_shown_with_their_links(client):
    series = make_series()
    assert "Friends of ours" not in client.get(f"/series/{series.slug}/").content.decode()
    Series.objects.filter(pk=series.pk).update(sister_groups=GROUPS)
    page = client.get(f"/series/{series.slug}/").content.decode()  # a change shows at once
    assert "Friends of ours" in page
    assert '<a href="https://montrealpython.org" rel="noopener">Montréal-Python</a>' in page
    assert 'href="http://go.example.org/a?b=1&amp;c=2" rel="noopener">Go &lt;Minsk&gt;</a>' in page


@pytest.mark.parametrize(
    "text",
    [
        "Minsk javascript:alert(1)",
        "Minsk ftp://example.org",
        "https://example.org",
        "Only a name",
        "Good https://example.org\nMinsk data:text/html,x",
    ],
)
def test_only_a_name_with_a_web_address_is_taken(text):
    series = make_series()
    series.sister_groups = text
    with pytest.raises(ValidationError, match="https://"):
        series.full_clean()


def test_what_came_another_way_and_is_no_web_address_is_not_shown():
    assert friends_in("Minsk javascript:alert(1)\nGood https://example.org/") == [
        ("Good", "https://example.org/")
    ]


def test_organizers_write_them_in_the_form_of_the_series(client):
    series = make_series()
    client.force_login(make_organizer(series))
    page = client.get(f"/admin/meetups/series/{series.pk}/change/").content.decode()
    assert 'name="sister_groups"' in page
