"""Asks a service on this machine whether it is healthy: `python -m shared.python.health PORT`.

The health check of docker-compose.yml. Exit status 0 is healthy, 1 is not.

Must never: import more than the standard library. It starts anew every few seconds.
"""

import sys
from http.client import HTTPConnection, HTTPException


def is_healthy(port: int) -> bool:
    """Whether /health answers that it is."""
    connection = HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_healthy(int(sys.argv[1])) else 1)
