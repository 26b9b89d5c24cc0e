"""Read the rulebook from the database, again when it may be out of date.

Operators edit the rules while the processor runs; an edit holds after MAX_AGE at the latest. The
curated entities are many and change rarely: they are read again only when their number or their
latest change is another.

Never writes.
"""

import logging
import time

from services.processor.entities import CuratedNames
from services.processor.queue import Connection
from services.processor.rulebook import Rulebook, build

MAX_AGE = 3.0

_FOLDER_RULES = """
SELECT folder_pattern, rule, min_importance FROM folder_rules WHERE active ORDER BY id
"""
_SETTINGS = """
SELECT key, value FROM platform_config
WHERE key IN ('features.spam_filter_enabled', 'thresholds.monitoring_min_importance')
"""
_PROMPT = """
SELECT version, content FROM llm_prompts
WHERE task = 'message_classification' AND is_active ORDER BY version DESC LIMIT 1
"""
_SLANG = "SELECT term, category, topic_hint FROM military_slang WHERE is_active ORDER BY id"
_CURATED_STATE = "SELECT count(*) AS entities, max(updated_at) AS changed_at FROM curated_entities"
_CURATED = "SELECT id, name, aliases FROM curated_entities ORDER BY id"

logger = logging.getLogger("processor.rules")


class RulesSource:
    """Hands out a rulebook that is at most MAX_AGE seconds old."""

    def __init__(self) -> None:
        self._rulebook = Rulebook()
        self._read_at: float | None = None
        self._state: tuple[object, ...] = ()
        self._curated = CuratedNames()
        self._curated_state: tuple[object, ...] = ()

    async def current(self, connection: Connection) -> Rulebook:
        """The rulebook, read again if it is too old. Not inside a transaction that writes."""
        if self._read_at is None or time.monotonic() - self._read_at > MAX_AGE:
            await self._read(connection)
            self._read_at = time.monotonic()
        return self._rulebook

    async def _read(self, connection: Connection) -> None:
        curated_state = tuple(await connection.fetchrow(_CURATED_STATE) or ())
        if curated_state != self._curated_state:
            self._curated = CuratedNames(
                (row["id"], row["name"], row["aliases"]) for row in await connection.fetch(_CURATED)
            )
            self._curated_state = curated_state
        folder_rules = await connection.fetch(_FOLDER_RULES)
        settings = await connection.fetch(_SETTINGS)
        prompt = await connection.fetchrow(_PROMPT)
        slang = await connection.fetch(_SLANG)
        # The rulebook remembers what it has worked out about words, so it is kept while it holds.
        state = (curated_state, folder_rules, settings, prompt, slang)
        if state == self._state:
            return
        self._state = state
        self._rulebook = build(
            folder_rules=folder_rules,
            settings={row["key"]: row["value"] for row in settings},
            prompt=prompt,
            slang=slang,
            curated=self._curated,
        )
        for complaint in self._rulebook.complaints:
            logger.warning("a rule is ignored", extra={"reason": complaint})
        logger.info("rules read", extra={"prompt_version": self._rulebook.prompt_version})
