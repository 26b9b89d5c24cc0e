"""Names in a text: those that show themselves by their form, and those of the curated lists.

Never does I/O and never guesses: a curated name matches as whole words, without regard to case.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_KINDS = {
    "hashtags": re.compile(r"(?<!\w)#(\w*[^\W\d_]\w*)"),
    "mentions": re.compile(r"(?<![\w/@.])@([A-Za-z]\w{3,31})"),
    "links": re.compile(r"(?:https?://|t\.me/)[^\s<>\"')\]]+"),
    "coordinates": re.compile(r"(?<![\d.])-?\d{1,2}\.\d{3,8},? +-?\d{1,3}\.\d{3,8}(?![\d.])"),
    "units": re.compile(
        r"(?<!\w)\d{1,3}(?:-?[^\W\d_]{1,3})? (?:[\w-]+ ){0,2}?"
        r"(?:бригад|батальйон|батальон|полк|дивізі|дивизи|brigade|battalion|regiment|division)\w*",
        re.IGNORECASE,
    ),
    "equipment": re.compile(
        r"(?<![\w-])(?:(?:Т|T|БМП|БТР|Су|Su|МіГ|Миг|МиГ|MiG|Ка|Ka|Мі|Ми|Mi|Х|Kh|Ту|Tu|С|S|M|ФАБ|КАБ"
        r"|Shahed|Шахед|Герань|Geran|Leopard|Леопард)[- ]?\d{1,4}\w?"
        r"|HIMARS|ATACMS|Patriot|Bradley|Abrams|Storm Shadow|Javelin)(?!\w)"
    ),
}
_MOST_PER_KIND = 50
_SHORTEST_NAME = 3
_CONTEXT = 60
_TOKEN = re.compile(r"#?[^\W_](?:[\w'’ʼ-]*\w)?")
_STRENGTH = {"exact_name": 0, "alias": 1, "hashtag": 2}


def extract(text: str) -> dict[str, list[str]]:
    """What messages.entities holds: the names of each kind, in the order of the text, each once."""
    found: dict[str, list[str]] = {}
    for kind, pattern in _KINDS.items():
        names = list(dict.fromkeys(pattern.findall(text)))[:_MOST_PER_KIND]
        if names:
            found[kind] = names
    return found


@dataclass(frozen=True, slots=True)
class EntityMatch:
    """A curated entity in a text, as message_entities stores it."""

    entity_id: int
    match_type: str
    context_snippet: str


class CuratedNames:
    """The names and aliases of curated_entities, found in a text in one pass over its words."""

    def __init__(self, entities: Iterable[tuple[int, str, Iterable[str]]] = ()) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], int, str]]] = {}
        self._by_hashtag: dict[str, int] = {}
        for entity_id, name, aliases in entities:
            self._add(entity_id, name, "exact_name")
            for alias in aliases:
                self._add(entity_id, alias, "alias")

    def _add(self, entity_id: int, name: str, match_type: str) -> None:
        tokens = tuple(token for token, _, _ in _tokens(name))
        if sum(map(len, tokens)) < _SHORTEST_NAME:
            return
        self._by_first_word.setdefault(tokens[0], []).append((tokens, entity_id, match_type))
        self._by_hashtag.setdefault(_joined(tokens), entity_id)

    def find(self, text: str) -> list[EntityMatch]:
        """Each entity once, by its strongest kind of match, in the order of their ids."""
        best: dict[int, tuple[int, str, int, int]] = {}
        tokens = list(_tokens(text))
        for i, (token, start, end) in enumerate(tokens):
            if token.startswith("#"):
                tagged = self._by_hashtag.get(_joined((token[1:],)))
                if tagged is not None:
                    _keep_strongest(best, tagged, "hashtag", start, end)
                continue
            for name, entity_id, match_type in self._by_first_word.get(token, ()):
                last = i + len(name) - 1
                if last < len(tokens) and all(
                    tokens[i + k][0] == name[k] for k in range(1, len(name))
                ):
                    _keep_strongest(best, entity_id, match_type, start, tokens[last][2])
        return [
            EntityMatch(entity_id, match_type, _snippet(text, start, end))
            for entity_id, (_, match_type, start, end) in sorted(best.items())
        ]


def _keep_strongest(
    best: dict[int, tuple[int, str, int, int]],
    entity_id: int,
    match_type: str,
    start: int,
    end: int,
) -> None:
    strength = _STRENGTH[match_type]
    if entity_id not in best or strength < best[entity_id][0]:
        best[entity_id] = (strength, match_type, start, end)


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _TOKEN.finditer(text):
        yield (
            match.group().casefold().replace("’", "'").replace("ʼ", "'"),
            match.start(),
            match.end(),
        )


def _joined(tokens: tuple[str, ...]) -> str:
    """A name as a hashtag spells it: without spaces, hyphens and underscores."""
    return "".join(tokens).replace("-", "").replace("_", "")


def _snippet(text: str, start: int, end: int) -> str:
    return " ".join(text[max(0, start - _CONTEXT) : end + _CONTEXT].split())
