"""Normalising, hashing and the language of texts."""

import pytest

from services.processor.text import content_hash, detect_language, words


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Сьогодні вночі ворог завдав удару по місту.", "uk"),
        ("Ракета прилетіла в склад, і все горить", "uk"),
        ("Сегодня утром ВСУ нанесли удар по складу боеприпасов", "ru"),
        ("Под Бахмутом задымление после прилёта", "ru"),
        ("Мы продвинулись, но в районе Куп'янська без изменений", "ru"),
        ("Russian forces advanced near the river overnight", "en"),
        ("The 47-ма бригада was seen in the area of fighting", "en"),
        ("Удар 5", None),
        ("123 🔥🔥", None),
        ("", None),
        ("Danke schön für alles", None),
    ],
)
def test_the_language_of_a_text(text: str, language: str | None) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "copy", ["ВИБУХ у  Києві", " вибух у києві\n", "вибух\u00a0у києві", "вибух у києві"]
)
def test_copies_have_the_same_hash(copy: str) -> None:
    assert content_hash(copy) == content_hash("Вибух у Києві")


def test_other_texts_have_other_hashes() -> None:
    assert content_hash("5 поранених") != content_hash("6 поранених")


@pytest.mark.parametrize("text", [None, "", " \n\t"])
def test_no_text_is_nobodys_copy(text: str | None) -> None:
    assert content_hash(text) is None


def test_words_keep_inner_apostrophes_and_hyphens() -> None:
    assert words("П’ять БПЛА-камікадзе, «ще» прилёт!") == [
        "п'ять",
        "бпла-камікадзе",
        "ще",
        "прилет",
    ]
