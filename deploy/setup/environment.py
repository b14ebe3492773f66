"""Write a first `.env`: the example with every empty secret filled by a fresh one."""

import os
import secrets
import sys
from pathlib import Path

SECRETS = ("SECRET_KEY=", "FIELD_KEYS=", "SIP_EDGE_TOKEN=")


def filled(example: str) -> str:
    """Return the example's text with a fresh value behind each secret that has none."""
    lines = example.splitlines()
    return "\n".join(line + _fresh() if line in SECRETS else line for line in lines) + "\n"


def _fresh() -> str:
    return secrets.token_urlsafe(48)


def main(example: Path, target: Path) -> None:
    """Write the file, readable by its owner only; never over one that is there."""
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(filled(example.read_text()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
