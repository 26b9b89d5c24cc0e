"""What is counted over the whole demo archive: people, who forwards whom, tags, translations.

Written once, after the messages, as the enrichment would have computed it. In particular last_seen
of a person is complete before the triggers on messages could move it.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from scripts.demo.tables import Batch, Ids, Row
from scripts.demo.world import FIRST_NAMES, LAST_NAMES, USER_ID_BASE

# Forwards so soon after the original that coordination is likely.
SYNCHRONIZED_WITHIN: Final = timedelta(minutes=5)


@dataclass(slots=True)
class Person:
    """A Telegram user, by what was seen of them."""

    id: int
    first_seen: datetime
    last_seen: datetime
    interactions: int = 0


@dataclass(slots=True)
class Flow:
    """Forwards from one channel to another."""

    first: datetime
    last: datetime
    count: int = 0
    synchronized: int = 0
    delay: timedelta = timedelta()
    topics: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Tag:
    """Uses of one tag."""

    confidence: Decimal
    first: datetime
    last: datetime
    count: int = 0


class Society:
    """Counts while the messages are made."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._people: dict[int, Person] = {}
        self._flows: dict[tuple[int, int], Flow] = {}
        self._tags: dict[tuple[str, str], Tag] = {}
        self._translations: dict[date, list[tuple[int, Decimal]]] = {}
        self._reactions: dict[tuple[int, str, int], Row] = {}

    def seen(self, telegram_id: int, moment: datetime) -> Person:
        """A message or comment of a person."""
        person = self._known(telegram_id, moment)
        person.first_seen = min(person.first_seen, moment)
        person.last_seen = max(person.last_seen, moment)
        return person

    def reacted(
        self, telegram_id: int, message: int, emoji: str, moment: datetime, updated: datetime
    ) -> None:
        """A reaction of a named person; one of each kind for each message."""
        person = self._known(telegram_id, moment)
        self._reactions.setdefault(
            (message, emoji, person.id),
            (
                self._ids["message_reactions"](),
                message,
                emoji,
                1,
                person.id,
                moment,
                moment,
                updated,
            ),
        )

    def forwarded(
        self, origin: int, target: int, moment: datetime, delay: timedelta, topic: str | None
    ) -> None:
        """A forward from one channel to another."""
        flow = self._flows.setdefault((origin, target), Flow(moment, moment))
        flow.last = moment
        flow.count += 1
        flow.synchronized += delay <= SYNCHRONIZED_WITHIN
        flow.delay += delay
        flow.topics[topic or "uncertain"] += 1

    def tagged(self, tag: str, tag_type: str, confidence: Decimal, moment: datetime) -> None:
        """A tag on a message."""
        uses = self._tags.setdefault((tag, tag_type), Tag(confidence, moment, moment))
        uses.last = moment
        uses.count += 1

    def translated(self, moment: datetime, characters: int, cost: Decimal) -> None:
        """A translation that was paid for."""
        self._translations.setdefault(moment.date(), []).append((characters, cost))

    def rows(self) -> Batch:
        """Everything counted."""
        return {
            "telegram_users": [self._person(*entry) for entry in self._people.items()],
            "message_reactions": list(self._reactions.values()),
            "channel_interactions": [self._flow(*entry) for entry in sorted(self._flows.items())],
            "tag_stats": [
                (tag, tag_type, uses.count, uses.confidence, uses.first, uses.last)
                for (tag, tag_type), uses in sorted(self._tags.items())
            ],
            "translation_usage": [
                (
                    self._ids["translation_usage"](), day, "deepl", sum(paid[0] for paid in bills),
                    sum((paid[1] for paid in bills), Decimal()), len(bills),
                )
                for day, bills in sorted(self._translations.items())
            ],
        }  # fmt: skip

    def _known(self, telegram_id: int, moment: datetime) -> Person:
        person = self._people.get(telegram_id)
        if person is None:
            person = Person(self._ids["telegram_users"](), moment, moment)
            self._people[telegram_id] = person
        person.interactions += 1
        return person

    def _person(self, telegram_id: int, person: Person) -> Row:
        number = telegram_id - USER_ID_BASE
        username = f"demo_reader_{number}" if number % 2 else None
        return (
            person.id, telegram_id, FIRST_NAMES[number % len(FIRST_NAMES)],
            LAST_NAMES[number % len(LAST_NAMES)], username, number % 9 == 0, person.interactions,
            person.first_seen, person.last_seen,
        )  # fmt: skip

    def _flow(self, ends: tuple[int, int], flow: Flow) -> Row:
        hours = flow.delay / timedelta(hours=1) / flow.count
        return (
            self._ids["channel_interactions"](), *ends, flow.count, flow.first, flow.last,
            Decimal(f"{hours:.2f}"), flow.synchronized,
            json.dumps(dict(sorted(flow.topics.items()))),
        )  # fmt: skip
