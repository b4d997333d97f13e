from django.urls import re_path

from planning import helping

app_name = "planning"

urlpatterns = [
    re_path(r"^help/(?P<token>[A-Za-z0-9_-]{22})/$", helping.help_page, name="help"),
]
