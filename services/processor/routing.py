"""Decide where a classified message goes: into the archive, or into quarantine for a person to
look at.

Never does I/O and never drops a message: there is no third way.
"""

from dataclasses import dataclass
from typing import Literal

from services.processor.classify import Classification
from services.processor.rulebook import IMPORTANCE_RANK, ChannelRule, Importance

QuarantineReason = Literal["off_topic", "spam_suspected", "low_confidence"]

_LOWEST_CONFIDENCE = 0.5


@dataclass(frozen=True, slots=True)
class Route:
    """reason is None for a message that is archived."""

    reason: QuarantineReason | None
    details: str

    @property
    def is_archived(self) -> bool:
        """Whether the message goes to messages."""
        return self.reason is None


def route(verdict: Classification, rule: ChannelRule, min_importance: Importance) -> Route:
    """Apply the rule of its channel to a message."""
    if verdict.is_spam:
        return Route(None, f"spam ({verdict.spam_type}) is archived with its flag")
    if rule == "archive_all":
        return Route(None, "archive_all keeps everything")
    if verdict.is_suspect:
        return Route("spam_suspected", f"may be spam: {verdict.spam_confidence:.0f} of 100")
    if not verdict.is_ukraine_relevant:
        return Route("off_topic", "has nothing to do with the war")
    if verdict.confidence < _LOWEST_CONFIDENCE:
        return Route("low_confidence", f"the topic is a guess: {verdict.osint_topic}")
    if rule == "selective_archive" and (
        IMPORTANCE_RANK[verdict.importance_level] < IMPORTANCE_RANK[min_importance]
    ):
        return Route(
            "low_confidence", f"importance {verdict.importance_level} is below {min_importance}"
        )
    return Route(None, f"{rule} keeps it")
