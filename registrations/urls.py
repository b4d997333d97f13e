from django.urls import include, path, re_path

from registrations import views

app_name = "registrations"

MINE = r"^registrations/(?P<token>[A-Za-z0-9_-]{22})/"

urlpatterns = [
    path("events/<slug:slug>/register/", views.register, name="register"),
    re_path(MINE + r"$", views.detail, name="detail"),
    re_path(MINE + r"cancel/$", views.cancel, name="cancel"),
    re_path(MINE + r"coming/$", views.coming, name="coming"),
    re_path(MINE + r"confirm/$", views.confirm, name="confirm"),
    re_path(MINE + r"change/$", views.change, name="change"),
    re_path(MINE + r"contest/$", views.contest, name="contest"),
    re_path(MINE + r"evening\.ics$", views.calendar, name="calendar"),
    path("", include("registrations.asking.urls")),
    path("", include("registrations.circles.urls")),
    path("", include("registrations.door.urls")),
    path("", include("registrations.on_the_wall.urls")),
    path("", include("registrations.own_data.urls")),
]
