"""Say by the exit code whether the web process in this container is healthy."""

import http.client
import os
import sys


def healthy(port: int, host: str) -> bool:
    """Ask the health page on loopback, under a name that ALLOWED_HOSTS knows."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        connection.request("GET", "/api/health", headers={"Host": host})
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False


if __name__ == "__main__":
    name = os.environ.get("ALLOWED_HOSTS", "127.0.0.1").split(",")[0]
    sys.exit(not healthy(int(os.environ.get("HEALTH_PORT", "8000")), name))
