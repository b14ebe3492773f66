"""Runs a Python module that ends when the process that started it does, on any system.

    python -m dialer.leash FD module arguments…

FD is the reading end of a pipe whose writing end the parent holds open: it closes when the parent
ends, however it ends.
"""

import os
import runpy
import signal
import sys
import threading

GRACE_S = 20.0


def _follow(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    # A worker in the middle of a task may finish it, but not outlive its parent for long.
    threading.Event().wait(GRACE_S)
    os._exit(1)


def main() -> None:
    """Follows the parent in a thread and runs the module as a program."""
    descriptor, module = int(sys.argv[1]), sys.argv[2]
    sys.argv = [module, *sys.argv[3:]]
    threading.Thread(target=_follow, args=(descriptor,), name="leash", daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
