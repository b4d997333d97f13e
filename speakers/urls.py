from django.urls import path

from speakers import views

app_name = "speakers"

urlpatterns = [
    path("talks/<slug:slug>/", views.talk, name="talk"),
]
