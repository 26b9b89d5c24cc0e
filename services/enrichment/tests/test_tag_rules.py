"""The tag rules.

Must never depend on the order in which a set or a dict happens to be.
"""

from services.enrichment.tag_rules import LONGEST_TAG, Tag, tags_of


def names(text: str, kind: str = "keyword") -> list[str]:
    return [tag.tag for tag in tags_of(text) if tag.tag_type == kind]


def test_words_of_three_languages_give_the_same_keyword() -> None:
    for text in ("Збито шахеди", "Сбиты шахеды", "Shahed drones shot down"):
        assert "drone" in names(text)


def test_the_beginning_of_another_word_is_no_keyword() -> None:
    assert names("Powerful mostly jetty") == []
    assert names("Міст зруйновано") == ["bridge"]
    assert names("Містами області") == []


def test_hashtags_are_keywords_in_lower_case() -> None:
    assert names("Новини #Бахмут #Бахмут #UkraineWar") == ["бахмут", "ukrainewar"]


def test_the_topic_of_the_classifier_wins_over_a_vote() -> None:
    assert Tag("casualties", "topic", None) in tags_of("Drones and tanks", topic="casualties")
    assert names("Drones and tanks", "topic") == ["equipment"]


def test_entities_come_from_matches_and_from_the_processor_once() -> None:
    tags = tags_of(
        "x", entities={"units": ["72nd Brigade"], "count": 3}, matches=[("72ND  brigade", 1.0)]
    )
    assert tags == [Tag("72nd brigade", "entity", 1.0)]


def test_urgency_is_said_by_the_text() -> None:
    assert names("ТЕРМІНОВО! Тривога", "urgency") == ["urgent"]


def test_a_message_without_text_or_judgement_has_no_tags() -> None:
    assert tags_of(None) == []


def test_tags_fit_their_column_and_hold_no_blanks_at_the_ends() -> None:
    long = "#" + "а" * 500
    assert all(
        0 < len(tag.tag) <= LONGEST_TAG for tag in tags_of(long, entities={"x": ["  ", "b "]})
    )
