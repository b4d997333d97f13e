from django.urls import re_path

from registrations.on_the_wall.guest_list import guest_list
from registrations.on_the_wall.here import here
from registrations.on_the_wall.ticket import ticket

KEY = r"(?P<token>[A-Za-z0-9_-]{22})/$"

urlpatterns = [
    re_path(rf"^guest-list/{KEY}", guest_list, name="list"),
    re_path(rf"^here/{KEY}", here, name="wall"),
    re_path(r"^t/(?P<code>[\w.=-]{8,80})/$", ticket, name="ticket"),
]
