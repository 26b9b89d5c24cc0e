"""Events of the demo archive: posts about one place within hours, and articles about the same.

An event is handed out once, complete, with its counters as the triggers would count them: in parts
each part would make the triggers write the event again, with the clock of the server in updated_at.
"""

import hashlib
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg

from scripts.demo.catalog import Feed
from scripts.demo.compose import Text
from scripts.demo.plan import Plan
from scripts.demo.posts import Post
from scripts.demo.tables import Batch, Ids
from scripts.demo.texts import EVENT_TITLES
from scripts.demo.world import Place

OPEN_FOR: Final = timedelta(hours=12)
MOST_MESSAGES: Final = 25
MAJOR_FROM: Final = 12
OPENING_SHARE: Final = 0.25
JOINING_SHARE: Final = 0.8
COVERED_SHARE: Final = 0.4
ARCHIVED_AFTER: Final = timedelta(days=7)
_OPPOSED: Final = {("russia", "ukraine"), ("ukraine", "russia")}


@dataclass(slots=True)
class Event:
    """An event that still gathers messages."""

    id: int
    opened: datetime
    topic: str
    place: Place
    posts: list[Post] = field(default_factory=list)


@dataclass(slots=True)
class Article:
    """A news article about an event."""

    id: int
    feed: Feed
    published: datetime


class EventDesk:
    """Opens events, gathers their messages, and writes them when they are over."""

    def __init__(self, plan: Plan, ids: Ids, feeds: list[Feed]) -> None:
        self._plan = plan
        self._ids = ids
        self._random = plan.chance("events")
        self._feeds = feeds
        self._open: dict[Place, Event] = {}
        self._by_age: deque[Event] = deque()
        # Few, and written at the end: only then the feeds know how many articles they brought.
        self._news: Batch = {
            "external_news": [],
            "event_sources": [],
            "message_news_correlations": [],
        }
        self._articles_of_feed: Counter[int] = Counter()

    def report(self, post: Post, text: Text, place: Place) -> None:
        """An important message about a place: it may open an event or belong to one."""
        topic = text.topic or ""
        if topic not in EVENT_TITLES:
            return
        event = self._open.get(place)
        if event is None:
            if self._random.random() < OPENING_SHARE:
                event = Event(self._ids["events"](), post.posted, topic, place, [post])
                self._open[place] = event
                self._by_age.append(event)
        elif len(event.posts) < MOST_MESSAGES and self._random.random() < JOINING_SHARE:
            event.posts.append(post)

    def close(self, now: datetime | None, batch: Batch) -> None:
        """Writes the events that are over by now, or all of them."""
        while self._by_age and (now is None or now - self._by_age[0].opened > OPEN_FOR):
            event = self._by_age.popleft()
            del self._open[event.place]
            self._write(event, batch)

    def news(self) -> tuple[Batch, Counter[int]]:
        """The articles with what links to them, and the number of articles of each feed."""
        return self._news, self._articles_of_feed

    def _write(self, event: Event, batch: Batch) -> None:
        plan, place = self._plan, event.place
        kind, title = EVENT_TITLES[event.topic]
        title = title.format(p=place.name.en)
        articles = self._articles(event, title)
        matched = [min(post.posted + timedelta(minutes=2), plan.end) for post in event.posts]
        latest = max([*matched, *(article.published for article in articles)])
        closed = latest + ARCHIVED_AFTER
        channels = len({post.source.id for post in event.posts})
        batch["events"].append((
            event.id, title, f"{channels} channels report it, {len(articles)} articles do.", kind,
            place.name.en, asyncpg.Point(place.longitude, place.latitude), event.opened.date(),
            self._tier(event, len(articles)), len(event.posts) >= MAJOR_FROM, len(articles),
            channels,
            len(event.posts), event.opened, latest, latest, closed if closed <= plan.end else None,
        ))  # fmt: skip
        batch["event_messages"].extend(
            (
                self._ids["event_messages"](),
                event.id,
                post.key,
                post.source.id,
                Decimal("0.8"),
                "location_match",
                moment,
            )
            for post, moment in zip(event.posts, matched, strict=True)
        )
        self._news["event_sources"].extend(
            (self._ids["event_sources"](), event.id, article.id, number == 0, article.published)
            for number, article in enumerate(articles)
        )

    def _tier(self, event: Event, articles: int) -> str:
        """The rules of event_config as they are seeded."""
        if articles >= 3:
            return "verified"
        if articles:
            return "confirmed"
        return "developing" if self._plan.end - event.opened > timedelta(hours=2) else "breaking"

    def _articles(self, event: Event, title: str) -> list[Article]:
        draw = self._random.random
        articles: list[Article] = []
        if len(event.posts) < 2 or draw() >= COVERED_SHARE:
            return articles
        start = int(draw() * len(self._feeds))
        for number in range(1 + int(draw() ** 2 * 4)):
            feed = self._feeds[(start + number) % len(self._feeds)]
            published = event.opened + timedelta(minutes=20 + int(draw() * 400))
            if published > self._plan.end:
                continue
            article = Article(self._ids["external_news"](), feed, published)
            articles.append(article)
            self._write_article(event, article, title)
        return articles

    def _write_article(self, event: Event, article: Article, title: str) -> None:
        feed, published = article.feed, article.published
        slug = f"{title.lower().replace(' ', '-')}-{article.id}"
        url = f"https://{feed.domain}/{published:%Y/%m/%d}/{slug}"
        reporting = event.posts[:3]
        self._articles_of_feed[feed.id] += 1
        self._news["external_news"].append((
            article.id, feed.id, title, f"{title}: {len(event.posts)} channels posted about it.",
            url,
            hashlib.sha256(url.encode()).hexdigest(), published, None, "high", feed.category,
            feed.trust_level, feed.domain, published, len(reporting), published,
        ))  # fmt: skip
        for post in reporting:
            side = post.source.channel.affiliation
            apart = abs((published - post.posted) / timedelta(hours=1))
            similarity = 0.75 + self._random.random() * 0.2
            self._news["message_news_correlations"].append((
                self._ids["message_news_correlations"](), post.key, article.id,
                Decimal(f"{similarity:.4f}"), 1, Decimal(f"{apart:.2f}"), "same_event", side,
                feed.category,
                (side, feed.category) in _OPPOSED, "confirms", similarity, published,
            ))  # fmt: skip
