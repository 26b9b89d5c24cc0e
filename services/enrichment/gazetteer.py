"""Finds the names of known places in a text.

A name counts where it is written with a capital letter, as it stands in the gazetteer or with a
case ending of Ukrainian or Russian. The longest name wins, and of places of one name the larger.

Must never do I/O or take a place for another because their names are merely similar.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

SHORTEST_NAME = 4
EXACT = 0.9
INFLECTED = 0.7
# Several places have the name; the larger one was taken.
AMBIGUOUS = 0.6
LONGEST_SURFACE = 200
_MAX_CHARACTERS = 20_000

_TOKEN = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "ё": "е"})
_CYRILLIC = re.compile(r"[а-яіїєґ'-]+\Z")
# What a noun ends with in one case, and may end with in the others.
_ENDINGS = {
    "": ("а", "у", "і", "е", "ом", "ем", "ові"),
    "а": ("и", "ы", "і", "у", "е", "ою", "ой"),
    "я": ("і", "и", "ю", "ї", "ею", "ей", "єю", "е"),
    "ь": ("я", "ю", "і", "и", "ем", "ью"),
    "е": ("ого", "ому", "ом", "я", "ю", "у", "а", "і"),
    "о": ("а", "у", "і", "е", "ом"),
    "и": ("ів", "ам", "ах", "ами", "ов"),
    "ы": ("ов", "ам", "ах", "ами"),
}
_LAST = re.compile(r"[аяьеоиы]\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of location_gazetteer with all its names."""

    id: int
    latitude: Decimal
    longitude: Decimal
    population: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place in a text, as the text writes it."""

    surface: str
    place: Place
    confidence: float


class Gazetteer:
    """Names of places, ready to be looked up."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: dict[tuple[str, ...], list[Place]] = {}
        for place in places:
            for name in {_words(name) for name in place.names}:
                if sum(map(len, name)) >= SHORTEST_NAME:
                    self._places.setdefault(name, []).append(place)
        # The first word of a name, and how many words the longest name has that begins with it.
        self._longest: dict[str, int] = {}
        for first, *rest in self._places:
            self._longest[first] = max(self._longest.get(first, 1), 1 + len(rest))
        # The stem of a one-word name and its endings, as "stem" -> the names that have it.
        self._stems: dict[str, list[str]] = {}
        for name in self._places:
            if len(name) == 1 and _CYRILLIC.match(name[0]):
                self._stems.setdefault(_LAST.sub("", name[0]), []).append(name[0])

    def find(self, text: str) -> list[Mention]:
        """Return each place once, in the order of the text, with its first spelling."""
        tokens = list(_TOKEN.finditer(text[:_MAX_CHARACTERS]))
        words = [_normalised(token.group()) for token in tokens]
        found: dict[int, Mention] = {}
        at = 0
        while at < len(tokens):
            places, confidence, used = self._at(tokens[at].group(), words, at)
            surface = text[tokens[at].start() : tokens[at + used - 1].end()]
            if places and len(surface) <= LONGEST_SURFACE:
                mention = _mention(surface, places, confidence)
                found.setdefault(mention.place.id, mention)
            at += used
        return list(found.values())

    def _at(self, token: str, words: list[str], at: int) -> tuple[list[Place], float, int]:
        """Return the places named here, how sure that is, and how many words the name has."""
        if not token[0].isupper():
            return [], 0.0, 1
        for length in range(self._longest.get(words[at], 0), 0, -1):
            places = self._places.get(tuple(words[at : at + length]))
            if places:
                return places, EXACT, length
        return self._inflected(words[at]), INFLECTED, 1

    def _inflected(self, word: str) -> list[Place]:
        for length in range(len(word), max(len(word) - 4, SHORTEST_NAME - 2), -1):
            stem, ending = word[:length], word[length:]
            for name in self._stems.get(stem, ()):
                if ending in _ENDINGS.get(name[length:], ()):
                    return self._places[(name,)]
        return []


def _words(name: str) -> tuple[str, ...]:
    return tuple(_normalised(word) for word in _TOKEN.findall(name))


def _normalised(word: str) -> str:
    return word.lower().translate(_APOSTROPHES)


def _mention(surface: str, places: list[Place], confidence: float) -> Mention:
    largest = max(places, key=lambda place: (place.population, -place.id))
    different = {place.id for place in places}
    return Mention(surface, largest, confidence if len(different) == 1 else AMBIGUOUS)
