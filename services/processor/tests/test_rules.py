"""What the rules decide: classification, names and routes, by tables of examples."""

from typing import Any

import pytest

from services.processor.classify import Classification, classify
from services.processor.entities import CuratedNames, extract
from services.processor.intake import MAX_TEXT, MalformedMessageError, QueuedMessage
from services.processor.routing import route
from services.processor.rulebook import ChannelRule, Importance, Rulebook, build

PROMPT = {
    "version": 7,
    "content": """
   financial     cryptocurrency, betting
   promotional   advertising for goods
   off_topic     horoscopes, celebrity news
   forwarding    a bare invitation to join
   fundraising   a call for donations
   combat          strikes, shelling, hand-to-hand combat
   equipment casualties movements infrastructure humanitarian diplomatic intelligence propaganda
   units locations general uncertain
""",
}
SLANG = [
    {"term": "двохсотий", "category": "slang", "topic_hint": "casualties"},
    {"term": "бавовна", "category": "slang", "topic_hint": "combat"},
    {"term": "ППО", "category": "abbreviation", "topic_hint": "equipment"},
    {"term": "за поребрик", "category": "slang", "topic_hint": "movements"},
]


def rulebook(**changes: Any) -> Rulebook:
    rows: dict[str, Any] = {
        "folder_rules": [
            {"folder_pattern": "[", "rule": "archive_all", "min_importance": None},
            {"folder_pattern": "^Mon", "rule": "test", "min_importance": None},
            {"folder_pattern": "^Archive", "rule": "archive_all", "min_importance": None},
            {"folder_pattern": "^Monitor", "rule": "selective_archive", "min_importance": "medium"},
        ],
        "settings": {},
        "prompt": PROMPT,
        "slang": SLANG,
        "curated": CuratedNames(),
    }
    return build(**(rows | changes))


@pytest.mark.parametrize(
    ("text", "topic", "importance", "relevant"),
    [
        ("Сьогодні вночі ракетний удар по місту Харків, вибухи", "combat", "high", True),
        ("Сегодня ночью взрывы в районе Белгорода, 3 попадания", "combat", "high", True),
        ("Missile strike on Odesa overnight, 4 explosions", "combat", "high", True),
        ("Є двохсоті, загинуло багато", "casualties", "medium", True),
        ("Бавовну чути", "combat", "low", True),
        ("ППО працює", "equipment", "low", True),
        ("Пішли за поребрик", "movements", "low", True),
        ("They won in hand-to-hand combat", "combat", "low", True),
        ("Президент заявив про санкції 12.03.2025", "diplomatic", "medium", True),
        ("Слава Україні!", "general", "low", True),
        ("Доброго ранку", "uncertain", "low", True),
        ("Сегодня я испекла вкусный пирог с яблоками и корицей", "uncertain", "low", False),
    ],
)
def test_topic_importance_and_relevance(
    text: str, topic: str, importance: str, relevant: bool
) -> None:
    verdict = classify(text, rulebook())
    assert not verdict.is_spam
    assert (verdict.osint_topic, verdict.importance_level, verdict.is_ukraine_relevant) == (
        topic,
        importance,
        relevant,
    )


@pytest.mark.parametrize(
    ("text", "spam_type"),
    [
        ("Заробіток на крипті без вкладень! Прибуток щодня", "financial"),
        ("Ставки на спорт, казино, промокод внутри", "financial"),
        ("Скидки и распродажа в нашем магазине, доставка", "promotional"),
        ("Гороскоп на завтра: овнам не варто поспішати", "off_topic"),
        ("Подписывайся https://t.me/+AbCdEf и пересылай друзьям", "forwarding"),
        ("Збір на дрони! Картка 4441 1144 0000 0000, донат", "fundraising"),
        ("Вночі збито 5 дронів над Харковом. Картка 4441 1144 0000 0000", None),
        ("Обстріл Херсона, двоє поранених. Підписуйся на t.me/+AbCdEf", None),
        ("Доброго ранку", None),
    ],
)
def test_spam_and_reports_that_only_look_like_it(text: str, spam_type: str | None) -> None:
    verdict = classify(text, rulebook())
    assert (verdict.is_spam, verdict.spam_type) == (spam_type is not None, spam_type)


def test_the_spam_filter_can_be_switched_off() -> None:
    off = rulebook(settings={"features.spam_filter_enabled": "false"})
    assert not classify("Казино, крипта, ставки", off).is_spam


def test_a_topic_the_prompt_does_not_offer_is_not_chosen() -> None:
    narrow = rulebook(prompt={"version": 8, "content": "one of equipment, general"})
    assert classify("Вибухи, удар, дрон", narrow).osint_topic == "equipment"


@pytest.mark.parametrize(
    ("folder", "stored", "expected"),
    [
        ("Archive UA", None, ("archive_all", "high")),
        ("Monitor UA", "archive_all", ("selective_archive", "medium")),
        ("Other", "archive_all", ("archive_all", "high")),
        (None, "selective_archive", ("selective_archive", "high")),
        (None, None, ("discovery", "high")),
    ],
)
def test_the_first_folder_rule_that_matches_decides(
    folder: str | None, stored: str | None, expected: tuple[str, str]
) -> None:
    assert rulebook().channel_rule(folder, stored) == expected


