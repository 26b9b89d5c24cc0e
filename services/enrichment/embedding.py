"""Embed a text as 384 numbers by signed feature hashing, without a model server.

Each distinct word adds itself and its character n-grams, so that the many forms which a word has in
Ukrainian and Russian land near each other. The same text gives the same vector in every process and
on every machine.

Must never do I/O, and must never change what a vector looks like without a new MODEL: vectors of
two models cannot be compared.
"""

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from hashlib import blake2b

DIMENSIONS = 384
MODEL = "feature-hashing-384-v1"

_WORDS = re.compile(r"\w+")
_NGRAM_SIZES = (3, 4)
# All n-grams of a word together weigh this much of the word itself.
_NGRAM_WEIGHT = 1.0
# Telegram ends a message at 4096 characters; of a longer text from elsewhere this is enough.
_MAX_CHARACTERS = 20_000
_MAX_WORD = 64


def embed(text: str) -> list[float]:
    """Return the L2-normalised vector of the text; all zeros for nothing but white space."""
    normalised = unicodedata.normalize("NFKC", text[:_MAX_CHARACTERS]).lower()
    # A text of emoji only still has something to compare.
    words = _WORDS.findall(normalised) or normalised.split()
    vector = [0.0] * DIMENSIONS
    for word, count in Counter(words).items():
        weight = math.sqrt(count)
        for index, value in _features(word[:_MAX_WORD]):
            vector[index] += weight * value
    length = math.sqrt(math.fsum(value * value for value in vector))
    return [value / length for value in vector] if length else vector


@lru_cache(maxsize=50_000)
def _features(word: str) -> tuple[tuple[int, float], ...]:
    """Return where the word and its n-grams go, with their signed weights.

    Cached, because a few words make up most texts.
    """
    marked = f"<{word}>"
    ngrams = [
        marked[start : start + size]
        for size in _NGRAM_SIZES
        for start in range(len(marked) - size + 1)
    ]
    features = [_slot(f"word {word}", 1.0)]
    if ngrams:
        share = math.sqrt(_NGRAM_WEIGHT / len(ngrams))
        features += [_slot(ngram, share) for ngram in ngrams]
    weights: dict[int, float] = {}
    for index, value in features:
        weights[index] = weights.get(index, 0.0) + value
    return tuple(weights.items())


def _slot(feature: str, weight: float) -> tuple[int, float]:
    digest = int.from_bytes(
        blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "big"
    )
    return (digest >> 1) % DIMENSIONS, weight if digest & 1 else -weight
