"""The stream of demo posts as Telegram delivers it: own posts, forwards, replies, albums, spam.

The posts of one seed are always the same. It must never look at the clock or at the database.
"""

import hashlib
from bisect import bisect
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from random import Random
from typing import Final

from scripts.demo.catalog import Source
from scripts.demo.compose import Text, compose, compose_spam
from scripts.demo.world import PLACES, USER_ID_BASE, Place

FORWARD_SHARE: Final = 0.10
REPLY_SHARE: Final = 0.08
ALBUM_SHARE: Final = 0.02
SPAM_SHARE: Final = 0.035
MEDIA_SHARE: Final = 0.34
TRANSLATED_SHARE: Final = 0.15
HOT_SHARE: Final = 0.35
# A forward or a reply points at most this many posts back.
MEMORY: Final = 400
_MEDIA_KINDS: Final = ("photo", "photo", "photo", "video", "video", "document")


@dataclass(slots=True)
class File:
    """A media file and how many archived messages carry it."""

    sha256: str
    kind: str
    size: int
    carriers: list["Post"] = field(default_factory=list)
    remembered: int = 0


@dataclass(slots=True)
class Post:
    """One Telegram message. key is messages.id, once it has been archived."""

    source: Source
    message_id: int
    posted: datetime
    text: Text | None
    author: int | None
    views: int
    forwards: int
    trace_id: str
    original: "Post | None" = None
    answers: "Post | None" = None
    grouped_id: int | None = None
    position: int = 0
    file: File | None = None
    spam: bool = False
    key: int = 0
    event: object | None = None


class Front:
    """The place most is written about on a day; it lets posts of several channels meet in one "
    "event."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._day = date.min
        self._hot = PLACES[0]

    def move(self, moment: datetime) -> None:
        """A new day may have another place."""
        if moment.date() != self._day:
            self._day = moment.date()
            self._hot = self._any()

    def place(self) -> Place:
        """The place of one post."""
        return self._hot if self._random.random() < HOT_SHARE else self._any()

    def _any(self) -> Place:
        return PLACES[int(self._random.random() ** 1.5 * len(PLACES))]


class PostStream:
    """Makes one post for each time it is given."""

    def __init__(self, random: Random, sources: list[Source], people: int) -> None:
        self._random = random
        self._sources = sources
        self._steps = list(accumulate(source.channel.weight for source in sources))
        self._people = people
        self.recent: deque[Post] = deque()
        self._latest: dict[int, deque[Post]] = {source.id: deque(maxlen=20) for source in sources}
        self._album: list[Post] = []
        self._front = Front(random)

    def posts(self, times: Iterable[datetime]) -> Iterator[Post]:
        """One post for each time, in order. What leaves the memory is never pointed to again."""
        for moment in times:
            self._front.move(moment)
            post = self._album.pop() if self._album else self._post(moment)
            self.recent.append(post)
            if post.file:
                post.file.remembered += 1
            yield post
            self._latest[post.source.id].append(post)

    def forget(self) -> Iterator[Post]:
        """The posts that are too far back by now, oldest first."""
        while len(self.recent) > MEMORY:
            yield self.recent.popleft()

    def _post(self, moment: datetime) -> Post:
        draw = self._random.random
        source = self._sources[bisect(self._steps, draw() * self._steps[-1])]
        kind = draw()
        if kind < ALBUM_SHARE:
            return self._begin_album(source, moment)
        if kind < ALBUM_SHARE + FORWARD_SHARE and self.recent:
            original = self.recent[int(draw() * len(self.recent))]
            if original.source is not source and original.text and not original.spam:
                # The original of a forwarded forward is the first post, as in Telegram.
                original = original.original or original
                if original.source is not source and original.grouped_id is None:
                    return self._new(source, moment, original.text, original=original)
        text, spam = self._text(source)
        post = self._new(source, moment, text)
        post.spam = spam
        if draw() < REPLY_SHARE and self._latest[source.id]:
            latest = self._latest[source.id]
            post.answers = latest[int(draw() * len(latest))]
        if draw() < MEDIA_SHARE:
            post.file = self._file()
        return post

    def _text(self, source: Source) -> tuple[Text, bool]:
        draw = self._random.random
        language = source.channel.language
        mixed = draw()
        if mixed < 0.06:
            language = "ru" if language == "uk" else "uk"
        elif mixed < 0.09:
            language = "en"
        # What is not important does not pass the rule of these channels.
        selective = source.channel.rule == "selective_archive"
        if draw() < SPAM_SHARE and not selective:
            return compose_spam(self._random, language), True
        translate = language != "en" and draw() < TRANSLATED_SHARE
        text = compose(
            self._random,
            language,
            place=self._front.place(),
            important=selective or None,
            translate=translate,
        )
        return text, False

    def _begin_album(self, source: Source, moment: datetime) -> Post:
        size = 2 + int(self._random.random() * 5)
        grouped_id = self._random.getrandbits(60)
        album = []
        for position in range(size):
            post = self._new(source, moment, self._text(source)[0] if position == 0 else None)
            post.spam = post.text is not None and post.text.spam_type is not None
            post.grouped_id, post.position, post.file = grouped_id, position, self._file("photo")
            album.append(post)
        self._album = album[:0:-1]
        return album[0]

    def _file(self, kind: str | None = None) -> File:
        random = self._random
        kind = kind or _MEDIA_KINDS[int(random.random() * len(_MEDIA_KINDS))]
        size = int(random.lognormvariate(12.2 if kind == "photo" else 15.5, 0.8))
        return File(hashlib.sha256(random.randbytes(16)).hexdigest(), kind, size)

    def _new(
        self, source: Source, moment: datetime, text: Text | None, original: Post | None = None
    ) -> Post:
        draw = self._random.random
        # Numbers are missing where a post was deleted.
        source.last_message_id += 1 if draw() < 0.94 else 2
        views = int(source.subscribers * (0.05 + 0.5 * draw() ** 3))
        author = None
        if source.channel.kind == "megagroup":
            author = USER_ID_BASE + int(self._people * draw() ** 2)
        return Post(
            source, source.last_message_id, moment, text, author, views,
            int(views * draw() ** 2 / 60), f"{self._random.getrandbits(64):016x}", original,
            file=original.file if original else None,
        )  # fmt: skip