def test_a_pattern_that_is_no_regular_expression_is_reported() -> None:
    assert len(rulebook().complaints) == 1


def verdict_with(**changes: Any) -> Classification:
    plain: dict[str, Any] = {
        "language_detected": "uk",
        "is_spam": False,
        "spam_type": None,
        "spam_confidence": 0.0,
        "is_ukraine_relevant": True,
        "osint_topic": "combat",
        "importance_level": "medium",
        "confidence": 0.9,
        "reasoning": "",
    }
    return Classification(**(plain | changes))


@pytest.mark.parametrize(
    ("changes", "rule", "least", "reason"),
    [
        ({}, "selective_archive", "medium", None),
        ({}, "selective_archive", "high", "low_confidence"),
        ({}, "discovery", "high", None),
        ({"importance_level": "low"}, "archive_all", "high", None),
        ({"is_spam": True, "spam_type": "financial"}, "selective_archive", "high", None),
        ({"spam_confidence": 60.0}, "selective_archive", "low", "spam_suspected"),
        ({"spam_confidence": 60.0}, "archive_all", "low", None),
        ({"is_ukraine_relevant": False}, "discovery", "low", "off_topic"),
        ({"is_ukraine_relevant": False}, "archive_all", "low", None),
        ({"confidence": 0.2}, "discovery", "low", "low_confidence"),
    ],
)
def test_routes(
    changes: dict[str, Any], rule: ChannelRule, least: Importance, reason: str | None
) -> None:
    assert route(verdict_with(**changes), rule, least).reason == reason


@pytest.mark.parametrize(
    ("text", "kind", "names"),
    [
        ("#Харків і #Kyiv_2024, але не #1", "hashtags", ["Харків", "Kyiv_2024"]),
        ("Від @DeepStateUA, пошта a@example.com", "mentions", ["DeepStateUA"]),
        ("Джерело: https://t.me/s/x?y=1 (див.)", "links", ["https://t.me/s/x?y=1"]),
        ("Точка 49.98321, 36.25214 на мапі", "coordinates", ["49.98321, 36.25214"]),
        ("47-ма окрема механізована бригада", "units", ["47-ма окрема механізована бригада"]),
        ("the 3rd assault brigade", "units", ["3rd assault brigade"]),
        ("92 окрема бригада", "units", ["92 окрема бригада"]),
        ("уничтожен Т-72 и Су-34, HIMARS", "equipment", ["Т-72", "Су-34", "HIMARS"]),
    ],
)
def test_names_are_extracted(text: str, kind: str, names: list[str]) -> None:
    assert extract(text).get(kind, []) == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the leopard 2 moved", [(1, "exact_name")]),
        ("Леопард 2А4", []),
        ("Леопард 2, #Leopard2", [(1, "alias")]),
        ("#leopard_2", [(1, "hashtag")]),
        ("leopard", []),
        ("крейсер «Москва» і Leopard 2", [(1, "exact_name"), (2, "exact_name")]),
    ],
)
def test_curated_names_match_as_whole_words(text: str, expected: list[tuple[int, str]]) -> None:
    names = CuratedNames([(1, "Leopard 2", ["Леопард 2"]), (2, "Москва", []), (3, "X", [])])
    assert [(m.entity_id, m.match_type) for m in names.find(text)] == expected


def queued(**changes: Any) -> QueuedMessage:
    plain: dict[str, Any] = {
        "id": 1,
        "attempts": 1,
        "telegram_channel_id": -100_1,
        "message_id": 1,
        "content": "text",
        "media_type": None,
        "taken_at": 1.8e9,
        "posted_at": 1.7e9,
        "views": None,
        "forwards": None,
        "replied_to_message_id": None,
        "forward_from_channel_id": None,
        "forward_from_message_id": None,
        "forwarded_at": None,
        "has_payload": False,
    }
    return QueuedMessage(**(plain | changes))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"content": None, "media_type": "photo"},
        {"content": "", "has_payload": True},
        {"forward_from_channel_id": 3},
        {"forward_from_channel_id": 3, "forwarded_at": 1.7e9},
        {"content": "x" * MAX_TEXT},
        {"posted_at": 1.8e9 + 60},
    ],
)
def test_a_possible_message_passes(changes: dict[str, Any]) -> None:
    queued(**changes).check()


@pytest.mark.parametrize(
    "changes",
    [
        {"posted_at": float("inf")},
        {"posted_at": float("-inf")},
        {"posted_at": 0.0},
        {"posted_at": 1.8e9 + 100_000},
        {"forwarded_at": 1.75e9},
        {"forward_from_message_id": 3},
        {"replied_to_message_id": 1},
        {"message_id": 0},
        {"telegram_channel_id": 0},
        {"views": -1},
        {"forwards": -1},
        {"content": None},
        {"content": "x" * (MAX_TEXT + 1)},
    ],
)
def test_an_impossible_message_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(MalformedMessageError):
        queued(**changes).check()
