"""The gazetteer matcher.

Must never use more places than a reader can check.
"""

from decimal import Decimal

import pytest

from services.enrichment.gazetteer import AMBIGUOUS, EXACT, INFLECTED, Gazetteer, Place


def place(key: int, *names: str, population: int = 0) -> Place:
    return Place(key, Decimal(48), Decimal(38), population, names)


PLACES = [
    place(1, "Bakhmut", "Бахмут", "Артемівськ", population=70_000),
    place(2, "Kyiv", "Київ", population=2_900_000),
    place(3, "Odesa", "Одеса", population=1_000_000),
    place(4, "Velyka Novosilka", "Велика Новосілка"),
    place(5, "Novosilka", "Новосілка"),
    place(6, "Novosilka", "Новосілка", population=900),
    place(7, "Sloviansk", "Слов'янськ"),
    place(8, "Yar", "Яр"),
]
GAZETTEER = Gazetteer(PLACES)


def found(text: str) -> list[tuple[str, int, float]]:
    return [(m.surface, m.place.id, m.confidence) for m in GAZETTEER.find(text)]


def test_a_name_is_found_as_it_is_written() -> None:
    assert found("Strike on BAKHMUT today") == [("BAKHMUT", 1, EXACT)]


@pytest.mark.parametrize("form", ["Бахмуту", "Бахмутом", "Бахмуті", "Бахмуте"])
def test_case_endings_are_taken_off(form: str) -> None:
    assert found(f"Удар по {form}.") == [(form, 1, INFLECTED)]
    assert found("в Одесі")[0][1] == 3


def test_other_words_with_the_same_beginning_are_not_places() -> None:
    assert found("Бахмутівський напрямок, Одесит") == []


def test_a_name_without_a_capital_letter_is_a_word() -> None:
    assert found("бахмут") == []


def test_the_longest_name_wins() -> None:
    assert found("Велика Новосілка під вогнем") == [("Велика Новосілка", 4, EXACT)]


def test_of_places_of_one_name_the_larger_wins() -> None:
    assert found("Новосілка") == [("Новосілка", 6, AMBIGUOUS)]


def test_a_place_is_found_once_with_its_first_spelling() -> None:
    assert found("Bakhmut (Бахмут, Артемівськ)") == [("Bakhmut", 1, EXACT)]


def test_apostrophes_are_all_the_same() -> None:
    assert found("Слов’янськ")[0][1] == 7


def test_names_too_short_to_trust_are_left_out() -> None:
    assert found("Яр") == []


def test_an_empty_gazetteer_finds_nothing() -> None:
    assert Gazetteer(()).find("Київ") == []
