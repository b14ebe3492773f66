"""Argon2 that counts its runs, made cheap."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CountingHasher(Argon2PasswordHasher):
    """The hasher of a production system, whose runs a test counts."""

    time_cost, memory_cost, parallelism = 1, 8, 1
    runs = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).runs += 1
        return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        type(self).runs += 1
        return super().verify(password, encoded)
