from django.urls import re_path

from registrations.asking import views

urlpatterns = [
    re_path(
        r"^registrations/(?P<token>[A-Za-z0-9_-]{22})/questions/$", views.questions,
        name="questions",
    ),
]  # fmt: skip
