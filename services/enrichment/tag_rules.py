"""Which tags a message gets: fixed rules over its text and what the processor found out.

Tags follow the form that the tag_generation prompt asks for: English where a rule names them, lower
case, short. Must never do I/O, guess, or give a different answer for the same message.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

GENERATED_BY = "tag_rules_v1"
LONGEST_TAG = 100
MOST_HASHTAGS = 10
MOST_ENTITIES = 20
_MAX_CHARACTERS = 20_000

TagType = Literal["keyword", "topic", "entity", "urgency"]


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of one message. No confidence: somebody else has judged it."""

    tag: str
    tag_type: TagType
    confidence: float | None


# Keyword: its topic, and how words that mean it begin, in Ukrainian, Russian and English.
_KEYWORDS: dict[str, tuple[str, str]] = {
    "drone": ("equipment", "дрон бпла шахед герань мопед drone uav shahed fpv"),
    "missile": (
        "combat",
        "ракет missile іскандер искандер калібр калибр кинджал кинжал",
    ),
    "artillery": (
        "combat",
        "артилер артиллер гаубиц мінометн миномет рсзв рсзо artiller howitzer",
    ),
    "air defence": ("combat", "ппо пво зенітн зенитн patriot антидрон"),
    "explosion": (
        "combat",
        "вибух взрыв бавовн хлопок прильот приліт прилет explosion blast",
    ),
    "shelling": ("combat", "обстріл обстрел shelling shelled"),
    "air raid alert": ("combat", "тривог тревог siren"),
    "assault": ("movements", "штурм наступ assault offensive"),
    "retreat": ("movements", "відступ отступл відхід retreat withdraw"),
    "armour": (
        "equipment",
        "танк бмп бтр броньован бронирован tank armoured armored ifv apc",
    ),
    "aircraft": (
        "equipment",
        "літак самолет самолёт гелікоптер вертолет вертолёт aircraft jet",
    ),
    "casualties": (
        "casualties",
        "загибл загину погиб поранен ранен двохсот двухсот killed wounded",
    ),
    "prisoners": ("casualties", "полонен пленн обмін военнопленн prisoner pow"),
    "power grid": (
        "infrastructure",
        "енергет энергет блекаут підстанц подстанц blackout substation",
    ),
    "railway": ("infrastructure", "залізниц железнодорож railway"),
    "bridge": ("infrastructure", "міст мост bridge"),
    "evacuation": ("humanitarian", "евакуац эвакуац evacuat"),
    "civilians": ("humanitarian", "цивільн гражданск мирн civilian"),
    "sanctions": ("diplomatic", "санкці санкци sanction"),
    "negotiations": ("diplomatic", "перегов перемовин negotiat talks"),
    "satellite image": ("intelligence", "супутников спутников satellite"),
}
# A few beginnings are whole words of something else.
_WHOLE_WORDS = frozenset({"міст", "мост", "pow", "jet", "apc", "ifv", "fpv", "ппо", "пво"})
_URGENT = re.compile(r"\b(?:терміново|срочно|молния|увага|внимание|breaking|urgent)\b")
_WORDS = re.compile(r"\w+")
_HASHTAG = re.compile(r"#(\w{2,})")


def _beginnings() -> dict[str, str]:
    return {
        beginning: keyword
        for keyword, (_, beginnings) in _KEYWORDS.items()
        for beginning in beginnings.split()
    }


_KEYWORD_OF = _beginnings()
_SHORTEST = min(map(len, _KEYWORD_OF))
_LONGEST = max(map(len, _KEYWORD_OF))


def tags_of(
    content: str | None,
    *,
    topic: str | None = None,
    entities: Mapping[str, Any] | None = None,
    matches: Iterable[tuple[str, float | None]] = (),
) -> list[Tag]:
    """Return the tags of a message, each once, in a fixed order.

    topic and entities are those of the message, matches the curated entities found in it.
    """
    text = unicodedata.normalize("NFC", (content or "")[:_MAX_CHARACTERS]).lower()
    keywords = _keywords(text)
    tags = [Tag(keyword, "keyword", 0.8) for keyword in keywords]
    hashtags = list(dict.fromkeys(_HASHTAG.findall(text)))[:MOST_HASHTAGS]
    tags += [Tag(_clean(hashtag), "keyword", 1.0) for hashtag in hashtags]
    if topic is not None:
        tags.append(Tag(topic, "topic", None))
    elif keywords:
        tags.append(_vote(keywords))
    tags += [Tag(_clean(name), "entity", score) for name, score in matches]
    tags += [Tag(_clean(name), "entity", 0.9) for name in _names(entities)][:MOST_ENTITIES]
    if _URGENT.search(text):
        tags.append(Tag("urgent", "urgency", 0.7))
    first: dict[tuple[str, str], Tag] = {}
    for tag in tags:
        if tag.tag:
            first.setdefault((tag.tag, tag.tag_type), tag)
    return list(first.values())


def _keywords(text: str) -> list[str]:
    found: dict[str, None] = {}
    for word in _WORDS.findall(text):
        for length in range(_SHORTEST, min(len(word), _LONGEST) + 1):
            keyword = _KEYWORD_OF.get(word[:length])
            if keyword and (length == len(word) or word[:length] not in _WHOLE_WORDS):
                found[keyword] = None
                break
    return list(found)


def _vote(keywords: list[str]) -> Tag:
    votes: dict[str, int] = {}
    for keyword in keywords:
        topic = _KEYWORDS[keyword][0]
        votes[topic] = votes.get(topic, 0) + 1
    # Of equals the first: max() keeps it, and a dict its order.
    return Tag(max(votes, key=votes.__getitem__), "topic", 0.5)


def _names(entities: Mapping[str, Any] | None) -> list[str]:
    """Return the names in messages.entities, which holds lists of them by kind."""
    return [
        name
        for kind in sorted(entities or {})
        if isinstance(names := (entities or {})[kind], list)
        for name in names
        if isinstance(name, str)
    ]


def _clean(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).lower().split())[:LONGEST_TAG].strip()
