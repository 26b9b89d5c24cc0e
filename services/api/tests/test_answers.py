"""What the endpoints answer to good requests."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.api.application import create_application
from services.api.tests.conftest import MESSAGES, client_of, seed
from shared.python.database import create_engine, create_sessions
from shared.python.settings import Settings


async def items(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def ids(client: httpx.AsyncClient, path: str) -> list[int]:
    return [item["id"] for item in await items(client, path)]


async def every_page(client: httpx.AsyncClient, path: str) -> list[int]:
    found: list[int] = []
    cursor = ""
    while True:
        answer = (await client.get(path + cursor)).json()
        found += [item["id"] for item in answer["items"]]
        if answer["next_cursor"] is None:
            return found
        cursor = f"&cursor={answer['next_cursor']}"


VISIBLE = [n for n in range(MESSAGES, 0, -1) if n % 10 and n != 7]


async def test_health_tells_that_the_database_is_up(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "healthy",
        "service": "api",
        "version": "0.1.0",
        "database": "up",
    }


async def test_messages_come_newest_first_without_spam_and_hidden_ones(
    client: httpx.AsyncClient,
) -> None:
    answer = (await client.get("/api/messages?limit=5")).json()
    assert [item["id"] for item in answer["items"]] == VISIBLE[:5]
    assert answer["items"][0]["channel_username"] == "Kyiv_News"
    assert answer["items"][0]["telegram_date"] == "2024-05-01T00:00:19Z"
    assert answer["next_cursor"]


@pytest.mark.parametrize("limit", [1, 2, 7, 53, 100])
async def test_the_pages_together_are_the_whole_listing(
    client: httpx.AsyncClient, limit: int
) -> None:
    assert await every_page(client, f"/api/messages?limit={limit}") == VISIBLE


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("channel=1", [n for n in VISIBLE if n % 2]),
        ("channel=kyiv_news", [n for n in VISIBLE if n % 2]),
        ("channel=@Other", [n for n in VISIBLE if not n % 2]),
        ("channel=nobody", []),
        ("importance=high", [n for n in VISIBLE if n % 3 == 0]),
        ("topic=casualties", []),
        ("language=uk&media_type=photo", [5]),
        ("is_spam=true", [60, 50, 40, 30, 20, 10]),
        ("date_from=2024-05-01T00:00:19Z", [59, 58, 57]),
        ("date_from=2024-05-01T02:00:19%2B02:00", [59, 58, 57]),
        ("date_to=2024-05-01T00:00:01", [2, 1]),
        ("days=1", []),
        ("q=number 42", [42]),
        ("q=drone&importance=high&channel=1&date_to=2024-05-01T00:00:04", [9, 3]),
    ],
)
async def test_filters_narrow_the_listing(
    client: httpx.AsyncClient, filters: str, expected: list[int]
) -> None:
    assert await every_page(client, f"/api/messages?limit=9&{filters}") == [
        n for n in expected if n != 60 or "60" in filters or "spam" in filters
    ]


async def test_a_message_comes_with_what_belongs_to_it(client: httpx.AsyncClient) -> None:
    message = (await client.get("/api/messages/5")).json()
    assert [tag["tag"] for tag in message["tags"]] == ["depot"]
    assert [file["sha256"] for file in message["media"]] == ["a" * 64]
    assert [entity["name"] for entity in message["curated_entities"]] == ["T-90"]
    assert message["sanctioned_entities"] == []


async def test_neighbours_are_of_the_same_channel(client: httpx.AsyncClient) -> None:
    answer = (await client.get("/api/messages/9/adjacent")).json()
    assert (answer["previous"]["id"], answer["next"]["id"]) == (5, 11)
    first = (await client.get("/api/messages/1/adjacent")).json()
    assert (first["previous"], first["next"]["id"]) == (None, 3)


async def test_an_album_has_all_its_messages(client: httpx.AsyncClient) -> None:
    assert await ids(client, "/api/messages/9/album") == [5, 9, 11]
    assert await ids(client, "/api/messages/2/album") == [2]


async def test_a_hidden_message_is_nowhere(client: httpx.AsyncClient) -> None:
    for path in ("", "/adjacent", "/album"):
        assert (await client.get(f"/api/messages/7{path}")).status_code == 404
    assert (await client.get("/api/similar/7")).status_code == 404
    assert await ids(client, "/api/search?q=%22number 7%22") == []
    event = (await client.get("/api/events/1")).json()
    assert [message["id"] for message in event["messages"]] == [5]


async def test_channels_tell_when_they_last_posted(client: httpx.AsyncClient) -> None:
    channels = await items(client, "/api/channels")
    assert [channel["id"] for channel in channels] == [2, 1]
    assert channels[1]["last_message_at"] == "2024-05-01T00:00:19Z"
    assert await ids(client, "/api/channels?active=true") == [1]
    assert (await client.get("/api/channels/1")).json()["name"] == "Kyiv"


async def test_a_channel_lists_its_own_messages(client: httpx.AsyncClient) -> None:
    found = await every_page(client, "/api/channels/1/messages?limit=7")
    assert found == [n for n in VISIBLE if n % 2]
    assert (await client.get("/api/channels/3/messages")).status_code == 404


async def test_search_ranks_and_pages(client: httpx.AsyncClient) -> None:
    found = await items(client, "/api/search?q=drone&limit=100")
    ranks = [item["rank"] for item in found]
    assert ranks == sorted(ranks, reverse=True)
    assert {item["id"] for item in found} == {n for n in VISIBLE if n % 5}
    paged = await every_page(client, "/api/search?q=drone&limit=4")
    assert paged == [item["id"] for item in found]


async def test_similar_messages_come_most_similar_first(client: httpx.AsyncClient) -> None:
    found = await items(client, "/api/similar/5?limit=3")
    assert found[0]["id"] in (4, 6)
    scores = [item["similarity"] for item in found]
    assert scores == sorted(scores, reverse=True)
    assert 5 not in [item["id"] for item in found]
    assert await ids(client, "/api/similar/30") == []


async def test_events_are_listed(client: httpx.AsyncClient) -> None:
    assert await ids(client, "/api/events?q=depot&event_type=strike") == [1]
    assert await ids(client, "/api/events?tier=verified") == []


async def test_pages_do_not_shift_when_messages_arrive(settings: Settings) -> None:
    engine = create_engine(settings, "pytest")
    async with create_sessions(engine).begin() as session:
        await seed(session)
    async with client_of(create_application(settings)) as client:
        first = (await client.get("/api/messages?limit=20")).json()
        async with engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO messages (id, channel_id, message_id, telegram_date) "
                    "SELECT 1000 + n, 1, 1000 + n, now() FROM generate_series(1, 30) AS n"
                )
            )
        rest = await every_page(client, f"/api/messages?limit=20&cursor={first['next_cursor']}")
    await engine.dispose()
    assert [item["id"] for item in first["items"]] + rest == VISIBLE


async def test_many_requests_at_once_are_answered(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(client.get("/api/messages") for _ in range(100)))
    assert {answer.status_code for answer in answers} == {200}
