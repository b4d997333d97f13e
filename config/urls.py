from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import health, mailpage

handler404 = "config.views.not_here"

urlpatterns = [
    path("", include("meetups.urls")),
    path("", include("registrations.urls")),
    path("", include("speakers.urls")),
    path("", include("outbox.urls")),
    path("", include("mailings.urls")),
    path("", include("planning.urls")),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

if settings.MAIL_PAGE:
    urlpatterns += [
        path("mails/", mailpage.mails, name="mails"),
        path("mails/<uuid:pk>/", mailpage.mail, name="mail"),
        path("mails/<uuid:pk>/html/", mailpage.mail_html, name="mail_html"),
    ]
