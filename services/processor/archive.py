"""Write judged messages: channels, messages, message_quarantine, message_entities, decision_log.

Columns that need no judgement go from ingest_queue to messages inside PostgreSQL. All of it happens
in the transaction of the caller. A message is filed once, in messages or in quarantine, never in
both: uq_messages_channel_message alone cannot say that, so whoever files a message holds an
advisory lock on its key and looks into both tables first.

Never updates a message that is there: what reviewers and the enrichment did to it stays.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.processor.classify import Classification
from services.processor.intake import QueuedMessage
from services.processor.judge import Channel, JudgedMessage, Key, StoredCopy
from services.processor.queue import Connection

_COPY_CONFIDENCE = 0.6
_GUESS_CONFIDENCE = 0.2

# Sorted, so that two workers wait for each other in the same order.
_LOCK_KEYS = """
SELECT count(*) FROM (
    SELECT pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(format('ingest %s %s', channel, message), 0) AS key
        FROM unnest($1::bigint[], $2::bigint[]) AS filed (channel, message) ORDER BY key
    ) AS keys OFFSET 0
) AS locked
"""

_FILED = """
SELECT c.telegram_id, k.message_id
FROM unnest($1::bigint[], $2::bigint[]) AS k (channel, message_id)
JOIN channels AS c ON c.telegram_id = k.channel
WHERE EXISTS (SELECT FROM messages AS m WHERE m.channel_id = c.id AND m.message_id = k.message_id)
   OR EXISTS (SELECT FROM message_quarantine AS q
              WHERE q.channel_id = c.id AND q.telegram_message_id = k.message_id)
"""

_CHANNELS = (
    "SELECT telegram_id, id, folder, rule FROM channels WHERE telegram_id = ANY($1::bigint[])"
)

_ADD_CHANNELS = """
INSERT INTO channels (telegram_id, name)
SELECT telegram_id, format('Telegram %s', telegram_id) FROM unnest($1::bigint[]) AS telegram_id
ORDER BY telegram_id
ON CONFLICT (telegram_id) DO NOTHING
"""

# LIMIT 1 without ORDER BY: every copy carries the same judgement, and a popular text has thousands.
_COPIES = """
SELECT wanted.hash, m.*
FROM unnest($1::text[]) AS wanted (hash)
CROSS JOIN LATERAL (
    SELECT id, language_detected, is_spam, spam_type, spam_confidence, is_ukraine_relevant,
           osint_topic, importance_level
    FROM messages
    WHERE content_hash = wanted.hash AND osint_topic IS NOT NULL AND importance_level IS NOT NULL
    LIMIT 1
) AS m
"""

_ADD_MESSAGES = """
INSERT INTO messages (
    message_id, channel_id, content, telegram_date, language_detected, author_user_id,
    replied_to_message_id, forward_from_channel_id, forward_from_message_id, forward_date,
    views, forwards, media_type, grouped_id, is_spam, spam_confidence, spam_type, osint_topic,
    importance_level, is_ukraine_relevant, entities, metadata, content_hash, metadata_hash,
    source_account, trace_id)
SELECT
    q.message_id, v.channel_id, nullif(q.content, ''), q.telegram_date, v.language,
    q.author_user_id, q.replied_to_message_id, q.forward_from_channel_id,
    q.forward_from_message_id, q.forward_date, q.views, q.forwards, v.media_type, q.grouped_id,
    v.is_spam, v.spam_confidence, v.spam_type, v.topic, v.importance, v.relevant,
    v.entities::jsonb,
    CASE jsonb_typeof(q.payload) WHEN 'object' THEN q.payload
         ELSE jsonb_build_object('payload', q.payload) END
        || CASE WHEN v.unknown_media_type IS NULL THEN '{}'
                ELSE jsonb_build_object('media_type', v.unknown_media_type) END,
    v.content_hash,
    encode(sha256(convert_to(jsonb_build_array(
        q.telegram_channel_id, q.message_id, extract(epoch FROM q.telegram_date),
        q.author_user_id, q.replied_to_message_id, q.forward_from_channel_id,
        q.forward_from_message_id, extract(epoch FROM q.forward_date), q.media_type,
        q.grouped_id, v.content_hash)::text, 'UTF8')), 'hex'),
    q.source_account, q.trace_id
