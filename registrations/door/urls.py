from django.urls import path, re_path

from registrations.door import views

KEY = r"^door/(?P<token>[A-Za-z0-9_-]{22})/"

urlpatterns = [
    path("door/worker.js", views.worker, name="door_worker"),
    re_path(KEY + r"$", views.page, name="door"),
    re_path(KEY + r"snapshot/$", views.snapshot, name="door_snapshot"),
    re_path(KEY + r"scans/$", views.scans, name="door_scans"),
    re_path(KEY + r"count/$", views.count, name="door_count"),
]
