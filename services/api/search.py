"""Messages by words, best first, and messages like another one.

Must never rank or compare more messages than one request may cost.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import ARRAY, REAL, Double, cast, func, select

from services.api.answers import Answer
from services.api.messages import LISTED, in_channel, matching, not_found, query, visible
from services.api.paging import order_by_score, page
from services.api.parameters import MessageId, Search, Similar
from services.api.reading import Reads
from shared.python.models import Message

# A rank is read from each search vector: a word that a million messages have would take seconds.
RANKED = 5000
# A comparison takes 0.05 to 0.1 ms.
COMPARED = 10_000

router = APIRouter(prefix="/api")


@router.get("/search")
async def search(parameters: Annotated[Search, Query()], reads: Reads) -> Answer:
    """Messages with these words, best first, among the newest 5000 that have them."""
    words = query(parameters.q)
    candidates = (
        select(
            Message.id, cast(func.ts_rank(Message.search_vector, words, 32), Double).label("rank")
        )
        .where(Message.search_vector.op("@@")(words), *matching(parameters))
        .where(Message.is_hidden.is_(False))
        .order_by(Message.telegram_date.desc(), Message.id.desc())
        .limit(RANKED)
    )
    if parameters.channel is not None:
        candidates = candidates.where(in_channel(parameters.channel))
    ranked = candidates.subquery("ranked")
    rows = visible(*LISTED, ranked.c.rank).join(ranked, ranked.c.id == Message.id)
    best_first = order_by_score(b"s", ranked.c.rank, Message.id)
    return await page(reads, rows, best_first, parameters.limit, parameters.cursor)


@router.get("/similar/{id}")
async def similar(id: MessageId, parameters: Annotated[Similar, Query()], reads: Reads) -> Answer:
    """Messages like this one, most similar first, among the 10000 newest around its time."""
    source = await reads.rows(
        visible(
            Message.telegram_date,
            Message.content_embedding,
            Message.embedding_model,
        ).where(Message.id == id)
    )
    if not source:
        raise not_found("message")
    embedding = source[0]["content_embedding"]
    if embedding is None:
        return Answer({"items": []})
    around = timedelta(days=parameters.days)
    time = source[0]["telegram_date"]
    near = (
        select(Message.id, Message.content_embedding)
        .where(
            Message.content_embedding.is_not(None),
            Message.embedding_model.is_not_distinct_from(source[0]["embedding_model"]),
            Message.is_spam.is_(False),
            Message.is_hidden.is_(False),
            Message.id != id,
            Message.telegram_date.between(time - around, time + around),
        )
        .order_by(Message.telegram_date.desc())
        .limit(COMPARED)
        .subquery("near")
    )
    # MATERIALIZED: the function is called once for each message, not once more to sort.
    scored = (
        select(
            near.c.id,
            func.cosine_similarity(near.c.content_embedding, cast(embedding, ARRAY(REAL))).label(
                "similarity"
            ),
        )
        .cte("scored")
        .prefix_with("MATERIALIZED")
    )
    rows = (
        visible(*LISTED, scored.c.similarity)
        .join(scored, scored.c.id == Message.id)
        .where(scored.c.similarity >= parameters.threshold)
        .order_by(scored.c.similarity.desc(), Message.id.desc())
        .limit(parameters.limit)
    )
    return Answer({"items": await reads.rows(rows)})
