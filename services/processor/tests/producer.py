"""Puts believable messages into ingest_queue by COPY, as the listener would.

Must stay deterministic: the same seed gives the same messages.
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg

COLUMNS = (
    "telegram_channel_id",
    "message_id",
    "content",
    "media_type",
    "telegram_date",
    "views",
    "forwards",
    "author_user_id",
    "trace_id",
)
FIRST_CHANNEL = 1_500_000_000
POSTED = datetime(2025, 3, 1, tzinfo=UTC)

_PLACES = ("Харків", "Покровськ", "Одеса", "Херсон", "Запоріжжя", "Бахмут", "Kharkiv", "Белгород")
_TEXTS = (
    "Сьогодні вночі ворог завдав ракетного удару по місту {place}, поранено {n} людей.",
    "ППО збила {n} шахедів над містом {place}, уламки впали на підстанцію.",
    "Сегодня утром ВСУ нанесли удар по складу боеприпасов, {place}. Уничтожено {n} единиц.",
    "Russian forces advanced near {place} overnight, {n} vehicles were seen in a convoy.",
    "{n}-та окрема механізована бригада тримає оборону, {place}. Слава Україні!",
    "Збір на дрони для бригади! Картка 4441 1144 {n:04d} 0000, донат будь-яка сума.",
    "Заробіток від {n} гривень на день! Крипта та казино без вкладень, прибуток гарантовано.",
    "Гороскоп на завтра: овнам не варто поспішати, терезам пощастить у коханні {n} разів.",
    "Доброго ранку всім {n}",
    "Под Бахмутом задымление после прилёта, {place}: {n} двухсотых, данные уточняются.",
)


def messages(count: int, *, seed: int = 1, channels: int = 20) -> Iterator[tuple[Any, ...]]:
    """Rows of ingest_queue in the order of COLUMNS; one in ten repeats an earlier text."""
    chance = random.Random(seed)  # noqa: S311  (no secret depends on it)
    texts: list[str] = []
    for i in range(count):
        if texts and chance.random() < 0.1:
            text = chance.choice(texts)
        else:
            text = chance.choice(_TEXTS).format(
                place=chance.choice(_PLACES), n=chance.randint(1, 9999)
            )
            texts.append(text)
        yield (
            FIRST_CHANNEL + i % channels,
            i // channels + 1,
            text,
            chance.choice((None, None, "photo", "video", "document")),
            POSTED + timedelta(seconds=i),
            chance.randint(0, 100_000),
            chance.randint(0, 500),
            chance.choice((None, 7_000_000 + i % 50)),
            f"trace-{seed}-{i}",
        )


async def enqueue(
    connection: "asyncpg.Connection[asyncpg.Record]",
    count: int,
    *,
    seed: int = 1,
    channels: int = 20,
) -> None:
    """Put messages into the queue."""
    await connection.copy_records_to_table(
        "ingest_queue", records=messages(count, seed=seed, channels=channels), columns=COLUMNS
    )
