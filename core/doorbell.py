"""The doorbell of the outbox: tells readers, here and on other nodes, that there is something new.

It only saves time: a reader that hears nothing looks by itself soon enough.
"""

import functools
import logging
import threading
import time

import redis
from django.conf import settings

log = logging.getLogger(__name__)
CHANNEL = "dialer:events"
# A Redis that is away must not cost each commit a time-out.
REST_AFTER_FAILURE_S = 5.0
REDIS_TIMEOUT_S = 0.5

_rung = threading.Event()
_resting_until = 0.0


def ring() -> None:
    """Wakes the readers; never raises, for it runs after a commit that has already succeeded."""
    global _resting_until
    _rung.set()
    if not settings.REDIS_URL or time.monotonic() < _resting_until:
        return
    try:
        client(settings.REDIS_URL).publish(CHANNEL, b"1")
    except (redis.RedisError, OSError) as error:
        _resting_until = time.monotonic() + REST_AFTER_FAILURE_S
        log.warning("doorbell is silent", extra={"error": type(error).__name__})


@functools.cache
def client(url: str) -> redis.Redis:
    """The process's connections to Redis, with time limits."""
    return redis.Redis.from_url(
        url, socket_timeout=REDIS_TIMEOUT_S, socket_connect_timeout=REDIS_TIMEOUT_S
    )


class Listener:
    """A reader's ear: waits for this process's bell, or for everyone's where there is Redis."""

    def __init__(self) -> None:
        self._channel: redis.client.PubSub | None = None
        self._resting_until = 0.0

    def wait(self, seconds: float) -> None:
        """Returns when the bell rings, at the latest after so many seconds."""
        if channel := self._open():
            try:
                if channel.get_message(timeout=seconds):
                    _drain(channel)
            except (redis.RedisError, OSError) as error:
                self._give_up(error)
            else:
                return
        _rung.wait(seconds)
        _rung.clear()

    def close(self) -> None:
        """Hangs up."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def _open(self) -> "redis.client.PubSub | None":
        if not settings.REDIS_URL or time.monotonic() < self._resting_until:
            return None
        if self._channel is None:
            channel = client(settings.REDIS_URL).pubsub(  # type: ignore[no-untyped-call]  # redis's
                ignore_subscribe_messages=True
            )
            try:
                channel.subscribe(CHANNEL)
            except (redis.RedisError, OSError) as error:
                self._give_up(error)
                return None
            self._channel = channel
        return self._channel

    def _give_up(self, error: Exception) -> None:
        log.warning("doorbell is not heard", extra={"error": type(error).__name__})
        self._resting_until = time.monotonic() + REST_AFTER_FAILURE_S
        self.close()


def _drain(channel: redis.client.PubSub) -> None:
    # One look answers every ring so far.
    for _ in range(1000):
        if not channel.get_message():
            return


def wake() -> None:
    """Wakes this process's reader, to let it stop."""
    _rung.set()
