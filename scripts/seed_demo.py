"""Fills a platform database with a believable archive: python scripts/seed_demo.py --size 1.3GB

For the tour, tests and benchmarks. The same arguments give the same rows on every machine. It must
never damage a real archive: it only adds rows, all in one transaction, and not beside other rows
unless told --yes.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

# Run by its path, Python looks for modules beside this file and not in the root of the repository.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.demo.load import Connection, LoadError, load, present, require_platform
from scripts.demo.plan import DEFAULT_END, DEFAULT_MESSAGES, Plan
from shared.python.database import connect
from shared.python.progress import duration
from shared.python.settings import Settings, SettingsError

MEGABYTE = 1024 * 1024
UNITS = {"kB": 1024, "MB": MEGABYTE, "GB": 1024 * MEGABYTE}
TOLERANCE = 0.10
INTERRUPTED = 130


def size(text: str) -> int:
    """Bytes from 50MB or 1.3GB; units are those of PostgreSQL, 1 MB = 1024 kB."""
    number, unit = text[:-2], text[-2:]
    for name, factor in UNITS.items():
        if unit.lower() == name.lower():
            try:
                return int(float(number) * factor)
            except (ValueError, OverflowError):
                break
    raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 50MB or 1.3GB")


def amount(text: str) -> int:
    """A whole number that is not negative."""
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


def day(text: str) -> datetime:
    """Midnight UTC at the beginning of a day that is not in the future."""
    try:
        moment = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-01-01") from None
    if moment > datetime.now(UTC):
        # Messages from the future would not be taken out of the queue.
        raise argparse.ArgumentTypeError(f"{text} lies in the future")
    return moment


def _option(
    group: argparse._ActionsContainer,
    name: str,
    read: Callable[[str], object],
    default: object,
    shown: str,
    told: str,
) -> None:
    if default is not None:
        told += f" (default {default:%Y-%m-%d})" if name == "--end" else f" (default {default})"
    group.add_argument(name, type=read, default=default, metavar=shown, help=told)


def arguments(words: list[str] | None = None) -> tuple[Plan, bool]:
    """The plan, and whether it may be carried out beside other rows."""
    parser = argparse.ArgumentParser(
        prog="seed_demo.py",
        description="Fill a platform database with demo data, in one transaction.",
        epilog="The database is that of DATABASE_URL or POSTGRES_HOST and the like.",
    )
    how_much = parser.add_mutually_exclusive_group()
    _option(how_much, "--messages", amount, DEFAULT_MESSAGES, "N", "messages in the archive")
    _option(how_much, "--size", size, None, "SIZE", "growth of the database: 50MB or 1.3GB")
    _option(parser, "--pending", amount, 500, "N", "messages that wait in the queue")
    _option(parser, "--embeddings", amount, 0, "N", "messages with an embedding, oldest first")
    _option(parser, "--seed", amount, 1, "N", "another number gives another archive")
    _option(parser, "--end", day, DEFAULT_END, "DATE", "day on which the archive ends")
    parser.add_argument("--yes", action="store_true", help="load beside other rows, if there are")
    given = parser.parse_args(words)
    plan = Plan(given.seed, given.messages, given.pending, given.embeddings, given.end)
    if given.size is not None:
        try:
            plan = plan.sized(given.size)
        except ValueError as error:
            parser.error(str(error))
    if plan.messages < 1:
        parser.error("--messages must be at least 1")
    return plan, given.yes


async def seed(connection: Connection, plan: Plan, *, beside_real_rows: bool) -> str:
    """Loads the plan unless it is there already; returns what to tell."""
    await require_platform(connection)
    there = await present(connection)
    if there == plan.as_json():
        return f"The demo data is there already ({describe(there)}); nothing was changed."
    if there is not None:
        raise LoadError(
            f"this database already holds other demo data ({describe(there)}). "
            "For another archive build the database anew: cargo xtask db-rebuild"
        )
    before = await _database_size(connection)
    began = time.monotonic()
    counted = await load(connection, plan, beside_real_rows=beside_real_rows)
    seconds = time.monotonic() - began
    return summary(plan, counted, await _database_size(connection) - before, seconds)


def describe(plan: dict[str, object]) -> str:
    """The arguments of a plan, for a person."""
    return ", ".join(f"{name} {value}" for name, value in plan.items())


def summary(plan: Plan, counted: Counter[str], grown: int, seconds: float) -> str:
    """Rows of each table, size and speed."""
    lines = [f"{count:>12,}  {table}" for table, count in counted.items()]
    lines.append(
        f"{sum(counted.values()):,} rows, {grown / MEGABYTE:,.0f} MB in {duration(seconds)} "
        f"({counted['messages'] / seconds:,.0f} messages/s, {grown / MEGABYTE / seconds:.1f} MB/s)"
    )
    if abs(grown - plan.expected_bytes) > TOLERANCE * plan.expected_bytes:
        lines.append(f"Note: {plan.expected_bytes / MEGABYTE:,.0f} MB were expected.")
    return "\n".join(lines)


async def _database_size(connection: Connection) -> int:
    return int(await connection.fetchval("SELECT pg_database_size(current_database())"))


async def run(plan: Plan, *, beside_real_rows: bool) -> str:
    """Connects, loads and returns what to tell."""
    connection = await connect(Settings.from_environment(), "seed_demo")
    try:
        return await seed(connection, plan, beside_real_rows=beside_real_rows)
    finally:
        await connection.close()


def main() -> int:
    """Exit code: 0 loaded or there already, 1 not loaded, 2 wrong arguments, 130 interrupted."""
    plan, yes = arguments()
    try:
        sys.stdout.write(asyncio.run(run(plan, beside_real_rows=yes)) + "\n")
    except KeyboardInterrupt:
        sys.stderr.write("seed_demo: interrupted; nothing was loaded\n")
        return INTERRUPTED
    except (LoadError, SettingsError) as error:
        sys.stderr.write(f"seed_demo: {error}\n")
        return 1
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        sys.stderr.write(f"seed_demo: nothing was loaded: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
