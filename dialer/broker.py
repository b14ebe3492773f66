"""Celery's broker in a folder, for one machine without Redis: a message is whole or not there."""

import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps

SCHEME = "folder"


class Channel(filesystem.Channel):
    """Kombu's own channel, except that its reader cannot take a file still being written.

    Reading half a message ends the whole worker.
    """

    def _put(  # type: ignore[override]  # kombu's own two do not agree on the names
        self, queue: str, payload: Any, **_options: Any
    ) -> None:
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}"
        aside = folder / f"{name}.part"  # a name that no queue looks for
        aside.write_text(dumps(payload))
        aside.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """The transport of broker addresses that begin with `folder://`."""

    Channel = Channel


TRANSPORT_ALIASES[SCHEME] = f"{__name__}:Transport"
