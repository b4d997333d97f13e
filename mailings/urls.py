from django.urls import re_path

from mailings import polls

app_name = "mailings"

urlpatterns = [
    re_path(r"^u/(?P<token>[\w.=-]{1,200})/annoyed/$", polls.annoyed, name="annoyed"),
]
