"""Decide what a message is: spam, its subject, topic and importance, by counting the words that
show it.

The fallback rules of the platform: they stand in for the language model and follow its prompt in
llm_prompts, in the order of its questions. Never does I/O; the same text and rulebook give the same
answer.
"""

import re
from dataclasses import dataclass
from typing import Any

from services.processor.lexicon import EVENT_TOPICS, SPAM_TYPES, TOPICS
from services.processor.rulebook import Importance, Rulebook
from services.processor.text import detect_language, words

SPAM_CERTAIN = 75
SPAM_SUSPECTED = 50

_ENOUGH_WORDS_TO_TELL = 8
_CLOCK = re.compile(
    r"(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)|(?<!\d)\d{1,2}\.\d{1,2}\.(?:20)?\d\d(?!\d)"
)
_COORDINATES = re.compile(r"(?<![\d.])\d{1,2}\.\d{3,8},? +\d{1,3}\.\d{3,8}(?!\d)")
_NUMBER = re.compile(r"(?<!\w)\d+(?!\w)")
_CARD_OR_WALLET = re.compile(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)|send\.monobank\.ua")
_INVITATION = re.compile(r"t\.me/(?:\+|joinchat)")


@dataclass(frozen=True, slots=True)
class Classification:
    """What the classifier thinks of one text; the columns of messages have the same names."""

    language_detected: str | None
    is_spam: bool
    spam_type: str | None
    spam_confidence: float
    is_ukraine_relevant: bool
    osint_topic: str
    importance_level: Importance
    confidence: float
    reasoning: str

    @property
    def is_suspect(self) -> bool:
        """It looks like spam, but not enough to call it that."""
        return not self.is_spam and self.spam_confidence >= SPAM_SUSPECTED

    def as_decision(self) -> dict[str, Any]:
        """The part of decision_log.decision_value that the classifier answers for."""
        return {
            "is_spam": self.is_spam,
            "spam_type": self.spam_type,
            "spam_confidence": self.spam_confidence,
            "is_ukraine_relevant": self.is_ukraine_relevant,
            "osint_topic": self.osint_topic,
            "importance": self.importance_level,
            "confidence": self.confidence,
        }


def classify(text: str, rulebook: Rulebook) -> Classification:
    """Answer the questions of the prompt about one text."""
    text_words = words(text)
    found = rulebook.vocabulary.find(text_words)
    spam_type, spam_confidence = _spam(text, found, rulebook)
    is_spam = spam_confidence >= SPAM_CERTAIN
    topic, topic_confidence = _topic(found, rulebook)
    relevant = bool(found.get("relevant") or found.get("place")) or topic != "uncertain"
    if relevant and topic == "uncertain":
        topic = "general"
    if not relevant:
        # A short text that names nothing may still be about the war; a long one would have said so.
        relevant = not is_spam and len(text_words) < _ENOUGH_WORDS_TO_TELL
    if is_spam and spam_type != "fundraising" and not found.get("relevant"):
        relevant = False
    return Classification(
        language_detected=detect_language(text),
        is_spam=is_spam,
        spam_type=spam_type if is_spam else None,
        spam_confidence=float(spam_confidence),
        is_ukraine_relevant=relevant,
        osint_topic=topic,
        importance_level="low" if is_spam else _importance(text, found, topic),
        confidence=topic_confidence,
        reasoning=_reasoning(found),
    )


def _spam(text: str, found: dict[str, list[str]], rulebook: Rulebook) -> tuple[str | None, int]:
    """The likeliest kind of spam and how sure it is, in percent."""
    if not rulebook.spam_filter_enabled:
        return None, 0
    scores = {kind: len(found.get(kind, ())) for kind in SPAM_TYPES if kind in rulebook.spam_types}
    for kind, pattern in (("fundraising", _CARD_OR_WALLET), ("forwarding", _INVITATION)):
        if kind in scores and pattern.search(text):
            scores[kind] += 1
    kind = max(scores, key=lambda each: scores[each])
    score = scores[kind]
    if not score:
        return None, 0
    # A report that ends with a card number or a link is a report: what happened outweighs it.
    news = sum(len(found.get(topic, ())) for topic in EVENT_TOPICS)
    if score <= news:
        return kind, 0
    about_the_war = any(found.get(label) for label in ("relevant", "place", *TOPICS))
    return kind, min(99, 45 + 15 * (score - news) + (0 if about_the_war else 20))


def _topic(found: dict[str, list[str]], rulebook: Rulebook) -> tuple[str, float]:
    scores = {topic: len(found.get(topic, ())) for topic in TOPICS if topic in rulebook.topics}
    topic = max(scores, key=lambda each: scores[each])
    score = scores[topic]
    if score:
        return topic, (0.6, 0.75, 0.9)[min(score, 3) - 1]
    if found.get("relevant") or found.get("place"):
        return "general", 0.5
    return "uncertain", 0.2


def _importance(text: str, found: dict[str, list[str]], topic: str) -> Importance:
    """high: what, where and when. medium: a fact that lacks one of them. low: no fact."""
    if topic in ("general", "uncertain", "propaganda"):
        return "low"
    where = bool(found.get("place") or _COORDINATES.search(text))
    when = bool(found.get("time") or _CLOCK.search(text))
    counted = bool(_NUMBER.search(text))
    if found.get("opinion"):
        return "medium" if where and when else "low"
    if where and (when or counted):
        return "high"
    return "medium" if where or when or counted or len(found[topic]) > 1 else "low"


def _reasoning(found: dict[str, list[str]]) -> str:
    if not found:
        return "No word of the lexicon occurs."
    shown = (f"{label}: {', '.join(hits[:4])}" for label, hits in sorted(found.items()))
    return f"Words found: {'; '.join(shown)}."
