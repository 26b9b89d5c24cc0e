"""Put together everything that is decided about a message: classification, names, route.

Never does I/O. A text is classified once: its copies, in the archive or in the same batch, take
over what was decided about the first, also where a reviewer has corrected it; only the rule of
their own channel is applied to them anew.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from services.processor.classify import Classification, classify
from services.processor.entities import EntityMatch, extract
from services.processor.intake import QueuedMessage
from services.processor.routing import Route, route
from services.processor.rulebook import Rulebook

Key: TypeAlias = tuple[int, int]
"""channels.id and the message id of Telegram: what makes a message unique in the archive."""


@dataclass(frozen=True, slots=True)
class Channel:
    """What the processor needs to know of a row of channels."""

    id: int
    folder: str | None
    rule: str | None


@dataclass(frozen=True, slots=True)
class StoredCopy:
    """A message of the archive with the same text, and what was decided about it."""

    message_id: int
    verdict: Classification


@dataclass(frozen=True, slots=True)
class JudgedMessage:
    """A message with everything that was decided about it."""

    message: QueuedMessage
    channel_id: int
    content_hash: str | None
    verdict: Classification
    route: Route
    entities: dict[str, list[str]]
    matches: list[EntityMatch]
    copy_of: int | Key | None
    """messages.id of an archived copy, or the key of an earlier one in the same batch."""

    @property
    def key(self) -> Key:
        """What makes the message unique in the archive."""
        return self.channel_id, self.message.message_id

    def decision(self, ids: Mapping[Key, int]) -> str:
        """decision_log.decision_value as JSON; ids are those of the messages just archived."""
        value: dict[str, Any] = self.verdict.as_decision() | {
            "archived": self.route.is_archived,
            "quarantine_reason": self.route.reason,
            "route": self.route.details,
            "reasoning": self.verdict.reasoning,
        }
        if self.copy_of is not None:
            value["copy_of"] = (
                ids.get(self.copy_of) if isinstance(self.copy_of, tuple) else self.copy_of
            )
        return json.dumps(value, ensure_ascii=False)


class Judge:
    """Judges the messages of one batch."""

    def __init__(
        self,
        rulebook: Rulebook,
        channels: Mapping[int, Channel],
        copies: Mapping[str, StoredCopy],
    ) -> None:
        self._rulebook = rulebook
        self._channels = channels
        self._copies = copies
        self._judged: dict[str, JudgedMessage] = {}

    def judge(self, message: QueuedMessage, content_hash: str | None) -> JudgedMessage:
        """Decide about a message, by what is known about its text and its channel."""
        text = message.content or ""
        channel = self._channels[message.telegram_channel_id]
        earlier = self._judged.get(content_hash or "")
        stored = self._copies.get(content_hash or "")
        if earlier is not None:
            verdict, entities, matches = earlier.verdict, earlier.entities, earlier.matches
        else:
            verdict = stored.verdict if stored else classify(text, self._rulebook)
            entities, matches = extract(text), self._rulebook.curated.find(text)
        rule, min_importance = self._rulebook.channel_rule(channel.folder, channel.rule)
        judged = JudgedMessage(
            message=message,
            channel_id=channel.id,
            content_hash=content_hash,
            verdict=verdict,
            route=route(verdict, rule, min_importance),
            entities=entities,
            matches=matches,
            copy_of=stored.message_id if stored else (earlier.key if earlier else None),
        )
        if content_hash is not None:
            self._judged.setdefault(content_hash, judged)
        return judged
