from django.urls import path

from speakers import views

app_name = "speakers"

urlpatterns = [
    path("talks/<slug:slug>/", views.talk, name="talk"),
    path("speakers/<int:pk>.jpg", views.photo, name="photo"),
]
