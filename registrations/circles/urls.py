from django.urls import re_path

from registrations.circles.views import circle, screen

KEY = r"(?P<token>[A-Za-z0-9_-]{22})"

urlpatterns = [
    re_path(rf"^circles/{KEY}/$", screen, name="circles"),
    re_path(rf"^registrations/{KEY}/circle/$", circle, name="circle"),
]
