"""Settings: one file, read from the environment (and from `.env` beside manage.py)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from django.utils.csp import CSP

from core.origins import sources

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

# --- Mode ---
# "local" is the embedded default of `make run`: plain http on loopback, SQLite, no Redis.
# "production" expects TLS in front and every secret in the environment.
MODE = env.str("DIALER_MODE", default="production")
LOCAL = MODE == "local"
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
# Encrypts secrets at rest (SIP passwords); comma-separated, the first one writes.
FIELD_KEYS = env.list("FIELD_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# Where people find the pages: what links in mails begin with. Never taken from a request.
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/") or next(
    iter(CSRF_TRUSTED_ORIGINS), "http://127.0.0.1:8000"
)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
VERSION = "0.1.0"

# --- Applications ---
INSTALLED_APPS = [
    "daphne",
    "accounts.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "channels",
    "core",
    "accounts",
    "campaigns",
    "calls",
    "agentic",
    "dialer",
]
MIDDLEWARE = [
    "core.logs.RequestLog",
    "core.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.authentication.SessionMiddleware",
    "core.audit.AuditMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "accounts.pbx.SourcesMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.toasts.ToastMiddleware",
    "core.web.ErrorMiddleware",
]
ROOT_URLCONF = "dialer.urls"
WSGI_APPLICATION = "dialer.wsgi.application"
ASGI_APPLICATION = "dialer.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "dialer.navigation.shell",
            ],
        },
    },
]

# --- Database ---
DATABASE_URL = env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'dialer.sqlite3'}")
DATABASES: dict[str, Any] = {"default": environ.Env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.mysql":
    DATABASES["default"] |= {
        # Under ASGI each thread would keep its own connection open and exhaust the server.
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            # A verb that waited so long begins again (core.retry); MariaDB's own limit is 50 s.
            "init_command": "SET sql_mode='STRICT_TRANS_TABLES', innodb_lock_wait_timeout=10",
        },
        "TEST": {"CHARSET": "utf8mb4"},
    }
else:
    DATABASES["default"] |= {
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA cache_size=-20000;"
            ),
        },
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis, cache, channels, Celery ---
REDIS_URL = env.str("REDIS_URL", default="")
CACHES: dict[str, Any] = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}
CELERY_BROKER_URL = REDIS_URL or "folder://"  # dialer/broker.py
if not REDIS_URL:
    for folder in ("queue", "control"):
        (VAR_DIR / "broker" / folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(VAR_DIR / "broker" / "queue"),
        "data_folder_out": str(VAR_DIR / "broker" / "queue"),
        "control_folder": str(VAR_DIR / "broker" / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat")
CELERY_TASK_TIME_LIMIT = 3600

# --- People and sessions ---
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
_VALIDATORS: dict[str, dict[str, Any]] = {
    "UserAttributeSimilarityValidator": {"user_attributes": ("email", "name")},
    "MinimumLengthValidator": {},
    "CommonPasswordValidator": {},
    "NumericPasswordValidator": {},
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in _VALIDATORS.items()
]
LOGIN_URL = "accounts:login"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=10),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "USER_ID_CLAIM": "sub",
}

# --- API ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.TokenAuthentication"],
    "DEFAULT_PARSER_CLASSES": [
        "core.parsers.Json",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["core.api.Requires"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.envelope",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Dialer API",
    "DESCRIPTION": "Everything that a softphone, a PBX or a CRM may ask of Dialer.",
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "CallStatus": "calls.models.Call.Status",
        "CampaignStatus": "campaigns.models.Campaign.Status",
        "ConsentKind": "campaigns.models.ConsentRecord.Kind",
        "ConsentVoice": "campaigns.models.ConsentRecord.Voice",
        "RecordingStatus": "calls.models.Recording.Status",
        "SpokenVoice": "agentic.speech.VOICES",
    },
}

# --- Security ---
SECURE_COOKIES = not LOCAL
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if not LOCAL:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^api/health$", r"^internal/"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
# How many proxies are in front, each of which adds to X-Forwarded-For whom it was asked by.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=0)
SIP_WS_URL = env.str("SIP_WS_URL", default="")
# LiveKit carries AI calls; whoever takes one over talks to it from the browser.
LIVEKIT_URL = env.str("LIVEKIT_URL", default="")
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "media-src": [CSP.SELF, "blob:"],
    "worker-src": [CSP.SELF, "blob:"],
    "connect-src": [CSP.SELF, *([SIP_WS_URL] if SIP_WS_URL else []), *sources(LIVEKIT_URL)],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# --- SIP edge (see deploy/edge) ---
SIP_REALM = env.str("SIP_REALM", default="sip.dialer.test")
SIP_EDGE_TOKEN = env.str("SIP_EDGE_TOKEN", default="")
SIP_ICE_SERVERS = env.list("SIP_ICE_SERVERS", default=[])

# --- AI calls ---
# Without LiveKit's keys and Gemini's there is the simulator alone.
LIVEKIT_API_KEY = env.str("LIVEKIT_API_KEY", default="")
LIVEKIT_API_SECRET = env.str("LIVEKIT_API_SECRET", default="")
GOOGLE_API_KEY = env.str("GOOGLE_API_KEY", default="")

# --- Files ---
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
WHITENOISE_IMMUTABLE_FILE_TEST = "core.assets.immutable"
WHITENOISE_USE_FINDERS = LOCAL


def _files(alias: str) -> dict[str, Any]:
    """Where files of one kind live: an S3 bucket when S3_BUCKET is set, else a local folder."""
    if bucket := env.str("S3_BUCKET", default=""):
        return {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": bucket,
                "location": alias,
                "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
                "default_acl": None,
                "file_overwrite": False,
            },
        }
    return {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT / alias)},
    }


STORAGES = {
    "default": _files("files"),
    "recordings": _files("recordings"),
    "sheets": _files("sheets"),
    "documents": _files("documents"),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 8_388_608

# --- Mail, language, time ---
SMTP_HOST = env.str("SMTP_HOST", default="")
MAILERS: dict[str, Any] = {
    "default": (
        {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": SMTP_HOST,
                "port": env.int("SMTP_PORT", default=587),
                "username": env.str("SMTP_USER", default=""),
                "password": env.str("SMTP_PASSWORD", default=""),
                "use_tls": env.bool("SMTP_TLS", default=True),
            },
        }
        if SMTP_HOST
        else {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    )
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="dialer@localhost")
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

# --- Watching ---
# Whoever sends it may read /internal/metrics and the details of /api/health; empty: no one.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# --- Logs ---
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "core.logs.JsonFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.channels.server": {"level": "WARNING"},
        "daphne": {"level": "WARNING"},
        "twisted": {"level": "WARNING"},
    },
}
