"""What each task writes, and that it writes it once.

Must never test two tasks that do not need each other in one test.
"""

from datetime import timedelta

import pytest

from services.enrichment.authors import AUTHORS
from services.enrichment.channel_interactions import CHANNEL_INTERACTIONS
from services.enrichment.embed_messages import EmbedMessages
from services.enrichment.embedding import MODEL, embed
from services.enrichment.engagement import ENGAGEMENT
from services.enrichment.forwards import FORWARDS
from services.enrichment.locations import LocateMessages
from services.enrichment.mention_counts import MENTION_COUNTS
from services.enrichment.quarantine_expiry import QUARANTINE_EXPIRY
from services.enrichment.queue_cleanup import QUEUE_CLEANUP
from services.enrichment.replies import REPLIES
from services.enrichment.search_vectors import EVENTS, MESSAGES, NEWS
from services.enrichment.tag_statistics import TAG_STATISTICS
from services.enrichment.tagging import TagMessages
from services.enrichment.tests.conftest import POSTED, Archive, Finish
from services.enrichment.walk import MessageWalk


@pytest.fixture(autouse=True)
def _sweep_first() -> None:
    """Walks that modules share begin each test as in a new process."""
    walks: list[MessageWalk] = [MESSAGES, AUTHORS, REPLIES, FORWARDS, ENGAGEMENT]
    for walk in walks:
        walk.sweep_soon()


