from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by organizers; guests and speakers need none."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
