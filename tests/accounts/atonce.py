"""Acts that begin at one instant, each in a thread and a connection of its own."""

import threading
from collections.abc import Callable

from django.db import connection

from core.errors import DomainError


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Runs acts in threads that begin together; what each came to, sorted: a code or `done`."""
    gate, said = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            act()
            said[place] = "done"
        except DomainError as error:
            said[place] = error.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)
