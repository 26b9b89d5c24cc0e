"""Writes the text of one demo message from the sentences of texts.py.

The same random numbers always give the same text. It must never look at the clock or at the
database.
"""

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Final

from scripts.demo.texts import (
    COMMENTS,
    DIGEST_HEADS,
    LANGUAGES,
    SENTENCES,
    SPAM,
    TOPIC_WEIGHTS,
    Phrase,
)
from scripts.demo.world import EQUIPMENT, PLACES, UNITS, Place, Thing

# Most posts are a sentence or three; a tail of digests is long.
_SENTENCE_COUNTS: Final = (1, 2, 3, 4, 6, 8, 12, 25)
_SENTENCE_COUNT_STEPS: Final = tuple(accumulate((25, 22, 17, 12, 10, 7, 5, 2)))
_TOPICS: Final = tuple(TOPIC_WEIGHTS)
_TOPIC_STEPS: Final = tuple(accumulate(TOPIC_WEIGHTS.values()))
_SPAM_TYPES: Final = tuple(SPAM)
_ENGLISH: Final = LANGUAGES.index("en")
_DIGEST_FROM: Final = 8
# Topics in which a place, a time and a number make a checkable fact.
_FACTUAL: Final = frozenset(SENTENCES) - {"general", "propaganda", "diplomatic"}


@dataclass(slots=True)
class Text:
    """The text of a post and what a classifier should find in it."""

    language: str
    content: str
    english: str
    topic: str | None
    importance: str | None
    spam_type: str | None
    place: Place | None
    things: list[Thing]


def compose(
    random: Random,
    language: str,
    *,
    place: Place,
    important: bool | None = None,
    translate: bool = False,
) -> Text:
    """A report; important: True or False asks for that, None leaves it to chance."""
    draw = random.random
    topic = _topic(random)
    if important and topic not in _FACTUAL:
        topic = "combat"
    count = _SENTENCE_COUNTS[bisect(_SENTENCE_COUNT_STEPS, draw() * _SENTENCE_COUNT_STEPS[-1])]
    first_place = place
    column = LANGUAGES.index(language)

    lines: list[str] = []
    english: list[str] = []
    things: list[Thing] = []
    used: set[tuple[Place, Phrase]] = set()
    names_place = False
    is_digest = count >= _DIGEST_FROM
    for number in range(count):
        if is_digest and number:
            place = PLACES[int(draw() * len(PLACES))]
        pool = SENTENCES[
            _topic(random) if is_digest and number else topic if draw() < 0.7 else "general"
        ]
        phrase = pool[int(draw() * len(pool))]
        if (place, phrase) in used:
            continue
        used.add((place, phrase))
        unit = UNITS[int(draw() * len(UNITS))]
        kit = EQUIPMENT[int(draw() ** 1.4 * len(EQUIPMENT))]
        numbers = (
            str(2 + int(draw() ** 2 * 60)),
            str(5 + int(draw() * 300)),
            f"{int(draw() * 24):02d}:{int(draw() * 60):02d}",
        )
        lines.append(_filled(phrase, column, place, unit, kit, numbers))
        if translate:
            english.append(_filled(phrase, _ENGLISH, place, unit, kit, numbers))
        names_place = names_place or (
            place is first_place and ("{p}" in phrase.en or "{at}" in phrase.en)
        )
        if "{unit}" in phrase.en and unit not in things:
            things.append(unit)
        if "{kit}" in phrase.en and kit not in things:
            things.append(kit)

    if is_digest:
        hour = f"{int(draw() * 24):02d}:00"
        content = f"{DIGEST_HEADS[column].format(h=hour)}\n\n▪️ " + "\n▪️ ".join(lines)
        translated = f"{DIGEST_HEADS.en.format(h=hour)}\n\n▪️ " + "\n▪️ ".join(english)
    else:
        content, translated = " ".join(lines), " ".join(english)
    if names_place and draw() < 0.25:
        content += "\n#" + first_place.name[column].replace(" ", "_").replace("'", "")
    importance = _importance(random, topic, names_place, important)
    return Text(
        language,
        content,
        translated,
        topic,
        importance,
        None,
        first_place if names_place else None,
        things,
    )


def _importance(random: Random, topic: str, names_place: bool, important: bool | None) -> str:
    if important is None:
        important = topic in _FACTUAL and names_place and random.random() < 0.55
    if important:
        return "high"
    return "medium" if topic in _FACTUAL and random.random() < 0.7 else "low"


def compose_spam(random: Random, language: str) -> Text:
    """An advertisement or the like."""
    spam_type = _SPAM_TYPES[int(random.random() * len(_SPAM_TYPES))]
    return Text(
        language, _one_of(random, SPAM[spam_type], language), "", None, None, spam_type, None, []
    )


def compose_comment(random: Random, language: str) -> str:
    """What a reader writes under a post."""
    return _one_of(random, COMMENTS, language)


def _one_of(random: Random, phrases: tuple[Phrase, ...], language: str) -> str:
    phrase = phrases[int(random.random() * len(phrases))]
    place = PLACES[int(random.random() * len(PLACES))]
    numbers = (
        str(random.randrange(2, 60)),
        str(random.randrange(100, 5000)),
        f"{random.randrange(24):02d}:30",
    )
    return _filled(phrase, LANGUAGES.index(language), place, UNITS[0], EQUIPMENT[0], numbers)


def _topic(random: Random) -> str:
    return _TOPICS[bisect(_TOPIC_STEPS, random.random() * _TOPIC_STEPS[-1])]


def _filled(
    phrase: Phrase,
    column: int,
    place: Place,
    unit: Thing,
    kit: Thing,
    numbers: tuple[str, str, str],
) -> str:
    return phrase[column].format(
        p=place.name[column],
        at=place.at[column],
        of=place.of[column],
        unit=unit.name[column],
        kit=kit.name[column],
        n=numbers[0],
        m=numbers[1],
        h=numbers[2],
    )
