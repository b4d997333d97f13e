"""From a wish to a recording: who speaks, what they propose, and the talks that come of it."""

from speakers.models.call import Call, Criterion, Format
from speakers.models.consent import Consent
from speakers.models.duty import Duty
from speakers.models.offer import Offer
from speakers.models.part import Part
from speakers.models.proof import Proof
from speakers.models.proposal import Proposal
from speakers.models.rehearsal import Rehearsal
from speakers.models.review import Review, Score
from speakers.models.scouting import Lead
from speakers.models.slides import Comment, SlideDraft
from speakers.models.speaker import Speaker
from speakers.models.step import Step
from speakers.models.talk import Talk
from speakers.models.topic import Remark, Topic, Voice

__all__ = [
    "Call",
    "Comment",
    "Consent",
    "Criterion",
    "Duty",
    "Format",
    "Lead",
    "Offer",
    "Part",
    "Proof",
    "Proposal",
    "Rehearsal",
    "Remark",
    "Review",
    "Score",
    "SlideDraft",
    "Speaker",
    "Step",
    "Talk",
    "Topic",
    "Voice",
]
