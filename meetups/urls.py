from django.urls import path, re_path

from meetups import views
from meetups.feeds import series_feed
from meetups.following import views as following
from meetups.following.less import less
from meetups.going import go

app_name = "meetups"

urlpatterns = [
    path("", views.home, name="home"),
    path("series/<slug:slug>/", views.series, name="series"),
    path("series/<slug:slug>/archive/", views.archive, name="archive"),
    path("series/<slug:slug>.ics", views.series_calendar, name="series_calendar"),
    path("series/<slug:slug>/feed/", series_feed, name="series_feed"),
    path("events/<slug:slug>/", views.event, name="event"),
    path("events/<slug:slug>.ics", views.event_calendar, name="event_calendar"),
    path("events/<slug:slug>.png", views.event_poster, name="event_poster"),
    path("pictures/<uuid:pk>.jpg", views.picture, name="picture"),
    re_path(r"^follow/confirm/(?P<token>[A-Za-z0-9_-]{22})/$", following.confirm, name="confirm"),
    path("follow/<slug:slug>/", following.follow, name="follow"),
    path("follow/<slug:slug>/next/", following.sent, name="follow_sent"),
    re_path(r"^u/(?P<token>[\w.=-]{1,200})/$", less, name="less"),
    # Read from slides and typed: capitals count as small letters.
    re_path(r"^go/(?P<key>[A-Za-z0-9]{1,12})/$", go, name="go"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
