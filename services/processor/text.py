"""Read a text as letters: normalise and hash it, cut it into words, tell its language.

Never does I/O and never depends on the clock, on chance or on earlier calls: the same text gives
the same answer in every worker, since copies of a message are recognised by their hash across
channels and years.
"""

import hashlib
import re
import unicodedata

_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "ё": "е"})

_UKRAINIAN_LETTERS = re.compile(r"[іїєґ]")
_RUSSIAN_LETTERS = re.compile(r"[ыэёъ]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")

_ENOUGH_LETTERS = 20

_UKRAINIAN_WORDS = """
    та що це як але його вона вони ми був була було були немає також який яка яке які після під час
    через щодо проте зараз тут там коли де якщо або вже ще лише тільки й у в з зі із до від буде
    можна треба нас вас них цього бо чи"""
_RUSSIAN_WORDS = """
    и что это как но его она они мы был была было были нет также который которая которые после под
    время через относительно однако сейчас здесь там когда где если или уже еще только с со к из от
    в у будет можно надо нас вас них этого потому ли"""
_ENGLISH_WORDS = """
    the a an and or of to in on at by for from with is are was were be been has have had this that
    it its as not but after before near will"""

# Words of both lists say nothing about which of the two languages it is.
_ONLY_UKRAINIAN = frozenset(_UKRAINIAN_WORDS.split()) - frozenset(_RUSSIAN_WORDS.split())
_ONLY_RUSSIAN = frozenset(_RUSSIAN_WORDS.split()) - frozenset(_UKRAINIAN_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())


def normalise(text: str) -> str:
    """One spelling for texts that differ only in case, spacing or the Unicode form of a letter."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def content_hash(text: str | None) -> str | None:
    """SHA-256 in hex of the normalised text; None when there is no text that could be a copy."""
    normalised = normalise(text or "")
    return hashlib.sha256(normalised.encode()).hexdigest() if normalised else None


def words(text: str) -> list[str]:
    """The words of a text in lower case; inner apostrophes and hyphens belong to a word."""
    return _WORD.findall(text.casefold().translate(_APOSTROPHES))


def detect_language(text: str) -> str | None:
    """ISO 639-1 code uk, ru or en; None when the text does not tell."""
    lowered = text.casefold()
    cyrillic = len(_CYRILLIC.findall(lowered))
    latin = len(_LATIN.findall(lowered))
    found = words(text)
    if cyrillic < latin:
        return "en" if any(word in _ENGLISH for word in found) else None
    ukrainian = len(_UKRAINIAN_LETTERS.findall(lowered))
    russian = len(_RUSSIAN_LETTERS.findall(lowered))
    # A stop word weighs more than a letter: one Ukrainian name in a Russian report is common.
    ukrainian += 3 * sum(word in _ONLY_UKRAINIAN for word in found)
    russian += 3 * sum(word in _ONLY_RUSSIAN for word in found)
    if ukrainian == russian:
        # i is so common in Ukrainian that a longer text without it is Russian.
        return "ru" if ukrainian == 0 and cyrillic >= _ENOUGH_LETTERS else None
    return "uk" if ukrainian > russian else "ru"
