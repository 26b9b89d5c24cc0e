"""When demo messages are posted: few at night, many in the evening, waves on some days.

The times come in order and their number is exact. It must never look at the clock.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Final

# Posts in each hour of the day in UTC; Kyiv is two or three hours ahead.
_HOURS: Final = (2, 2, 3, 4, 6, 8, 9, 9, 8, 7, 7, 7, 7, 7, 8, 9, 10, 11, 11, 10, 8, 6, 4, 3)


def posting_times(random: Random, start: datetime, end: datetime, count: int) -> Iterator[datetime]:
    """So many times from start to before end, in order."""
    hours = int((end - start) / timedelta(hours=1))
    wave = 1.0
    weights = []
    for hour in range(hours):
        if hour % 24 == 0:
            wave = random.lognormvariate(0, 0.35)
        weights.append(_HOURS[(start.hour + hour) % 24] * wave)
    steps = list(accumulate(weights))
    done = 0
    for hour, step in enumerate(steps):
        due = round(count * step / steps[-1])
        opens = start + timedelta(hours=hour)
        for second in sorted(random.random() * 3600 for _ in range(due - done)):
            yield opens + timedelta(seconds=int(second))
        done = due
