from django.urls import path

from speakers.views import talks

app_name = "speakers"

urlpatterns = [
    path("talks/<slug:slug>/", talks.talk, name="talk"),
    path("speakers/<int:pk>.jpg", talks.photo, name="photo"),
]