async def test_embedding_fills_texts_and_leaves_spam_and_the_textless(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    text = await archive.message(channel, "Вибух у Бахмуті")
    await archive.message(channel, "Buy now", is_spam=True)
    for nothing in (None, "", " \n"):
        await archive.message(channel, nothing)
    assert await finish(EmbedMessages(2)) == 1
    [(key, vector, model)] = await archive.rows(
        "SELECT id, content_embedding, embedding_model FROM messages"
        " WHERE content_embedding IS NOT NULL"
    )
    assert (key, model) == (text, MODEL)
    assert vector == pytest.approx(embed("Вибух у Бахмуті"), abs=1e-6)
    assert await finish(EmbedMessages(2)) == 0


async def test_embedding_keeps_the_vector_of_another_model(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    await archive.message(
        channel, "text", content_embedding=[1.0] + [0.0] * 383, embedding_model="all-minilm"
    )
    await finish(EmbedMessages(64))
    assert await archive.value("SELECT embedding_model FROM messages") == "all-minilm"


async def test_tagging_writes_tags_of_text_topic_and_entities(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    message = await archive.message(
        channel, "Shahed over #Odesa", osint_topic="combat", entities={"units": ["72 ОМБр"]}
    )
    await archive.execute(
        """
        WITH known AS (
            INSERT INTO curated_entities (entity_type, name, source_reference, content_hash)
            VALUES ('equipment', 'Shahed-136', 'test', 'x') RETURNING id)
        INSERT INTO message_entities (message_id, entity_id, similarity_score, match_type)
        SELECT :message, id, 1, 'alias' FROM known
        """,
        message=message,
    )
    await finish(TagMessages())
    tags = set(await archive.rows("SELECT tag, tag_type, generated_by FROM message_tags"))
    assert tags == {
        ("drone", "keyword", "tag_rules_v1"),
        ("odesa", "keyword", "tag_rules_v1"),
        ("combat", "topic", "tag_rules_v1"),
        ("shahed-136", "entity", "tag_rules_v1"),
        ("72 омбр", "entity", "tag_rules_v1"),
    }
    assert await finish(TagMessages()) == 0


async def test_tagging_leaves_spam_and_what_is_tagged(archive: Archive, finish: Finish) -> None:
    channel = await archive.channel()
    await archive.message(channel, "Drone", is_spam=True)
    tagged = await archive.message(channel, "Drone")
    await archive.execute(
        "INSERT INTO message_tags (message_id, tag, tag_type, generated_by)"
        " VALUES (:id, 'by hand', 'keyword', 'operator')",
        id=tagged,
    )
    assert await finish(TagMessages()) == 0


async def test_tag_statistics_follow_new_and_deleted_tags(archive: Archive, finish: Finish) -> None:
    channel = await archive.channel()
    one = await archive.message(channel, "Drone and bridge")
    await archive.message(channel, "Drone")
    await finish(TagMessages())
    await finish(TAG_STATISTICS)
    query = "SELECT tag, usage_count, avg_confidence FROM tag_stats WHERE tag_type = 'keyword'"
    counts = {tag: (count, float(mean)) for tag, count, mean in await archive.rows(query)}
    assert counts == {"drone": (2, 0.8), "bridge": (1, 0.8)}
    assert await finish(TAG_STATISTICS) == 0
    await archive.execute("DELETE FROM messages WHERE id = :id", id=one)
    await finish(TAG_STATISTICS)
    assert {tag: count for tag, count, _ in await archive.rows(query)} == {"drone": 1}


async def test_missing_search_vectors_are_filled_by_the_triggers(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    async with archive.sessions.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        await connection.exec_driver_sql(
            "INSERT INTO messages (message_id, channel_id, content, telegram_date)"
            f" VALUES (1, {channel}, 'Harbour', now()), (2, {channel}, NULL, now())"
        )
        await connection.exec_driver_sql(
            "INSERT INTO events (title) VALUES ('Strike on a harbour')"
        )
        await connection.exec_driver_sql(
            "INSERT INTO external_news (title, url, url_hash, published_at)"
            " VALUES ('Harbour', 'u', 'h', now())"
        )
    assert await finish(MESSAGES) == 2
    assert (await finish(EVENTS), await finish(NEWS)) == (1, 1)
    query = "SELECT search_vector::text FROM {} ORDER BY id"
    assert await archive.rows(query.format("messages")) == [("'harbour':1A",), ("",)]
    assert "'harbour'" in await archive.value(query.format("events"))
    assert (await finish(MESSAGES), await finish(EVENTS), await finish(NEWS)) == (0, 0, 0)


async def test_replies_are_linked_also_when_the_parent_comes_later(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    other = await archive.channel(1002)
    await archive.message(other, "not this", message_id=10)
    early = await archive.message(channel, "r", message_id=11, replied_to_message_id=10)
    assert await finish(REPLIES) == 0
    parent = await archive.message(channel, "p", message_id=10)
    late = await archive.message(
        channel, "r", message_id=12, replied_to_message_id=10, author_user_id=7
    )
    REPLIES.sweep_soon()
    assert await finish(REPLIES) == 2
    rows = await archive.rows(
        "SELECT parent_message_id, reply_message_id, reply_to_msg_id, discussion_group_id,"
        " author_user_id FROM message_replies ORDER BY reply_message_id"
    )
    assert rows == [(parent, early, 10, None, None), (parent, late, 10, None, 7)]


async def test_replies_in_a_discussion_group_name_the_group(
    archive: Archive, finish: Finish
) -> None:
    await archive.channel(1001, discussion_group_id=2002)
    group = await archive.channel(2002, type="megagroup")
    await archive.message(group, "p", message_id=1)
    await archive.message(group, "r", message_id=2, replied_to_message_id=1)
    await finish(REPLIES)
    assert await archive.value("SELECT discussion_group_id FROM message_replies") == 2002


async def test_forwards_link_both_sides_with_their_delay(archive: Archive, finish: Finish) -> None:
    source, target = await archive.channel(1001), await archive.channel(1002)
    original = await archive.message(source, "o", message_id=5, telegram_date=POSTED)
    values = {"forward_from_channel_id": 1001, "forward_date": POSTED}
    copy = await archive.message(
        target,
        "o",
        forward_from_message_id=5,
        telegram_date=POSTED + timedelta(seconds=90),
        **values,
    )
    await archive.message(target, "gone", forward_from_message_id=6, **values)
    assert await finish(FORWARDS) == 1
    rows = await archive.rows(
        "SELECT original_message_id, forwarded_message_id, forward_from_id, forward_from_name,"
        " propagation_seconds FROM message_forwards"
    )
    assert rows == [(original, copy, 1001, "channel 1001", 90)]
    FORWARDS.sweep_soon()
    assert await finish(FORWARDS) == 0


async def test_a_forward_from_another_millennium_fits(archive: Archive, finish: Finish) -> None:
    source, target = await archive.channel(1001), await archive.channel(1002)
    await archive.message(source, "o", message_id=5, telegram_date=POSTED.replace(year=1))
    await archive.message(
        target,
        "o",
        forward_from_channel_id=1001,
        forward_from_message_id=5,
        forward_date=POSTED.replace(year=1),
    )
    await finish(FORWARDS)
    await finish(CHANNEL_INTERACTIONS)
    assert await archive.value("SELECT propagation_seconds FROM message_forwards") == 2**31 - 1


async def test_channel_interactions_are_counted_anew(archive: Archive, finish: Finish) -> None:
    source, target = await archive.channel(1001), await archive.channel(1002)
    for seconds, topic, is_spam in (
        (30, "combat", False),
        (7170, "combat", False),
        (1, "combat", True),
        (None, None, False),
    ):
        await archive.message(
            target,
            "f",
            telegram_date=POSTED,
            forward_from_channel_id=1001,
            forward_date=None if seconds is None else POSTED - timedelta(seconds=seconds),
            osint_topic=topic,
            is_spam=is_spam,
        )
    await archive.message(source, "own", forward_from_channel_id=1001)
    await finish(CHANNEL_INTERACTIONS)
    query = (
        "SELECT from_channel_id, to_channel_id, forward_count, avg_forward_delay_hours::float,"
        " synchronized_forwards, topic_distribution FROM channel_interactions"
    )
    assert await archive.rows(query) == [(source, target, 3, 1.0, 1, {"combat": 2})]
    assert await finish(CHANNEL_INTERACTIONS) == 0
    await archive.execute("DELETE FROM messages WHERE channel_id = :id", id=target)
    await finish(CHANNEL_INTERACTIONS)
    assert await archive.rows(query) == []


async def test_authors_get_a_row_and_a_count(archive: Archive, finish: Finish) -> None:
    channel = await archive.channel()
    first = await archive.message(channel, "a", author_user_id=7, telegram_date=POSTED)
    later = POSTED + timedelta(days=1)
    await archive.message(channel, "b", author_user_id=7, telegram_date=later)
    await archive.message(channel, "c", author_user_id=8)
    await archive.execute(
        "INSERT INTO telegram_users (telegram_id, username, interaction_count)"
        " VALUES (8, 'known', 50)"
    )
    await archive.execute(
        "INSERT INTO message_comments (parent_message_id, comment_id, author_user_id,"
        " telegram_date) VALUES (:id, 1, 7, now())",
        id=first,
    )
    await finish(AUTHORS)
    rows = await archive.rows(
        "SELECT telegram_id, username, interaction_count FROM telegram_users ORDER BY telegram_id"
    )
    assert rows == [(7, None, 3), (8, "known", 50)]
    seen = "SELECT first_seen, last_seen FROM telegram_users WHERE telegram_id = 7"
    assert await archive.rows(seen) == [(POSTED, later)]
    AUTHORS.sweep_soon()
    assert await finish(AUTHORS) == 0


async def test_each_poll_gives_one_snapshot_with_its_deltas(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    message = await archive.message(
        channel, "m", views=200, forwards=4, comments_count=1, last_engagement_poll=POSTED
    )
    await archive.message(channel, "never polled", views=5)
    await archive.execute(
        "INSERT INTO message_reactions (message_id, emoji, count) VALUES (:id, 'x', 5)", id=message
    )
    assert await finish(ENGAGEMENT) == 1
    await archive.execute(
        "UPDATE messages SET views = 300, forwards = 10, last_engagement_poll = :at WHERE id = :id",
        at=POSTED + timedelta(hours=2),
        id=message,
    )
    for written in (1, 0):
        ENGAGEMENT.sweep_soon()
        assert await finish(ENGAGEMENT) == written
    rows = await archive.rows(
        "SELECT views_count, views_delta, forwards_delta, reactions_count, reactions_delta,"
        " propagation_rate::float, engagement_rate::float FROM message_engagement_timeline"
        " ORDER BY snapshot_at"
    )
    assert rows == [(200, 0, 0, 5, 0, None, 5.0), (300, 100, 6, 5, 0, 3.0, 5.33)]


async def test_an_engagement_rate_without_views_is_not_known(
    archive: Archive, finish: Finish
) -> None:
    channel = await archive.channel()
    await archive.message(channel, "m", forwards=9, last_engagement_poll=POSTED)
    await archive.message(channel, "m", views=1, forwards=10**9, last_engagement_poll=POSTED)
    await finish(ENGAGEMENT)
    rates = await archive.rows(
        "SELECT engagement_rate::float FROM message_engagement_timeline ORDER BY id"
    )
    assert rates == [(None,), (999.99,)]


async def add_place(archive: Archive, name: str, local: str) -> None:
    await archive.execute(
        "INSERT INTO location_gazetteer (name_primary, name_local, latitude, longitude,"
        " country_code) VALUES (:name, :local, 48.5957, 38.0003, 'UA')",
        name=name,
        local=local,
    )


async def test_places_are_found_as_soon_as_the_gazetteer_has_them(
    archive: Archive, finish: Finish
) -> None:
    task = LocateMessages()
    channel = await archive.channel()
    message = await archive.message(channel, "Удар по Бахмуту та Bakhmut, потім Лиман")
    await archive.message(channel, None)
    assert await finish(task) == 0
    await add_place(archive, "Bakhmut", "Бахмут")
    assert await finish(task) == 1
    rows = await archive.rows(
        "SELECT message_id, location_name, latitude::float, extraction_method, confidence::float"
        " FROM message_locations"
    )
    assert rows == [(message, "Бахмуту", 48.5957, "gazetteer", 0.7)]
    assert await finish(task) == 0
    await add_place(archive, "Lyman", "Лиман")
    other = await archive.message(channel, "Лиман")
    assert await finish(task) == 1
    assert await archive.value("SELECT max(message_id) FROM message_locations") == other


async def test_mentions_are_counted_anew(archive: Archive, finish: Finish) -> None:
    message = await archive.message(await archive.channel(), "m")
    await archive.execute(
        "INSERT INTO opensanctions_entities (opensanctions_id, entity_type, name, mention_count)"
        " VALUES ('a', 'Person', 'A', 0), ('b', 'Person', 'B', 9)"
    )
    await archive.execute(
        "INSERT INTO opensanctions_message_entities (message_id, entity_id, match_method)"
        " SELECT :id, id, 'manual' FROM opensanctions_entities WHERE opensanctions_id = 'a'",
        id=message,
    )
    assert await finish(MENTION_COUNTS) == 2
    query = "SELECT mention_count FROM opensanctions_entities ORDER BY opensanctions_id"
    assert await archive.rows(query) == [(1,), (0,)]
    assert await finish(MENTION_COUNTS) == 0


async def test_only_undecided_rows_past_their_time_expire(archive: Archive, finish: Finish) -> None:
    channel = await archive.channel()
    await archive.execute(
        """
        INSERT INTO message_quarantine
            (channel_id, telegram_message_id, quarantine_reason, review_status, expires_at)
        VALUES (:id, 1, 'off_topic', 'pending', now() - interval '1 s'),
               (:id, 2, 'off_topic', 'pending', now() + interval '1 day'),
               (:id, 3, 'off_topic', 'approved', now() - interval '1 day')
        """,
        id=channel,
    )
    assert await finish(QUARANTINE_EXPIRY) == 1
    rows = await archive.rows(
        "SELECT review_status, reviewed_by FROM message_quarantine ORDER BY telegram_message_id"
    )
    assert rows == [("expired", "quarantine_expiry"), ("pending", None), ("approved", None)]


async def test_only_old_done_rows_leave_the_queue_in_small_batches(
    archive: Archive, finish: Finish
) -> None:
    await archive.execute(
        """
        INSERT INTO ingest_queue
            (telegram_channel_id, message_id, telegram_date, status, finished_at)
        SELECT 1, n, now(), 'done', now() - interval '8 days' FROM generate_series(1, 2500) AS n
        UNION ALL SELECT 1, 1, now(), 'done', now() - interval '6 days'
        UNION ALL SELECT 1, 2, now(), 'dead', now() - interval '90 days'
        UNION ALL SELECT 1, 3, now(), 'pending', NULL
        """
    )
    assert await finish(QUEUE_CLEANUP) == 2500
    rows = await archive.rows("SELECT status FROM ingest_queue ORDER BY status")
    assert rows == [("dead",), ("done",), ("pending",)]
