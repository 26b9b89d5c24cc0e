"""Turns the stream of posts into rows of the archive and of the queue, batch by batch.

Every batch can be loaded on its own after those before it: all foreign keys are met, and the
counters already are what the triggers would count. It must never make a row that depends on the
clock.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Final

from scripts.demo.catalog import Catalog, trace_time
from scripts.demo.compose import Text, compose, compose_comment
from scripts.demo.events import EventDesk
from scripts.demo.plan import Plan
from scripts.demo.posts import Post, PostStream
from scripts.demo.schedule import posting_times
from scripts.demo.society import Society
from scripts.demo.tables import COLUMNS, Batch, Ids, Row
from scripts.demo.world import EMOJI, PLACES, READERS, USER_ID_BASE, Place, Thing
from services.enrichment.embedding import MODEL, embed
from services.processor.entities import extract
from services.processor.text import content_hash

BATCH: Final = 5000
TAGGED_SHARE: Final = 0.7
COST_PER_CHARACTER: Final = Decimal("0.00002")
_MIME: Final = {"photo": "image/jpeg", "video": "video/mp4", "document": "application/pdf"}
_SUFFIX: Final = {"photo": "jpg", "video": "mp4", "document": "pdf"}
_SPAM_CONFIDENCE: Final = tuple(Decimal(value) for value in range(82, 100))
_TAG_CONFIDENCE: Final = {
    "topic": Decimal("0.90"),
    "entity": Decimal("0.95"),
    "keyword": Decimal("0.80"),
}


def first_ids(last: dict[str, int]) -> Ids:
    """A counter of keys for each table that continues after the last one in use."""
    return {table: count(last.get(table, 0) + 1).__next__ for table in COLUMNS}


class Archive:
    """All rows of one plan."""

    def __init__(self, plan: Plan, last_ids: dict[str, int]) -> None:
        self._plan = plan
        self._ids = first_ids(last_ids)
        self._random = plan.chance("archive")
        self._catalog = Catalog(plan, self._ids)
        self._society = Society(self._ids)
        self._events = EventDesk(plan, self._ids, self._catalog.feeds)
        self._people = max(50, plan.messages // 60)
        self._stream = PostStream(plan.chance("posts"), self._catalog.sources, self._people)
        self._to_embed = plan.embeddings

    def batches(self) -> Iterator[Batch]:
        """Everything, in the order in which it has to be loaded."""
        yield self._catalog.rows
        yield from self._messages()
        yield self._society.rows()
        news, articles = self._events.news()
        yield news | self._catalog.feed_rows(articles)
        yield from self._queue()

    def _messages(self) -> Iterator[Batch]:
        plan = self._plan
        schedule = plan.chance("schedule")
        times = posting_times(schedule, plan.start, plan.archive_end, plan.messages)
        batch = self._new_batch()
        for number, post in enumerate(self._stream.posts(times), start=1):
            self._archive(post, batch)
            self._events.close(post.posted, batch)
            for old in self._stream.forget():
                self._release(old, batch)
            if number % BATCH == 0:
                yield batch
                batch = self._new_batch()
        self._events.close(None, batch)
        for old in self._stream.recent:
            self._release(old, batch)
        yield batch

    def _queue(self) -> Iterator[Batch]:
        plan = self._plan
        schedule = plan.chance("queue")
        times = posting_times(schedule, plan.archive_end, plan.end, plan.pending)
        rows: list[Row] = []
        for post in self._stream.posts(times):
            rows.append(self._queue_row(post))
            for _ in self._stream.forget():
                pass
            if len(rows) == BATCH:
                yield {"ingest_queue": rows}
                rows = []
        yield {"ingest_queue": rows}

    def _new_batch(self) -> Batch:
        return {table: [] for table in COLUMNS}

    def _queue_row(self, post: Post) -> Row:
        original, answers = post.original, post.answers
        return (
            self._ids["ingest_queue"](), post.source.telegram_id, post.message_id,
            post.text.content if post.text else None, post.file and post.file.kind, post.posted,
            post.grouped_id, post.views, post.forwards, "demo", post.author,
            answers and answers.message_id, original and original.source.telegram_id,
            original and original.message_id, original and original.posted, post.trace_id,
            post.posted,
            post.posted,
        )  # fmt: skip

    def _archive(self, post: Post, batch: Batch) -> None:
        draw = self._random.random
        post.key = self._ids["messages"]()
        text = post.text
        written = trace_time(post.posted, self._catalog.backfilled)
        age_hours = (self._plan.end - post.posted) / timedelta(hours=1)
        if post.author:
            self._society.seen(post.author, post.posted)
        if post.file:
            post.file.carriers.append(post)
        reactions = self._reactions(post, batch) if draw() < 0.3 else 0
        comments = self._comments(post, batch) if post.source.group_id and draw() < 0.25 else 0
        batch["messages"].append(self._message_row(post, written, comments))
        if post.answers:
            batch["message_replies"].append(
                (
                    self._ids["message_replies"](),
                    post.answers.key,
                    post.key,
                    post.answers.message_id,
                    post.author,
                    written,
                )
            )
        if post.original:
            self._forward(post, post.original, batch, written)
        if text and not post.spam:
            self._judged(post, text, batch, written)
        if age_hours > 24 and draw() < 0.05:
            self._timeline(post, reactions, comments, batch)
        if draw() < 0.004:
            reader = READERS[int(draw() * len(READERS))][0]
            batch["user_bookmarks"].append(
                (
                    self._ids["user_bookmarks"](),
                    reader,
                    post.key,
                    "to be verified",
                    written + timedelta(minutes=30),
                )
            )
        if post.source.channel.rule == "selective_archive" and draw() < 0.5:
            self._quarantine(post, batch)

    def _message_row(self, post: Post, written: datetime, comments: int) -> Row:
        text, original = post.text, post.original
        content = text.content if text else None
        translated = text.english if text and text.english and not post.spam else None
        embedding = None
        if content and not post.spam and self._to_embed:
            self._to_embed -= 1
            embedding = embed(content)
        if translated and content:
            self._society.translated(written, len(content), len(content) * COST_PER_CHARACTER)
        polled = min(post.posted + timedelta(days=2), self._plan.end)
        spam = text if text and post.spam else None
        judged = text if text and not post.spam else None
        return (
            post.key, post.message_id, post.source.id, content, translated, post.posted,
            text and text.language, "en" if translated else None, "deepl" if translated else None,
            written + timedelta(minutes=1) if translated else None,
            len(content) * COST_PER_CHARACTER if translated and content else None, post.author,
            post.answers and post.answers.message_id, original and original.source.telegram_id,
            original and original.message_id, original and original.posted,
            comments > 0, comments, post.source.group_id if comments else None,
            polled if comments else None,
            post.views, post.forwards, polled, post.file and post.file.kind, post.grouped_id,
            post.spam,
            self._random.choice(_SPAM_CONFIDENCE) if spam else None, spam and spam.spam_type,
            judged and judged.topic, judged and judged.importance, embedding,
            MODEL if embedding else None, content and json.dumps(extract(content),
            ensure_ascii=False), content_hash(content),
            post.posted < self._catalog.backfilled, "demo", post.trace_id, written, written,
        )  # fmt: skip

    def _forward(self, post: Post, original: Post, batch: Batch, written: datetime) -> None:
        delay = post.posted - original.posted
        batch["message_forwards"].append((
            self._ids["message_forwards"](), original.key, post.key, original.posted,
            original.source.telegram_id, original.source.channel.name, int(delay.total_seconds()),
            written,
        ))  # fmt: skip
        topic = post.text.topic if post.text else None
        self._society.forwarded(original.source.id, post.source.id, post.posted, delay, topic)

    def _judged(self, post: Post, text: Text, batch: Batch, written: datetime) -> None:
        """Tags, entities, places and events of a message that is not spam."""
        draw = self._random.random
        key = post.key
        names: list[Thing | Place] = [*text.things, text.place] if text.place else [*text.things]
        if draw() < TAGGED_SHARE:
            tags = [("topic", text.topic)] if text.topic else []
            tags += [("entity", name.name.en.lower()) for name in names[:4]]
            for tag_type, tag in tags:
                confidence = _TAG_CONFIDENCE[tag_type]
                batch["message_tags"].append(
                    (self._ids["message_tags"](), key, tag, tag_type, confidence, "demo", written)
                )
                self._society.tagged(tag, tag_type, confidence, written)
        match_type = "exact_name" if text.language == "en" else "alias"
        snippet = text.content[:120]
        for name in names[:4]:
            batch["message_entities"].append((
                self._ids["message_entities"](), key, self._catalog.thing_ids[name], 1.0,
                match_type,
                snippet, written,
            ))  # fmt: skip
        if text.place:
            place = text.place
            batch["message_locations"].append((
                self._ids["message_locations"](), key, getattr(place.name, text.language),
                _decimal(place.latitude), _decimal(place.longitude), "gazetteer", Decimal("0.9"),
                self._catalog.place_ids[place], written,
            ))  # fmt: skip
            if text.importance == "high":
                self._events.report(post, text, place)

    def _reactions(self, post: Post, batch: Batch) -> int:
        draw = self._random.random
        begin = int(draw() * len(EMOJI))
        updated = min(post.posted + timedelta(days=1), self._plan.end)
        total = 0
        for number in range(1 + int(draw() * 3)):
            amount = 1 + int(post.views * draw() ** 2 / 40)
            total += amount
            emoji = EMOJI[(begin + number) % len(EMOJI)]
            batch["message_reactions"].append(
                (
                    self._ids["message_reactions"](),
                    post.key,
                    emoji,
                    amount,
                    None,
                    None,
                    post.posted,
                    updated,
                )
            )
            if post.author and draw() < 0.3:
                person = USER_ID_BASE + int(self._people * draw() ** 2)
                self._society.reacted(person, post.key, emoji, post.posted, updated)
        return total

    def _comments(self, post: Post, batch: Batch) -> int:
        draw = self._random.random
        latest = max(1.0, min(86_400.0, (self._plan.end - post.posted).total_seconds()))
        amount = 1 + int(draw() ** 2 * 6)
        first = self._random.getrandbits(32)
        for number, second in enumerate(sorted(draw() * latest for _ in range(amount))):
            moment = post.posted + timedelta(seconds=int(second))
            person = USER_ID_BASE + int(self._people * draw() ** 2)
            self._society.seen(person, moment)
            batch["message_comments"].append((
                self._ids["message_comments"](), post.key, first + number, person,
                compose_comment(self._random, post.source.channel.language), moment, moment,
            ))  # fmt: skip
        return amount

    def _timeline(self, post: Post, reactions: int, comments: int, batch: Batch) -> None:
        """Three polls in the first day; the last finds what the message says."""
        before = (0, 0, 0)
        hours = 0
        for hour, share in ((1, 0.4), (6, 0.8), (24, 1.0)):
            now = int(post.views * share), int(post.forwards * share), int(reactions * share)
            heard = int(comments * share)
            rate = None if not hours else _decimal((now[1] - before[1]) / (hour - hours))
            engaged = 100 * (now[1] + now[2] + heard) / now[0] if now[0] else 0.0
            batch["message_engagement_timeline"].append((
                self._ids["message_engagement_timeline"](), post.key,
                post.posted + timedelta(hours=hour),
                *now, heard, now[0] - before[0], now[1] - before[1], now[2] - before[2], rate,
                _decimal(min(engaged, 999.0)),
            ))  # fmt: skip
            before, hours = now, hour

    def _quarantine(self, post: Post, batch: Batch) -> None:
        """What the rule of the channel kept out, posted right after the message that it let in."""
        post.source.last_message_id += 1
        place = post.text.place if post.text and post.text.place else PLACES[0]
        text = compose(self._random, post.source.channel.language, place=place, important=False)
        expires = post.posted + timedelta(days=7)
        over = expires <= self._plan.end
        rejected = self._random.random() < 0.1
        batch["message_quarantine"].append((
            self._ids["message_quarantine"](), post.source.id, post.source.last_message_id,
            text.content,
            "low_confidence", f"importance {text.importance} is below high", True,
            "rejected" if rejected else "expired" if over else "pending",
            "demo operator" if rejected else "expiry" if over else None, expires, post.posted,
        ))  # fmt: skip

    def _release(self, post: Post, batch: Batch) -> None:
        """Writes the file of a post once no later post can carry it."""
        file = post.file
        if not file:
            return
        file.remembered -= 1
        if file.remembered:
            return
        key = self._ids["media_files"]()
        first = file.carriers[0]
        sha256 = file.sha256
        batch["media_files"].append((
            key, sha256, f"media/{sha256[:2]}/{sha256[2:4]}/{sha256}.{_SUFFIX[file.kind]}",
            file.size,
            _MIME[file.kind], file.kind,
            f"https://t.me/{first.source.channel.username}/{first.message_id}", len(file.carriers),
            first.posted, None, None,
        ))  # fmt: skip
        batch["message_media"].extend(
            (carrier.key, key, carrier.position, carrier.grouped_id) for carrier in file.carriers
        )


def _decimal(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")
