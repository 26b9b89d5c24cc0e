"""The rules operators set, in the form the classifier and the router apply them.

Built anew from the rows of folder_rules, platform_config, llm_prompts, military_slang and
curated_entities whenever those may have changed. Never does I/O, and never fails on what an
operator typed: a folder pattern that is no regular expression matches no folder, and is reported in
`complaints`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from services.processor.entities import CuratedNames
from services.processor.lexicon import SIGNAL_WORDS, SPAM_TYPES, SPAM_WORDS, TOPIC_WORDS, TOPICS
from services.processor.text import words

ChannelRule = Literal["archive_all", "selective_archive", "discovery"]
Importance = Literal["high", "medium", "low"]

IMPORTANCE_RANK: dict[str, int] = {"low": 0, "medium": 1, "high": 2}

_CATEGORY_LINE = re.compile(r"^ +([a-z_]+) {2,}(\S.*)$", re.MULTILINE)
_SHORTEST_STEM = 4
_LONGEST_STEM = 16
_ENDING = re.compile(r"(?:ий|ый|ая|ое|ие|а|о|и|і|ы|е|я|ь)$")


@dataclass(frozen=True, slots=True)
class FolderRule:
    """A row of folder_rules."""

    pattern: re.Pattern[str]
    rule: str
    min_importance: str | None


class Vocabulary:
    """Finds the labels (topics, kinds of spam, signals) that the words of a text carry."""

    def __init__(self) -> None:
        self._whole: dict[str, set[str]] = {}
        self._stems: dict[str, set[str]] = {}
        self._phrases: dict[str, set[str]] = {}
        self._labels = lru_cache(maxsize=65_536)(self._look_up)

    def add(self, term: str, label: str) -> None:
        """Add a word, a stem (ending in *) or a phrase of several words."""
        parts = words(term)
        if not parts:
            return
        if len(parts) > 1:
            self._phrases.setdefault(f" {' '.join(parts)} ", set()).add(label)
        elif term.endswith("*"):
            self._stems.setdefault(parts[0][:_LONGEST_STEM], set()).add(label)
        else:
            self._whole.setdefault(parts[0], set()).add(label)

    def find(self, text_words: list[str]) -> dict[str, list[str]]:
        """The words found for each label, each once, in the order of the text."""
        found: dict[str, list[str]] = {}
        for word in dict.fromkeys(text_words):
            for label in self._labels(word):
                found.setdefault(label, []).append(word)
        if self._phrases:
            spaced = f" {' '.join(text_words)} "
            for phrase, labels in self._phrases.items():
                if phrase in spaced:
                    for label in labels:
                        found.setdefault(label, []).append(phrase.strip())
        return found

    def _look_up(self, word: str) -> tuple[str, ...]:
        labels = set(self._whole.get(word, ()))
        for length in range(2, min(len(word), _LONGEST_STEM) + 1):
            labels |= self._stems.get(word[:length], set())
        return tuple(sorted(labels))


@dataclass(frozen=True)
class Rulebook:
    """Everything that decides about a message besides the message itself."""

    folder_rules: tuple[FolderRule, ...] = ()
    spam_filter_enabled: bool = True
    default_min_importance: str = "high"
    topics: frozenset[str] = frozenset(TOPICS)
    spam_types: frozenset[str] = frozenset(SPAM_TYPES)
    prompt_version: str | None = None
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    curated: CuratedNames = field(default_factory=CuratedNames)
    complaints: tuple[str, ...] = ()

    def channel_rule(
        self, folder: str | None, stored: str | None
    ) -> tuple[ChannelRule, Importance]:
        """The rule of a channel and the lowest importance it keeps.

        The folder decides, since channels.rule is a copy made when the channel was last seen, and
        an edit of folder_rules must hold at once. A channel about which nobody has decided is
        watched like a new one.
        """
        for row in self.folder_rules:
            if folder is not None and row.pattern.search(folder):
                return _as_rule(row.rule), _as_importance(
                    row.min_importance or self.default_min_importance
                )
        return _as_rule(stored), _as_importance(self.default_min_importance)


def build(
    *,
    folder_rules: Iterable[Mapping[str, Any]],
    settings: Mapping[str, str | None],
    prompt: Mapping[str, Any] | None,
    slang: Iterable[Mapping[str, Any]],
    curated: CuratedNames,
) -> Rulebook:
    """Make a rulebook of rows as the tables hold them; inactive rows have been left out."""
    instructions = str(prompt["content"]) if prompt else ""
    rules, complaints = _usable(folder_rules)
    return Rulebook(
        folder_rules=rules,
        spam_filter_enabled=settings.get("features.spam_filter_enabled") != "false",
        default_min_importance=settings.get("thresholds.monitoring_min_importance") or "high",
        topics=_named_in(instructions, TOPICS),
        spam_types=_named_in(instructions, SPAM_TYPES),
        prompt_version=str(prompt["version"]) if prompt else None,
        vocabulary=_vocabulary(slang, instructions),
        curated=curated,
        complaints=complaints,
    )


def _usable(
    rows: Iterable[Mapping[str, Any]],
) -> tuple[tuple[FolderRule, ...], tuple[str, ...]]:
    """The rules that can be applied, and what is wrong with others."""
    rules: list[FolderRule] = []
    complaints: list[str] = []
    for row in rows:
        # test is for trying a pattern out.
        if row["rule"] == "test":
            continue
        try:
            pattern = re.compile(row["folder_pattern"])
        except re.error as error:
            complaints.append(f"folder_rules: {row['folder_pattern']!r}: {error}")
        else:
            rules.append(FolderRule(pattern, row["rule"], row["min_importance"]))
    return tuple(rules), tuple(complaints)


def _vocabulary(slang: Iterable[Mapping[str, Any]], instructions: str) -> Vocabulary:
    """Our own words, those of the operators, and those the prompt explains a category with."""
    vocabulary = Vocabulary()
    for label, terms in (TOPIC_WORDS | SPAM_WORDS | SIGNAL_WORDS).items():
        for term in terms.split():
            vocabulary.add(term, label)
    for row in slang:
        _add_slang(vocabulary, row)
    for label, terms in _CATEGORY_LINE.findall(instructions):
        if label in TOPICS or label in SPAM_TYPES:
            for term in terms.split(","):
                vocabulary.add(term, label)
    return vocabulary


def _add_slang(vocabulary: Vocabulary, row: Mapping[str, Any]) -> None:
    """Slang shows its topic and that the message is about the war. Abbreviations do not inflect."""
    term = str(row["term"])
    stem = _ENDING.sub("", term)
    if row["category"] != "abbreviation" and len(stem) >= _SHORTEST_STEM:
        term = f"{stem}*"
    vocabulary.add(term, "relevant")
    if row["topic_hint"] in TOPICS:
        vocabulary.add(term, row["topic_hint"])


def _named_in(instructions: str, categories: tuple[str, ...]) -> frozenset[str]:
    """The categories a prompt offers; all when there is no prompt or it names none."""
    offered = set(re.findall(r"[a-z_]+", instructions))
    return frozenset(c for c in categories if c in offered) or frozenset(categories)


def _as_rule(value: str | None) -> ChannelRule:
    match value:
        case "archive_all" | "selective_archive":
            return value
        case _:
            return "discovery"


def _as_importance(value: str) -> Importance:
    match value:
        case "low" | "medium":
            return value
        case _:
            return "high"
