"""The lists of people and of guests, with one thing more to do with the ticked: write to them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from mailings.admin.ticked import may_write, write_to_these
from meetups.admin.people import MemberAdmin
from meetups.models import Member
from registrations.admin import RegistrationAdmin
from registrations.models import Registration

NAME = write_to_these.__name__


class Writing:
    """Adds the action for those who may write to many."""

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]
        if may_write(request):
            found[NAME] = (write_to_these, NAME, _("Write to these people"))
        return found


class WritingMemberAdmin(Writing, MemberAdmin):
    """People, who may be written to from their list."""


class WritingRegistrationAdmin(Writing, RegistrationAdmin):
    """Guests, who may be written to from their list."""


admin.site.unregister([Member, Registration])
admin.site.register(Member, WritingMemberAdmin)
admin.site.register(Registration, WritingRegistrationAdmin)
