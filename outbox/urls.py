from django.urls import path

from outbox import chat_hooks, receivers, views

__all__ = ["receivers"]  # imported so that Anymail's signal finds its receiver

urlpatterns = [
    path("hooks/mail/plain/", views.plain, name="mail_hook"),
    path("hooks/telegram/", chat_hooks.telegram, name="telegram_hook"),
    path("hooks/sms/twilio/", chat_hooks.twilio, name="sms_hook"),
    path("hooks/mail/<slug:name>/", views.provider, name="provider_hook"),
]
