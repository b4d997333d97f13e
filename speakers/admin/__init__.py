"""The organizers' side: the board of proposals, calls, talks, preparation and scouting."""

from speakers.admin.calls import CallAdmin
from speakers.admin.offers import OfferAdmin
from speakers.admin.proposals import ProposalAdmin
from speakers.admin.rehearsals import RehearsalAdmin
from speakers.admin.scouting import LeadAdmin
from speakers.admin.talks import SpeakerAdmin, TalkAdmin
from speakers.admin.topics import TopicAdmin

__all__ = [
    "CallAdmin",
    "LeadAdmin",
    "OfferAdmin",
    "ProposalAdmin",
    "RehearsalAdmin",
    "SpeakerAdmin",
    "TalkAdmin",
    "TopicAdmin",
]