FROM unnest(
    $1::bigint[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
    $8::float8[], $9::text[], $10::text[], $11::text[], $12::boolean[], $13::text[]
) AS v (queue_id, channel_id, content_hash, language, media_type, unknown_media_type, is_spam,
        spam_confidence, spam_type, topic, importance, relevant, entities)
JOIN ingest_queue AS q ON q.id = v.queue_id
ORDER BY v.channel_id, q.message_id
ON CONFLICT (channel_id, message_id) DO NOTHING
RETURNING id, channel_id, message_id
"""

_ADD_QUARANTINE = """
INSERT INTO message_quarantine (
    channel_id, telegram_message_id, content, quarantine_reason, quarantine_details,
    is_ukraine_relevant)
SELECT v.channel_id, q.message_id, nullif(q.content, ''), v.reason, v.details, v.relevant
FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::text[], $5::boolean[])
    AS v (queue_id, channel_id, reason, details, relevant)
JOIN ingest_queue AS q ON q.id = v.queue_id
ORDER BY v.channel_id, q.message_id
ON CONFLICT (channel_id, telegram_message_id) DO NOTHING
RETURNING channel_id, telegram_message_id
"""

# Joined, since an entity may have been deleted after the rulebook was read.
_ADD_ENTITIES = """
INSERT INTO message_entities (
    message_id, entity_id, similarity_score, match_type, context_snippet)
SELECT v.message_id, c.id, 1, v.match_type, v.snippet
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[])
    AS v (message_id, entity_id, match_type, snippet)
JOIN curated_entities AS c ON c.id = v.entity_id
ON CONFLICT (message_id, entity_id) DO NOTHING
"""

_ADD_DECISIONS = """
INSERT INTO decision_log (
    message_id, channel_id, telegram_message_id, decision_type, decision_value, decision_source,
    prompt_version)
SELECT v.message_id, v.channel_id, v.telegram_message_id, 'archive_decision',
       v.decision::jsonb, v.source, $6
FROM unnest($1::bigint[], $2::integer[], $3::bigint[], $4::text[], $5::text[])
    AS v (message_id, channel_id, telegram_message_id, decision, source)
