"""Settings of the test suite: SQLite in memory, or whatever DATABASE_URL and REDIS_URL say."""

import os
import tempfile
from pathlib import Path

_scratch = Path(tempfile.mkdtemp(prefix="dialer-tests-"))
os.environ.setdefault("DIALER_MODE", "local")
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 40)
os.environ.setdefault("FIELD_KEYS", "tests-only-field-key")
os.environ.setdefault("VAR_DIR", str(_scratch / "var"))
os.environ.setdefault("MEDIA_ROOT", str(_scratch / "media"))
os.environ.setdefault("SIP_EDGE_TOKEN", "tests-only-edge-token")

from dialer.settings import *  # noqa: E402, F403
from dialer.settings import DATABASES, SIMPLE_JWT, STATIC_ROOT  # noqa: E402

ALLOWED_HOSTS = ["*"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, not memory: claims, the outbox and sockets are tested from several threads.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / "test.sqlite3")}
SIMPLE_JWT = {**SIMPLE_JWT, "SIGNING_KEY": os.environ["SECRET_KEY"]}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns when it is missing
WHITENOISE_AUTOREFRESH = True  # else each new client lists every static file there is
