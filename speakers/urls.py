from django.urls import path, re_path

from speakers.views import (
    calls,
    materials,
    people,
    proposal,
    proposing,
    proving,
    rehearsals,
    schedule,
    slides,
    talks,
    topics,
)

app_name = "speakers"

LINK = r"(?P<token>[A-Za-z0-9_-]{22})/"
OWN = r"^proposals/" + LINK
HELD = r"^talks/(?P<slug>[-a-zA-Z0-9_]+)/for/" + LINK + "$"
HELD_SLIDES = HELD.replace("$", r"slides\.pdf$")

urlpatterns = [
    path("series/<slug:slug>/talks/", calls.call, name="call"),
    path("series/<slug:slug>/talks/new/", proposing.propose, name="propose"),
    re_path(r"^talks/drafts/" + LINK + r"$", proposing.draft, name="draft"),
    re_path(r"^talks/invitations/" + LINK + r"$", proposing.invitation, name="invitation"),
    path("talks/code/", proving.code, name="code"),
    path("talks/mine/", proving.mine, name="mine"),
    re_path(OWN + r"$", proposal.proposal, name="proposal"),
    re_path(OWN + r"edit/$", proposal.edit, name="edit"),
    re_path(OWN + r"withdraw/$", proposal.withdraw, name="withdraw"),
    re_path(OWN + r"evening/$", proposal.evening, name="evening"),
    re_path(OWN + r"evening\.ics$", proposal.evening_calendar, name="evening_calendar"),
    re_path(OWN + r"offers/(?P<pk>[0-9]{1,18})/$", proposal.step_in, name="step_in"),
    re_path(OWN + r"consent/$", proposal.consent, name="consent"),
    re_path(OWN + r"speakers/$", people.co_speakers, name="co_speakers"),
    re_path(OWN + r"part/$", people.part, name="part"),
    re_path(OWN + r"profile/$", people.profile, name="profile"),
    re_path(OWN + r"photo\.jpg$", people.own_photo, name="own_photo"),
    path("series/<slug:slug>/topics/", topics.topics, name="topics"),
    re_path(r"^events/(?P<slug>[-\w]+)/voice/" + LINK + r"$", topics.voice, name="voice"),
    re_path(OWN + r"slides/$", slides.slides, name="slides"),
    path("proposals/<str:token>/slides/<uuid:pk>.pdf", slides.slide_draft, name="slide_draft"),
    re_path(OWN + r"comments/$", slides.comments, name="comments"),
    re_path(OWN + r"rehearsal/$", rehearsals.rehearsal, name="rehearsal"),
    re_path(HELD, materials.talk_for_attendees, name="talk_for_attendees"),
    re_path(HELD_SLIDES, materials.attendee_slides, name="attendee_slides"),
    path("talks/<slug:slug>/slides.pdf", materials.talk_slides, name="talk_slides"),
    path("talks/sitemap.xml", talks.sitemap, name="sitemap"),
    path("talks/<slug:slug>/", talks.talk, name="talk"),
    path("schedule/<slug:slug>.json", schedule.schedule_json, name="schedule_json"),
    path("schedule/<slug:slug>.xml", schedule.schedule_xml, name="schedule_xml"),
    path("talks/<slug:slug>.png", talks.card, name="card"),
    path("speakers/<int:pk>.jpg", talks.photo, name="photo"),
]