"""


@dataclass(frozen=True, slots=True)
class Filed:
    """How many messages went where; the rest were there already."""

    archived: int = 0
    quarantined: int = 0


async def lock_new(
    connection: Connection, messages: Sequence[QueuedMessage]
) -> list[QueuedMessage]:
    """The messages not filed yet, each once. Nobody else files them until the transaction ends."""
    if not messages:
        return []
    new = {message.key: message for message in reversed(messages)}
    keys = [[channel for channel, _ in new], [message_id for _, message_id in new]]
    await connection.execute(_LOCK_KEYS, *keys)
    # A second statement: it sees what those have committed for whom the first one waited.
    for row in await connection.fetch(_FILED, *keys):
        del new[row["telegram_id"], row["message_id"]]
    return sorted(new.values(), key=lambda message: message.id)


async def find_channels(connection: Connection, telegram_ids: Iterable[int]) -> dict[int, Channel]:
    """The channels by Telegram id; one that is not known yet is added with no more than its id."""
    wanted = sorted(set(telegram_ids))
    found = await _channels(connection, wanted)
    missing = [telegram_id for telegram_id in wanted if telegram_id not in found]
    if missing:
        await connection.execute(_ADD_CHANNELS, missing)
        found |= await _channels(connection, missing)
    return found


async def _channels(connection: Connection, telegram_ids: list[int]) -> dict[int, Channel]:
    return {
        row["telegram_id"]: Channel(row["id"], row["folder"], row["rule"])
        for row in await connection.fetch(_CHANNELS, telegram_ids)
    }


async def find_copies(
    connection: Connection, hashes: Iterable[str | None]
) -> dict[str, StoredCopy]:
    """For each hash a message of the archive that has been judged."""
    wanted = sorted({each for each in hashes if each is not None})
    rows = await connection.fetch(_COPIES, wanted) if wanted else []
    return {row["hash"]: StoredCopy(row["id"], _stored_verdict(row)) for row in rows}


def _stored_verdict(row: Mapping[str, Any]) -> Classification:
    guessed = row["osint_topic"] == "uncertain"
    return Classification(
        language_detected=row["language_detected"],
        is_spam=row["is_spam"],
        spam_type=row["spam_type"],
        spam_confidence=float(row["spam_confidence"] or 0),
        is_ukraine_relevant=row["is_ukraine_relevant"],
        osint_topic=row["osint_topic"],
        importance_level=row["importance_level"],
        confidence=_GUESS_CONFIDENCE if guessed else _COPY_CONFIDENCE,
        reasoning=f"Same text as message {row['id']}.",
    )


async def file_messages(
    connection: Connection, judged: Sequence[JudgedMessage], prompt_version: str | None
) -> Filed:
    """Write the messages and why they went where they did."""
    archived = [each for each in judged if each.route.is_archived]
    quarantined = [each for each in judged if not each.route.is_archived]
    ids = await _add_messages(connection, archived) if archived else {}
    set_aside = await _add_quarantine(connection, quarantined) if quarantined else set()
    matches = [
        (ids[each.key], match) for each in archived if each.key in ids for match in each.matches
    ]
    if matches:
        await connection.execute(
            _ADD_ENTITIES,
            [message_id for message_id, _ in matches],
            [match.entity_id for _, match in matches],
            [match.match_type for _, match in matches],
            [match.context_snippet for _, match in matches],
        )
    decided = [each for each in judged if each.key in ids or each.key in set_aside]
    if decided:
        await connection.execute(
            _ADD_DECISIONS,
            [ids.get(each.key) for each in decided],
            [each.channel_id for each in decided],
            [each.message.message_id for each in decided],
            [each.decision(ids) for each in decided],
            ["rules" if each.copy_of is None else "copy" for each in decided],
            prompt_version,
        )
    return Filed(len(ids), len(set_aside))


async def _add_messages(
    connection: Connection, archived: Sequence[JudgedMessage]
) -> dict[Key, int]:
    rows = await connection.fetch(
        _ADD_MESSAGES,
        [each.message.id for each in archived],
        [each.channel_id for each in archived],
        [each.content_hash for each in archived],
        [each.verdict.language_detected for each in archived],
        [each.message.known_media_type for each in archived],
        [each.message.unknown_media_type for each in archived],
        [each.verdict.is_spam for each in archived],
        [each.verdict.spam_confidence for each in archived],
        [each.verdict.spam_type for each in archived],
        [each.verdict.osint_topic for each in archived],
        [each.verdict.importance_level for each in archived],
        [each.verdict.is_ukraine_relevant for each in archived],
        [json.dumps(each.entities, ensure_ascii=False) for each in archived],
    )
    return {(row["channel_id"], row["message_id"]): row["id"] for row in rows}


async def _add_quarantine(connection: Connection, quarantined: Sequence[JudgedMessage]) -> set[Key]:
    rows = await connection.fetch(
        _ADD_QUARANTINE,
        [each.message.id for each in quarantined],
        [each.channel_id for each in quarantined],
        [each.route.reason for each in quarantined],
        [f"{each.route.details}. {each.verdict.reasoning}" for each in quarantined],
        [each.verdict.is_ukraine_relevant for each in quarantined],
    )
    return {(row["channel_id"], row["telegram_message_id"]) for row in rows}
