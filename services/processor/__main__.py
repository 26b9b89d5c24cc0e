"""python -m services.processor: run the processor until SIGTERM.

Never does any work of its own.
"""

from services.processor.worker import Worker
from shared.python.service import Service, run, serve_health


async def main(service: Service) -> None:
    """Run the worker and answer /health beside it."""
    worker = Worker(service)
    async with serve_health(service, service.settings.processor_port, worker.facts):
        await worker.run()


if __name__ == "__main__":
    run("processor", main)
