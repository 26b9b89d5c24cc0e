"""What is asked of the demo data, and how many messages a wanted size comes to.

The plan decides every byte that is made. It must never depend on the machine or on the clock.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final

# Fixed, so that the same seed gives the same archive next year.
DEFAULT_END: Final = datetime(2026, 1, 1, tzinfo=UTC)
DAYS: Final = 180
QUEUE_SPAN: Final = timedelta(hours=1)
DEFAULT_MESSAGES: Final = 5000

# Messages and the growth of the database, measured on PostgreSQL 15 with all that hangs on them.
# Not a straight line: the text index needs less for each message, the more of their words it knows.
GROWTH: Final = (
    (0, 1_200_000),
    (5_000, 20_700_000),
    (15_000, 56_900_000),
    (60_000, 189_500_000),
    (400_000, 1_138_500_000),
)
BYTES_PER_PENDING: Final = 900
BYTES_PER_EMBEDDING: Final = 1700


@dataclass(frozen=True, slots=True)
class Plan:
    """The arguments of one run."""

    seed: int = 1
    messages: int = DEFAULT_MESSAGES
    pending: int = 0
    embeddings: int = 0
    end: datetime = DEFAULT_END

    def chance(self, part: str) -> Random:
        """Random numbers for one part: a change in it leaves the other parts as they are."""
        return Random(f"{self.seed} {part}")  # noqa: S311

    @property
    def start(self) -> datetime:
        """When the first message was posted, or a little before."""
        return self.end - QUEUE_SPAN - timedelta(days=DAYS)

    @property
    def archive_end(self) -> datetime:
        """Between this and the end lie the messages that still wait in the queue."""
        return self.end - QUEUE_SPAN

    @property
    def expected_bytes(self) -> int:
        """By how much the database will grow."""
        return round(_between(self.messages, GROWTH)) + self._beside()

    def _beside(self) -> int:
        return BYTES_PER_PENDING * self.pending + BYTES_PER_EMBEDDING * self.embeddings

    def sized(self, size: int) -> "Plan":
        """The same plan with as many messages as make the database grow by this many bytes."""
        messages = int(_between(size - self._beside(), [(y, x) for x, y in GROWTH]))
        if messages < 1:
            raise ValueError("--size is too small for what else is asked for")
        return Plan(self.seed, messages, self.pending, self.embeddings, self.end)

    def as_json(self) -> dict[str, Any]:
        """For the audit log, by which a later run knows what is there."""
        return asdict(self) | {"end": self.end.isoformat()}


def _between(x: float, points: Sequence[tuple[int, int]]) -> float:
    """On the straight lines through the points; before and behind them the lines go on."""
    lines = list(pairwise(points))
    (x0, y0), (x1, y1) = next((line for line in lines if x <= line[1][0]), lines[-1])
    return y0 + (x - x0) * (y1 - y0) / (x1 - x0)
