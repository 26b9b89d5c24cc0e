"""The rows the messages refer to: channels, places, curated entities, feeds and readers.

It must never use an id or a unique name twice, nor one a real archive could hold.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from scripts.demo.plan import Plan
from scripts.demo.tables import Batch, Ids
from scripts.demo.world import (
    CHANNEL_ID_BASE,
    EQUIPMENT,
    FEEDS,
    GROUP_ID_BASE,
    PLACES,
    READERS,
    UNITS,
    Channel,
    Place,
    Thing,
    channels,
)

SOURCE: Final = "demo"
BACKFILL_DAYS: Final = 20


@dataclass(slots=True)
class Source:
    """A channel with its keys and the number Telegram gave its latest message."""

    id: int
    telegram_id: int
    group_id: int | None
    channel: Channel
    subscribers: int
    last_message_id: int


@dataclass(frozen=True, slots=True)
class Feed:
    """A news feed with its key."""

    id: int
    domain: str
    category: str
    trust_level: int


class Catalog:
    """Makes the rows once and knows their keys afterwards."""

    def __init__(self, plan: Plan, ids: Ids) -> None:
        random = plan.chance("catalog")
        self._opened = plan.start - timedelta(days=30)
        self.backfilled = plan.start + timedelta(days=BACKFILL_DAYS)
        self.rows: Batch = {}
        self.sources = [
            self._source(ids, random, number, channel)
            for number, channel in enumerate(channels(), start=1)
        ]
        self.place_ids = {place: self._place(ids, place) for place in PLACES}
        self.thing_ids: dict[Thing | Place, int] = {
            thing: self._thing(ids, thing) for thing in (*UNITS, *EQUIPMENT)
        }
        self.thing_ids |= {place: self._location_entity(ids, place) for place in PLACES}
        self.feeds = [self._feed(ids, *feed) for feed in FEEDS]
        self.rows["user_roles"] = [
            (ids["user_roles"](), identity, role, self._opened, self._opened)
            for identity, role in READERS
        ]

    def feed_rows(self, articles: dict[int, int]) -> Batch:
        """The feeds, which are written last because they count their articles."""
        return {
            "rss_feeds": [
                (
                    feed.id, name, f"https://{domain}/rss.xml", f"https://{domain}/", category,
                    trust_level,
                    "en", country, "Demo feed; switched off, there is nothing to poll.", False,
                    articles.get(feed.id, 0), self._opened, self._opened,
                )
                for feed, (name, domain, category, trust_level, country) in zip(self.feeds, FEEDS,
                strict=True)
            ]
        }  # fmt: skip

    def _add(self, table: str, row: tuple[object, ...]) -> None:
        self.rows.setdefault(table, []).append(row)

    def _source(self, ids: Ids, random: Random, number: int, channel: Channel) -> Source:
        source = Source(
            id=ids["channels"](),
            telegram_id=CHANNEL_ID_BASE - number,
            group_id=GROUP_ID_BASE - number
            if number % 3 == 0 and channel.kind == "channel"
            else None,
            channel=channel,
            subscribers=random.randrange(3_000, 900_000) // (1 + number // 6),
            last_message_id=random.randrange(500, 60_000),
        )
        self._add("channels", (
            source.id, source.telegram_id, random.getrandbits(62), channel.username, channel.name,
            f"Demo channel, {channel.affiliation} side.", channel.kind, number % 7 == 0,
            channel.folder, channel.rule, "completed", self._opened, self.backfilled, "telegram",
            channel.affiliation, SOURCE, source.group_id, source.group_id, True, self._opened,
            self._opened,
        ))  # fmt: skip
        return source

    def _place(self, ids: Ids, place: Place) -> int:
        key = ids["location_gazetteer"]()
        local = place.name.ru if place.country == "RU" else place.name.uk
        aliases = sorted({place.name.uk, place.name.ru} - {local})
        self._add("location_gazetteer", (
            key, place.name.en, place.name.en, local, aliases, Decimal(str(place.latitude)),
            Decimal(str(place.longitude)), place.country, place.population,
        ))  # fmt: skip
        return key

    def _thing(self, ids: Ids, thing: Thing) -> int:
        return self._entity(ids, thing.entity_type, thing.name, thing.description, None)

    def _location_entity(self, ids: Ids, place: Place) -> int:
        description = f"Town in {'Ukraine' if place.country == 'UA' else 'Russia'}."
        return self._entity(ids, "location", place.name, description, place)

    def _entity(
        self, ids: Ids, kind: str, name: tuple[str, str, str], description: str, place: Place | None
    ) -> int:
        key = ids["curated_entities"]()
        *others, english = name
        aliases = sorted(set(others) - {english})
        content_hash = hashlib.sha256(f"{english}\n{SOURCE}".encode()).hexdigest()
        self._add("curated_entities", (
            key, kind, english, aliases, description, place and place.latitude,
            place and place.longitude,
            SOURCE, content_hash, self._opened, self._opened,
        ))  # fmt: skip
        return key

    def _feed(
        self, ids: Ids, _name: str, domain: str, category: str, trust_level: int, _country: str
    ) -> Feed:
        return Feed(ids["rss_feeds"](), domain, category, trust_level)


def trace_time(moment: datetime, backfilled: datetime) -> datetime:
    """When a message of that time was written: seconds later, or at the end of the backfill."""
    return moment + timedelta(seconds=4) if moment >= backfilled else backfilled
