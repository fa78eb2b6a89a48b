"""Settings of the platform, from ``JIHENG_*`` environment variables; the defaults serve one district on SQLite."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pymysql

from jiheng.web.database import database
from jiheng.web.demo.accounts import PASSWORD as DEMO_PASSWORD  # noqa: F401 - shown on the login page in demo mode
from jiheng.web.protection import private

pymysql.version_info = (2, 2, 1, "final", 0)  # Django asks for mysqlclient's version; PyMySQL speaks the same
pymysql.install_as_MySQLdb()

HERE = Path(__file__).parent
VAR = Path(os.environ.get("JIHENG_VAR", "var")).resolve()
"""Where the platform keeps what it writes: database, uploads, keys."""
DEMO = os.environ.get("JIHENG_DEMO") == "1"
HTTPS = os.environ.get("JIHENG_HTTPS") == "1"
DEBUG = os.environ.get("JIHENG_DEBUG") == "1"


private.mine_alone(VAR)


def _secret() -> str:
    if given := os.environ.get("JIHENG_SECRET_KEY"):
        return given
    return private.kept_once(VAR / "secret-key", lambda: secrets.token_urlsafe(64))


SECRET_KEY = _secret()
KEYS = [key for key in os.environ.get("JIHENG_KEY", "").split(",") if key]
"""What secrets in the database are encrypted with, the present key first; where none is named, the file tells."""
KEY_FILE = VAR / "key"
ALLOWED_HOSTS = os.environ.get("JIHENG_HOSTS", "*" if DEMO or not HTTPS else "localhost").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("JIHENG_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "rules",
    "jiheng.web.protection",
    "jiheng.web.once",
    "jiheng.web.org",
    "jiheng.web.supervision",
    "jiheng.web.jobs",
    "jiheng.web.mail",
    "jiheng.web.plan",
    "jiheng.web.execution",
    "jiheng.web.monitoring",
    "jiheng.web.evaluation",
    "jiheng.web.results",
    "jiheng.web.disclosure",
    "jiheng.web.demo",
    "jiheng.web.workbench",
    "jiheng.web.api",
]
MIDDLEWARE = [
    "jiheng.web.protection.middleware.security_headers",
    "jiheng.web.protection.middleware.real_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jiheng.web.protection.full.SpareSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "jiheng.web.protection.middleware.body_size",
    "jiheng.web.protection.middleware.private_pages",
    "jiheng.web.protection.middleware.Guard",
    "jiheng.web.middleware.who_and_where",
    "jiheng.web.org.middleware.kept_session",
    "jiheng.web.org.middleware.fresh_password",
    "jiheng.web.org.middleware.demanded_codes",
    "django.contrib.messages.middleware.MessageMiddleware",
    "jiheng.web.org.middleware.back_to_the_page",
    "jiheng.web.kept.taken_submissions",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "jiheng.web.middleware.TryAgain",
]
ROOT_URLCONF = "jiheng.web.urls"
WSGI_APPLICATION = "jiheng.web.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "jiheng.web.context.page",
            ],
            "builtins": ["jiheng.web.once.templatetags.once"],
        },
    }
]
DATABASES = {"default": database(os.environ.get("JIHENG_DATABASE_URL", f"sqlite:///{VAR / 'jiheng.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "org.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["username", "name"]},
    },
    {"NAME": "jiheng.web.org.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "jiheng.web.org.passwords.ThreeKindsValidator"},
    {"NAME": "jiheng.web.org.passwords.VarietyValidator"},
    {"NAME": "jiheng.web.org.passwords.PastValidator"},
]
PASSWORD_DAYS = int(os.environ.get("JIHENG_PASSWORD_DAYS", "90"))
"""After how many days a password must be changed; 0 never."""
CODES_FOR = os.environ.get("JIHENG_TOTP", "nobody")
"""Of whom one-time codes are demanded in every district (org.roles.CodesFor); a district may demand them of more."""
if CODES_FOR not in ("nobody", "administrators", "reviewers", "everybody"):
    raise ValueError(f"JIHENG_TOTP 不能是“{CODES_FOR}”。可用：nobody、administrators、reviewers、everybody。")
OIDC_ISSUER = os.environ.get("JIHENG_OIDC_ISSUER", "")
"""The identity provider that people may log in by; empty for none."""
OIDC_CLIENT_ID = os.environ.get("JIHENG_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = os.environ.get("JIHENG_OIDC_CLIENT_SECRET", "")
OIDC_CLAIM = os.environ.get("JIHENG_OIDC_CLAIM", "preferred_username")
"""What the provider says that is the name of an account here."""
OIDC_LABEL = os.environ.get("JIHENG_OIDC_LABEL", "统一身份认证")
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "login"

SESSION_ENGINE = "jiheng.web.org.sessions"
SESSION_COOKIE_AGE = int(os.environ.get("JIHENG_IDLE_MINUTES", "30")) * 60
# A session ends when nothing was done for so long; org.middleware.kept_session writes it, once a minute at most.
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:  # browsers then take them from this host alone, over HTTPS alone
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TRUSTED_PROXIES = int(os.environ.get("JIHENG_PROXIES", "1" if HTTPS else "0"))
"""How many reverse proxies of our own stand before the platform; HTTPS ends at one of them."""
CSRF_FAILURE_VIEW = "jiheng.web.protection.errors.no_token"
API_PER_MINUTE = int(os.environ.get("JIHENG_API_PER_MINUTE", "120"))
"""Requests of one token; and as many refused ones of one address."""

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
FORMAT_MODULE_PATH = "jiheng.web.formats"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [HERE / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = VAR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 2**20
FILE_UPLOAD_PERMISSIONS = 0o600  # Django's own would let everybody read, whatever the umask
DATA_UPLOAD_MAX_NUMBER_FILES = 200
UPLOAD_MAX_BYTES = 100 * 2**20
REQUEST_MAX_BYTES = 1000 * 2**20
"""Of everything that one request sends …"""
ANONYMOUS_MAX_BYTES = 2**20
"""… and where nobody is logged in."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"no_trace": {"()": "jiheng.web.protection.logs.NoTrace"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "line": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_trace"]},
    },
    # Where a page says that the server failed, its log says why, also outside of DEBUG.
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
        # What strangers send that cannot be right takes a line: they must not fill the disk with our own code.
        "django.security": {"handlers": ["line"], "level": "ERROR", "propagate": False},
        "jiheng": {"handlers": ["stderr"], "level": "INFO", "propagate": True},
    },
}
EMAIL_HOST = os.environ.get("JIHENG_EMAIL_HOST", "")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"
)
EMAIL_USE_SSL = os.environ.get("JIHENG_EMAIL_SECURITY") == "ssl"
EMAIL_USE_TLS = os.environ.get("JIHENG_EMAIL_SECURITY") == "starttls"
EMAIL_PORT = int(os.environ.get("JIHENG_EMAIL_PORT") or (465 if EMAIL_USE_SSL else 587 if EMAIL_USE_TLS else 25))
EMAIL_HOST_USER = os.environ.get("JIHENG_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("JIHENG_EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = 20
EMAIL_MINUTES = int(os.environ.get("JIHENG_EMAIL_MINUTES", "5"))
"""How long messages are gathered into one letter."""
SITE_URL = os.environ.get("JIHENG_URL", "").rstrip("/")
"""Where people reach the platform, for links in letters and for the identity provider to come back to."""
DEFAULT_FROM_EMAIL = os.environ.get("JIHENG_EMAIL_FROM", "jiheng@localhost")
