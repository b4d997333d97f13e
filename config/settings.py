"""The one settings file. The environment enters through config.env; docs/operations.md lists it."""

from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.env import env, env_bool, env_list, env_number, env_url, mail_route, sms_route
from config.limits import SIGNING_IN, scaled

BASE_DIR = Path(__file__).resolve().parent.parent
RUN_DIR = Path(env("RUN_DIR", str(BASE_DIR / ".run")))

# Core

DEBUG = env_bool("DEBUG")
# Set by ./run where it started its own PostgreSQL or Redis: a trial, not a production.
EMBEDDED_SERVICES = env_bool("EMBEDDED_SERVICES")
SECRET_KEY = env("SECRET_KEY")
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
PUBLIC_URL = env_url("PUBLIC_URL", "http", "https").rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", urlsplit(PUBLIC_URL).hostname or "")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ORGANIZATION = env("ORGANIZATION", "Third Thursday")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
# Addresses typed without a scheme are https; Django 6 does so by itself.
FORMS_URLFIELD_ASSUME_HTTPS = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "config.apps.AdminConfig",
    "config",
    "planning",
    "mailings",
    "registrations",
    "speakers",
    "meetups",
    "outbox",
    "people",
    "venues",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "anymail",
    "csp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.middleware.PlainRequests",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
]

_context_processors = [
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
    "config.context.house",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _context_processors},
    },
    {
        # The text part of mails: no HTML, so nothing to escape ("O'Neil" stays "O'Neil").
        "NAME": "text",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"autoescape": False},
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database and cache

DATABASE_URL = env_url("DATABASE_URL", "postgres", "postgresql")
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)
}
# A request that waits longer for another's lock is told to come back (see config.middleware).
DATABASES["default"]["OPTIONS"] = {
    "options": "-c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
    "connect_timeout": 5,  # seconds; a host that is gone must not hold every thread for minutes
    **DATABASES["default"].get("OPTIONS", {}),
}

REDIS_URL = env_url("REDIS_URL", "redis", "rediss", "unix")
CACHES = {
    "default": {
        "BACKEND": "config.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "third-thursday",
        # A Redis that hangs costs a request half a second once, not one for every try.
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
            "retry": Retry(NoBackoff(), 0),
        },
    }
}

# Multiplies every limit on what one address or client may ask.
RATE_LIMIT_SCALE = env_number("RATE_LIMIT_SCALE", 1)

# People who sign in

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/admin/"
LOGIN_URL = "account_login"
REQUIRE_SECOND_FACTOR = env_bool("REQUIRE_SECOND_FACTOR", default=not EMBEDDED_SERVICES)

ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Nobody signs up here; without a password in this list the sign-in form would have none either.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {what: scaled(rules, RATE_LIMIT_SCALE) for what, rules in SIGNING_IN.items()}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = ORGANIZATION
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEBUG or EMBEDDED_SERVICES
USERSESSIONS_TRACK_ACTIVITY = False
# How many proxies of ours stand in front; their X-Forwarded-For entries are believed, no others.
ALLAUTH_TRUSTED_PROXY_COUNT = int(env("TRUSTED_PROXY_COUNT", "0"))
SESSION_COOKIE_AGE = 12 * 60 * 60

# Mail

DEFAULT_FROM_EMAIL = env(
    "DEFAULT_FROM_EMAIL", f"{ORGANIZATION} <hello@{urlsplit(PUBLIC_URL).hostname}>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = "outbox.backend.OutboxBackend"
if not EMBEDDED_SERVICES and not DEBUG:
    env("EMAIL_URL")  # a production without it would keep every mail to itself
_route = mail_route(env("EMAIL_URL", ""))
OUTBOX_TRANSPORT = _route.transport
EMAIL_HOST, EMAIL_PORT = _route.host, _route.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _route.user, _route.password
EMAIL_USE_TLS, EMAIL_USE_SSL = _route.use_tls, _route.use_ssl
OUTBOX_ANYMAIL_BACKEND, ANYMAIL = _route.anymail_backend, _route.anymail
MAIL_HOOK_SECRET = env("MAIL_HOOK_SECRET", "")
# The other channels, each open where its variables are set.
OUTBOX_TRANSPORTS = {
    "messenger": "outbox.telegram.TelegramTransport",
    "sms": "outbox.sms.SmsTransport",
}
TELEGRAM_BOT_TOKEN = env("TELEGRAM_BOT_TOKEN", "")
TELEGRAM_BOT_NAME = env("TELEGRAM_BOT_NAME", "").removeprefix("@")
TELEGRAM_API_URL = env("TELEGRAM_API_URL", "https://api.telegram.org").rstrip("/")
_sms = sms_route(env("SMS_URL", ""))
SMS_PROVIDER, SMS_API_URL, SMS_FROM = _sms.provider, _sms.base, _sms.sender
SMS_ACCOUNT, SMS_TOKEN = _sms.account, _sms.token
LEASE_SECONDS = env_number("LEASE_SECONDS", 60)
SETTLE_SECONDS = env_number("SETTLE_SECONDS", 900)
# The page that shows the mails which would have left; never where real people are written to.
MAIL_PAGE = DEBUG or EMBEDDED_SERVICES

# Celery: wakes up and ticks, nothing else. What is to be done stands in PostgreSQL.

CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True  # every task is a wake-up that may run twice
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BEAT_SCHEDULE = {
    "plan what is due": {"task": "config.tasks.tick", "schedule": 30},
    "sweep the outbox": {"task": "outbox.tasks.sweep", "schedule": 15},
}

# Files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env("STATIC_ROOT", str(RUN_DIR / "static")))
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(RUN_DIR / "media")))
MEDIA_URL = env("MEDIA_URL", "/media/")
STORAGES: dict[str, dict[str, object]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env("S3_BUCKET", ""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT", "") or None,
            "access_key": env("S3_ACCESS_KEY", "") or None,
            "secret_key": env("S3_SECRET_KEY", "") or None,
        },
    }

# Language and time

LANGUAGE_CODE = "en"
# What messages are written in, each under its own name; docs/translating.md adds another.
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"

# Security

HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# The proxy in front redirects to https; the app itself is also asked by http health checks.
SILENCED_SYSTEM_CHECKS = ["security.W008"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

# Logs go to stdout; secret links stay out of them (config.logs).

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "config.logs.ScrubTokens"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
            "filters": ["scrub"],
        }
    },
    "root": {"handlers": ["stdout"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "propagate": True}},
}

if env("SENTRY_DSN", ""):
    # An extra: imported only where it was asked for.
    import_module("sentry_sdk").init(dsn=env("SENTRY_DSN"), send_default_pii=False)
