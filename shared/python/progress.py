"""One line that tells how far a long piece of work is, how fast it goes and when it will be done.

For programs that a person waits for. It must never write to stdout, which belongs to the result.
"""

import sys
import time
from types import TracebackType
from typing import Final, Self, TextIO

ON_TERMINAL: Final = 0.5
ELSEWHERE: Final = 10.0


class Progress:
    """Shows done / total, the rate and the time that is left; on a terminal in place."""

    def __init__(
        self, what: str, total: int, *, already: int = 0, out: TextIO = sys.stderr
    ) -> None:
        self._what = what
        self._total = total
        self._already = already
        self._out = out
        self._live = out.isatty()
        self._done = already
        self._began = time.monotonic()
        self._shown = self._began

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._show(last=True)

    def update(self, done: int) -> None:
        """Tells how much is done; shown only as often as it can be read."""
        self._done = done
        now = time.monotonic()
        if now - self._shown >= (ON_TERMINAL if self._live else ELSEWHERE):
            self._shown = now
            self._show()

    def line(self, seconds: float) -> str:
        """What is shown after so many seconds."""
        rate = (self._done - self._already) / seconds if seconds > 0 else 0.0
        text = f"{self._what}: {self._done:,} of {self._total:,}"
        if self._total:
            text += f" ({100 * self._done / self._total:.0f} %)"
        text += f", {rate:,.0f}/s"
        if rate and self._done < self._total:
            text += f", about {duration((self._total - self._done) / rate)} left"
        return text

    def _show(self, *, last: bool = False) -> None:
        text = self.line(time.monotonic() - self._began)
        if self._live:
            self._out.write(f"\r\x1b[K{text}" + ("\n" if last else ""))
        else:
            self._out.write(f"{text}\n")
        self._out.flush()


def duration(seconds: float) -> str:
    """1:05 or 2:03:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
