"""Django's settings and Scriptorium's own: the only reader of the environment. See `docs/reference/settings.md`."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url

from editor.limits import Rate

BASE_DIR = Path(__file__).resolve().parent.parent


def _env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def _number(name: str, default: float, of: str) -> float:
    value = _env(name)
    try:
        return float(value) if value else default
    except ValueError:
        sys.exit(f"{name} must be a number of {of}, not {value!r}.")


def _seconds(name: str, default: float) -> float:
    return _number(name, default, "seconds")


def _rate(name: str, default: str) -> Rate | None:
    value = _env(name) or default
    try:
        return Rate.parse(value)
    except ValueError:
        sys.exit(f"{name} must be a number at once and seconds to have them again, as {default}, or 0; not {value!r}.")


def _most(name: str, default: int) -> int | None:
    """A number that is not exceeded; None is without a limit."""
    value = _env(name) or str(default)
    if not value.isdigit():
        sys.exit(f"{name} must be a whole number, or 0 for no limit, not {value!r}.")
    return int(value) or None


def _port(name: str, default: str) -> int:
    value = _env(name) or default
    if not value.isdigit():
        sys.exit(f"{name} must be a number, not {value!r}.")
    return int(value)


HOST = _env("HOST") or "127.0.0.1"
PORT = _port("PORT", "8000")
DATA_DIR = Path(_env("DATA_DIR", str(BASE_DIR / "data"))).resolve()
PUBLIC_URL = _env("PUBLIC_URL", f"http://{'127.0.0.1' if HOST in ('0.0.0.0', '::') else HOST}:{PORT}").rstrip("/")

_public = urlsplit(PUBLIC_URL)
_secret_file = DATA_DIR / "secret_key"
SECRET_KEY_GIVEN = bool(_env("SECRET_KEY"))
SECRET_KEY = _env("SECRET_KEY") or (
    _secret_file.read_text().strip() if _secret_file.exists() else secrets.token_urlsafe(50)
)
DEBUG = _env("DEBUG") == "1"
EVERY_ADDRESS = HOST in ("0.0.0.0", "::") and not _env("PUBLIC_URL")
ALLOWED_HOSTS = ["*"] if EVERY_ADDRESS else [_public.hostname or "127.0.0.1", "127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SECURE else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "editor",
    "copilot",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "editor.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "editor.throttle.PostLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "editor.urls"
ASGI_APPLICATION = "editor.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASE_URL = _env("DATABASE_URL", f"sqlite:///{DATA_DIR / 'scriptorium.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 5,
        "transaction_mode": "IMMEDIATE",
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            # A statement of many rows keeps what would undo it: by default in a file, made and removed each time.
            " PRAGMA temp_store=MEMORY;"
        ),
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["ENGINE"] = "editor.postgresql"
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    # "Saved" means on the disk, whatever the server's default is. A transaction whose client is gone without a word
    # holds a document's lock: the server ends it, as the client gives up on a server that is gone.
    _session = "-c synchronous_commit=on -c idle_in_transaction_session_timeout=60s"
    _options["options"] = f"{_options.get('options', '')} {_session}".strip()
    for _name, _value in {
        "connect_timeout": 5,
        "keepalives_idle": 20,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }.items():
        _options.setdefault(_name, _value)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = _env("REDIS_URL")
CHANNEL_LAYERS = (
    {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL], "capacity": 2000},
        }
    }
    if REDIS_URL
    else {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer", "CONFIG": {"capacity": 2000}}}
)

AUTH_USER_MODEL = "editor.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "documents"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_NAME = "scriptorium_session"
CSRF_COOKIE_NAME = "scriptorium_csrf"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
WHITENOISE_USE_FINDERS = True

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if _env("EMAIL_HOST")
    else "django.core.mail.backends.console.EmailBackend"
)
EMAIL_HOST = _env("EMAIL_HOST")
EMAIL_PORT = _port("EMAIL_PORT", "587")
EMAIL_HOST_USER = _env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = _env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = _env("EMAIL_USE_TLS", "1") == "1"
DEFAULT_FROM_EMAIL = _env("DEFAULT_FROM_EMAIL", "Scriptorium <scriptorium@localhost>")
if file_path := _env("EMAIL_FILE_PATH"):
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", file_path

# Who may do what how often; None is without a limit
PROXIES = int(_number("PROXIES", 1 if SECURE else 0, "proxies"))
LIMIT_POSTS = _rate("LIMIT_POSTS", "300/60")
LIMIT_GUESTS = _rate("LIMIT_GUESTS", "60/60")
LIMIT_GUESTS_A_LINK = _rate("LIMIT_GUESTS_A_LINK", "300/60")
LIMIT_SIGN_INS = _rate("LIMIT_SIGN_INS", "30/600")
LIMIT_SIGN_INS_AN_ACCOUNT = _rate("LIMIT_SIGN_INS_AN_ACCOUNT", "10/600")

# The room
MAX_FRAME_BYTES = 8 * 2**20
MAX_DOCUMENT_BYTES = 16 * 2**20
MAX_STRUCTS_A_FRAME = 20_000
LIMIT_ASKS = _rate("LIMIT_ASKS", "60/600")
LIMIT_ASKS_A_ROOM = _rate("LIMIT_ASKS_A_ROOM", "120/600")
LIMIT_FRAMES = _rate("LIMIT_FRAMES", "20000/20")
LIMIT_BYTES = _rate("LIMIT_BYTES", "67108864/60")
LIMIT_COMMANDS = _rate("LIMIT_COMMANDS", "120/60")
LIMIT_SOCKETS = _most("LIMIT_SOCKETS", 10_000)
LIMIT_SOCKETS_A_PERSON = _most("LIMIT_SOCKETS_A_PERSON", 100)
LIMIT_SOCKETS_A_ROOM = _most("LIMIT_SOCKETS_A_ROOM", 1000)
HEARTBEAT_SECONDS = _seconds("HEARTBEAT_SECONDS", 20)
COMPACT_HOURS = _number("COMPACT_HOURS", 6, "hours")
SCHEMA = 1

# Attention: when a room counts as idle
GRACE_GONE_SECONDS = _seconds("GRACE_GONE_SECONDS", 15)
GRACE_HIDDEN_SECONDS = _seconds("GRACE_HIDDEN_SECONDS", 60)
GRACE_VISIBLE_SECONDS = _seconds("GRACE_VISIBLE_SECONDS", 300)

# The copilot
OPENAI_API_KEY = _env("OPENAI_API_KEY")
OPENAI_BASE_URL = _env("OPENAI_BASE_URL")
OPENAI_MODEL = _env("OPENAI_MODEL", "gpt-5-mini")
OPENAI_INPUT_PRICE = _number("OPENAI_INPUT_PRICE", 0, "dollars a million tokens")
OPENAI_OUTPUT_PRICE = _number("OPENAI_OUTPUT_PRICE", 0, "dollars a million tokens")
COPILOT_NAME = _env("COPILOT_NAME", "Copilot")
COPILOT_LEASE_SECONDS = _seconds("COPILOT_LEASE_SECONDS", 30)
COPILOT_DEMO_WORDS_A_SECOND = _seconds("COPILOT_DEMO_WORDS_A_SECOND", 20)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": _env("LOG_LEVEL", "WARNING")},
}
