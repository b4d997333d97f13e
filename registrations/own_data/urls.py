from django.urls import re_path

from registrations.own_data import views

MINE = r"^registrations/(?P<token>[A-Za-z0-9_-]{22})/"

urlpatterns = [
    re_path(MINE + r"my-data/$", views.my_data, name="my_data"),
    re_path(MINE + r"erase/$", views.erase, name="erase"),
]
