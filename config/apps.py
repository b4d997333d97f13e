from django.contrib.admin import apps


class AdminConfig(apps.AdminConfig):
    """Django's admin with our own site: the organizers' desk, behind the site's own login."""

    # "config" itself is an app too, for its commands; this class is asked for by name.
    default = False
    default_site = "config.admin.OrganizersSite"
