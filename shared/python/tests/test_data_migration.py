"""Says how a data migration behaves when it is killed, doubled, repeated, edited, or not alone.

Must never wait a fixed time: everything polls with a deadline.
"""

import asyncio
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from services.processor.text import content_hash
from shared.python.data_migration import BUSY, DONE, INTERRUPTED
from shared.python.database import connect
from shared.python.settings import Settings

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "scripts" / "migrate_add_new_field.py"
ROWS = 600
DEADLINE = 30.0
MISSING = "SELECT count(*) FROM messages WHERE content_hash IS NULL"
JOURNAL = "SELECT * FROM xtask.data_migrations WHERE name = 'add_new_field'"
# Makes every row cost two milliseconds, so that there is a middle to be killed in.
SLOW = """
    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION slow()"""


class Bench:
    """A database with rows to migrate, and the script run against it as a process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __aenter__(self) -> "Bench":
        self.db = await connect(self._settings, "pytest")
        await self.db.execute("INSERT INTO channels (telegram_id, name) VALUES (-1, 'c')")
        await self.db.execute(
            "INSERT INTO messages (message_id, channel_id, content, telegram_date) "
            f"SELECT n, 1, 'Text ' || n, now() FROM generate_series(1, {ROWS}) AS n"
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.db.close()

    async def start(self, *words: str, script: Path = SCRIPT) -> Process:
        address = self._settings.address
        url = (
            f"postgresql://{address.user}:{address.password or ''}@{address.host}:{address.port}"
            f"/{address.database}"
        )
        environment = os.environ | {"DATABASE_URL": url, "PYTHONPATH": str(ROOT)}
        return await asyncio.create_subprocess_exec(
            sys.executable, str(script), "--batch", "20", *words,
            stdout=PIPE, stderr=PIPE, env=environment,
        )  # fmt: skip

    async def run(self, *words: str, script: Path = SCRIPT) -> tuple[int, str]:
        process = await self.start(*words, script=script)
        out, err = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode is not None
        return process.returncode, (out + err).decode()

    async def until_started(self) -> int:
        """How many rows are missing once some are done."""
        async with asyncio.timeout(DEADLINE):
            while (missing := await self.db.fetchval(MISSING)) == ROWS:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return int(missing)


async def test_fills_every_row_and_says_so(settings: Settings) -> None:
    async with Bench(settings) as bench:
        code, told = await bench.run()
        assert (code, await bench.db.fetchval(MISSING)) == (DONE, 0)
        assert f"{ROWS} rows changed" in told
        rows = await bench.db.fetch("SELECT content, content_hash FROM messages")
        assert all(row["content_hash"] == content_hash(row["content"]) for row in rows)
        entry = await bench.db.fetchrow(JOURNAL)
        assert entry is not None
        assert (entry["outcome"], entry["rows_done"]) == ("finished", ROWS)
        assert entry["finished_at"] is not None


async def test_a_dry_run_writes_nothing(settings: Settings) -> None:
    async with Bench(settings) as bench:
        code, told = await bench.run("--dry-run")
        assert (code, await bench.db.fetchval(MISSING)) == (DONE, ROWS)
        assert "600 rows to look at" in told
        assert await bench.db.fetchval("SELECT to_regnamespace('xtask')") is None


async def test_a_killed_run_resumes_after_its_checkpoint(settings: Settings) -> None:
    async with Bench(settings) as bench:
        await bench.db.execute(SLOW)
        process = await bench.start()
        await bench.until_started()
        process.kill()
        await process.communicate()
        missing = await bench.db.fetchval(MISSING)
        assert 0 < missing < ROWS
        entry = await bench.db.fetchrow(JOURNAL)
        assert entry is not None
        assert (entry["outcome"], entry["rows_done"]) == ("running", ROWS - missing)
        code, told = await bench.run()
        assert (code, await bench.db.fetchval(MISSING)) == (DONE, 0)
        assert "resuming after" in told
        assert f"{ROWS} rows changed" in told


async def test_sigterm_ends_it_between_two_batches(settings: Settings) -> None:
    async with Bench(settings) as bench:
        await bench.db.execute(SLOW)
        process = await bench.start()
        await bench.until_started()
        process.send_signal(signal.SIGTERM)
        out, _ = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode == INTERRUPTED
        assert b"run it again to resume" in out
        entry = await bench.db.fetchrow(JOURNAL)
        assert entry is not None
        assert entry["outcome"] == "interrupted"
        assert (await bench.run())[0] == DONE
        assert await bench.db.fetchval(MISSING) == 0


async def test_a_second_process_is_told_that_one_is_running(settings: Settings) -> None:
    async with Bench(settings) as bench:
        # The first one cannot finish while this row is locked.
        transaction = bench.db.transaction()
        await transaction.start()
        await bench.db.execute("UPDATE messages SET views = 1 WHERE id = $1", ROWS)
        process = await bench.start()
        await bench.until_started()
        code, told = await bench.run()
        await transaction.rollback()
        assert code == BUSY
        assert "is running already" in told
        await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode == DONE


async def test_a_finished_one_is_recognised_and_again_runs_it_anew(settings: Settings) -> None:
    async with Bench(settings) as bench:
        await bench.run()
        await bench.db.execute("UPDATE messages SET content_hash = NULL WHERE id = 7")
        code, told = await bench.run()
        assert (code, await bench.db.fetchval(MISSING)) == (DONE, 1)
        assert "finished already" in told
        assert "changed since" not in told
        code, told = await bench.run("--again")
        assert (code, await bench.db.fetchval(MISSING)) == (DONE, 0)
        assert "1 rows changed" in told


async def test_a_changed_script_is_told(settings: Settings, tmp_path: Path) -> None:
    async with Bench(settings) as bench:
        await bench.run()
        edited = tmp_path / SCRIPT.name
        shutil.copy(SCRIPT, edited)
        edited.write_text(edited.read_text() + "# edited\n")
        code, told = await bench.run(script=edited)
        assert code == DONE
        assert "The script has changed since" in told


async def test_live_writers_go_on_and_lose_nothing(settings: Settings) -> None:
    async with Bench(settings) as bench:
        await bench.db.execute(SLOW)
        process = await bench.start()
        await bench.until_started()
        written = 0
        while process.returncode is None:
            written += 1
            await bench.db.execute(
                "INSERT INTO messages (message_id, channel_id, content, telegram_date) "
                "VALUES ($1, 1, 'New', now())",
                ROWS + written,
            )
            await bench.db.execute("UPDATE messages SET views = 1 WHERE id = $1", written)
            await asyncio.sleep(0.05)
        out, err = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode == DONE, (out, err)
        finished = "SELECT finished_at - interval '1 s' FROM xtask.data_migrations"
        missed = f"{MISSING} AND created_at < ({finished})"
        assert await bench.db.fetchval(missed) == 0
        changed = await bench.db.fetchval("SELECT count(*) FROM messages WHERE views = 1")
        assert changed == written


async def test_a_locked_row_is_waited_for(settings: Settings) -> None:
    async with Bench(settings) as bench:
        transaction = bench.db.transaction()
        await transaction.start()
        await bench.db.execute("UPDATE messages SET content = 'Changed' WHERE id = 5")
        process = await bench.start()
        assert process.stderr is not None
        async with asyncio.timeout(DEADLINE):
            while b"locked" not in await process.stderr.readline():
                pass
        await transaction.commit()
        await asyncio.wait_for(process.communicate(), DEADLINE)
        row = await bench.db.fetchrow("SELECT content_hash FROM messages WHERE id = 5")
        assert row is not None
        assert row["content_hash"] == content_hash("Changed")


@pytest.mark.parametrize("words", [["--batch", "0"], ["--batch", "x"]])
async def test_a_wrong_batch_is_refused(settings: Settings, words: list[str]) -> None:
    async with Bench(settings) as bench:
        assert (await bench.run(*words))[0] == 2
