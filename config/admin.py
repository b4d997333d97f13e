"""The organizers' site."""

from django.contrib.admin import AdminSite


class OrganizersSite(AdminSite):
    """Django's admin behind the site's own login."""
