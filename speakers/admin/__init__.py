"""The organizers' side: the board of proposals, calls, talks, preparation and scouting."""

from speakers.admin.proposals import ProposalAdmin
from speakers.admin.talks import SpeakerAdmin, TalkAdmin

__all__ = ["ProposalAdmin", "SpeakerAdmin", "TalkAdmin"]
