"""What this app holds: the person herself, her account and what she signs in with."""

from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import Q
from django.utils import timezone

from people.holdings import Person, erasers, holds
from people.models import Contact, User
from people.traces import remove_traces, unname_log

NETWORKS_ARE_KEPT = timedelta(days=14)


def users_of(contact: Contact) -> Any:
    """The account with her address, whether or not she has proved it to be hers."""
    return User.objects.filter(Q(pk=contact.user_id) | Q(email__iexact=contact.email))


def _of_user(model: type[models.Model]) -> Any:
    return lambda contact: model._default_manager.filter(user__in=users_of(contact))


holds(Contact, lambda contact: Contact.objects.filter(pk=contact.pk))
holds(User, users_of)
holds(EmailAddress, _of_user(EmailAddress))
holds(Authenticator, _of_user(Authenticator), hidden={"data"})
holds(UserSession, _of_user(UserSession), hidden={"data"})
holds(LogEntry, _of_user(LogEntry))


def _erase_account(person: Person) -> None:
    """Nobody signs in by it any more. What she decided or reviewed for others keeps an actor."""
    for user in users_of(person.contact):
        keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
        Session.objects.filter(session_key__in=list(keys)).delete()
        for model in (EmailAddress, Authenticator, UserSession):
            model.objects.filter(user=user).delete()
        if _is_named_by_others(user):
            user.email, user.name, user.is_active = person.refuge, "", False
            user.set_unusable_password()
            user.save()
        else:
            user.delete()


def _is_named_by_others(user: User) -> bool:
    """Whether deleting her account would take along the marks and history of others' things."""
    return any(
        relation.related_model._default_manager.filter(**{relation.field.name: user}).exists()
        for relation in User._meta.related_objects
        if relation.on_delete is models.CASCADE
    )


def _erase_contact(person: Person) -> None:
    """Last: the row stays, so that her seats count, and says nothing of her."""
    contact = person.contact
    unname_log(Contact.objects.filter(pk=contact.pk))
    contact.email, contact.user = person.refuge, None
    contact.name = contact.phone = contact.messenger = ""
    contact.language = contact.time_zone = ""
    contact.channel = Contact.Channel.EMAIL
    contact.save()
    remove_traces(person)


def forget_sessions() -> int:
    """Sessions that are over, and the addresses of machines two weeks after they signed in."""
    now = timezone.now()
    over = Session.objects.filter(expire_date__lt=now).delete()[0]
    old = UserSession.objects.filter(last_seen_at__lt=now - NETWORKS_ARE_KEPT)
    return over + old.delete()[0]


erasers += [_erase_account, _erase_contact]
