"""Whoever asked to be forgotten does not come back by a file, however old it is (T72)."""

from config.community.reading import Community
from outbox.models import Suppression
from outbox.models.suppression import address_hashes


def leave_out_forgotten(community: Community) -> int:
    """Take them and their seats out of what is to be written; how many people that are."""
    hashes = Suppression.objects.filter(reason=Suppression.Reason.ERASED)
    forgotten = frozenset(hashes.values_list("address_hash", flat=True))
    if not forgotten:
        return 0
    named = {
        record["email"].lower()
        for section in ("contacts", "registrations")
        for record in community[section]
    }
    gone = {email for email in named if not forgotten.isdisjoint(address_hashes(email))}
    for section in ("contacts", "registrations"):
        kept = [record for record in community[section] if record["email"].lower() not in gone]
        community[section][:] = kept
    return len(gone)
