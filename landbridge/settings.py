"""All settings of a node. They come from the environment only, and nonsense stops the start with a clear word."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import django.conf.locale
from django.core.exceptions import ImproperlyConfigured

from landbridge import __version__
from landbridge.lib.environment import dois, iati, identity_providers, letters, networks, sender
from landbridge.lib.languages import LANGUAGES as TAGS
from landbridge.lib.languages import NAMES
from landbridge.lib.mail import one_line

PACKAGE = Path(__file__).parent


def _choice(name: str, allowed: tuple[str, ...], default: str) -> str:
    value = os.environ.get(name) or default
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")
    return value


def _number(name: str, default: int, least: int, most: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a number from {least} to {most}.")
    return int(value)


def _data_folder() -> Path:
    folder = Path(os.environ.get("LANDBRIDGE_DATA") or "data").expanduser().resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"LANDBRIDGE_DATA: the folder {folder} cannot be made: {error}") from error
    return folder


def _secret_key(folder: Path) -> str:
    """The key of this node: from the environment, else made once and kept beside the data."""
    given = os.environ.get("LANDBRIDGE_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("LANDBRIDGE_SECRET_KEY must have at least 32 characters.")
        return given
    path = folder / "secret-key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii").strip()


def _database(folder: Path) -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL")
    parts = urlsplit(url or "sqlite:")
    if parts.scheme == "sqlite":
        given = unquote(parts.path.removeprefix("/"))
        if url and (parts.netloc or not given or given == ":memory:"):
            raise ImproperlyConfigured("DATABASE_URL: name a file, sqlite:///relative.db or sqlite:////absolute.db.")
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(given).resolve() if url else folder / "landbridge.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                # What is deleted is written over: a person who was erased is not to be found in free pages.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-4000; "
                "PRAGMA secure_delete=ON;",
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(item.split("=", 1) for item in parts.query.split("&") if "=" in item),
        }
    raise ImproperlyConfigured(f"DATABASE_URL starts with {parts.scheme!r}; use sqlite:///… or postgres://…")


DATA = _data_folder()
ADDRESS = os.environ.get("LANDBRIDGE_ADDRESS") or "127.0.0.1"
PORT = _number("LANDBRIDGE_PORT", 8000, 1, 65535)
SAMPLE = _choice("LANDBRIDGE_SAMPLE", ("full", "none"), "full")
DEBUG = _choice("LANDBRIDGE_DEBUG", ("0", "1"), "0") == "1"
BASE_URL = (os.environ.get("LANDBRIDGE_BASE_URL") or f"http://127.0.0.1:{PORT}").rstrip("/")
NODE_NAME = os.environ.get("LANDBRIDGE_NODE_NAME") or "Landbridge"
NODE_EMAIL = os.environ.get("LANDBRIDGE_EMAIL") or ""
API_WRITES_PER_MINUTE = _number("LANDBRIDGE_API_WRITES_PER_MINUTE", 120, 1, 1_000_000)
WEBHOOKS_LOCAL = DEBUG
"""Whether webhooks may be plain HTTP and lead to this very host: for somebody who tries out a receiver."""
NEIGHBOURS = networks("LANDBRIDGE_NEIGHBOURS", os.environ.get("LANDBRIDGE_NEIGHBOURS") or "")
"""The networks, beyond the open Internet, whose nodes and sources this node may call."""
DOI = dois(os.environ.get("LANDBRIDGE_DOI") or "")
"""Who registers DOIs for our records; empty when nobody does. See `exchange/out/linked/minter.py`."""
DOI_FORMATS = [one.strip() for one in (os.environ.get("LANDBRIDGE_DOI_FORMATS") or "resource,case_study").split(",")]
IATI = iati(os.environ.get("LANDBRIDGE_IATI") or "")
"""As which organisation this node publishes IATI activities; empty when it publishes none."""
INDEX_ENGINE = _choice("LANDBRIDGE_INDEX", ("tantivy", "fts5"), "tantivy")
WORKERS = _number("LANDBRIDGE_WORKERS", 2, 1, 64)
VERSION = __version__

SECRET_KEY = _secret_key(DATA)
ALLOWED_HOSTS = (os.environ.get("LANDBRIDGE_HOSTS") or "localhost,127.0.0.1,[::1]").split(",")
DATABASES = {"default": _database(DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.Account"

FOLLOWERS = [
    "landbridge.search.follower.SearchFollower",
    "landbridge.registry.telling.NoticeFollower",
    "landbridge.registry.appointments.Appointments",
    "landbridge.search.alerts.WatchFollower",
    "landbridge.cooperation.alerts.MatchFollower",
    "landbridge.exchange.out.webhooks.WebhookFollower",
    "landbridge.exchange.out.oai.follower.OaiFollower",
    "landbridge.exchange.annotations.AnnotationFollower",
    "landbridge.exchange.nodes.statements.StatementFollower",
    "landbridge.exchange.forgetting.ErasureFollower",
]
"""What reads the journal, as dotted names; a follower that is not listed does not run."""
TASKS: list[str] = [
    "landbridge.registry.telling.CommentNotices",
    "landbridge.web.invitations.InvitationMails",
    "landbridge.web.tidying.TidyAccounts",
    "landbridge.registry.reminders.Reminders",
    "landbridge.registry.unnamed.ForgetFiles",
    "landbridge.registry.erasing.WipeLog",
    "landbridge.search.alerts.ForgetWatches",
    "landbridge.search.scrubbing.ScrubIndex",
    "landbridge.web.mailing.Mailing",
    "landbridge.exchange.out.deliveries.DeliverWebhooks",
    "landbridge.exchange.out.deliveries.ForgetDeliveries",
    "landbridge.exchange.out.notify.sending.SendNotifications",
    "landbridge.exchange.out.notify.taking.ForgetNotifications",
    "landbridge.exchange.out.oai.follower.Reword",
    "landbridge.web.api.idempotency.ForgetAnswers",
    "landbridge.exchange.nodes.tasks.ExchangeWithPeers",
    "landbridge.exchange.nodes.tasks.TendExchange",
    "landbridge.exchange.in_.schedule.RunSources",
    "landbridge.exchange.in_.schedule.ForgetSourceRuns",
    "landbridge.exchange.likeness.finding.FindLikenesses",
    "landbridge.exchange.forgetting.MakeUp",
]
"""What is done by the clock, as dotted names; see `registry/clock.py`."""

DOORS: dict[str, str] = {
    "table": "landbridge.exchange.in_.sources.table.Table",
    "landbridge": "landbridge.exchange.in_.sources.landbridge.Landbridge",
    "oai_pmh": "landbridge.exchange.in_.sources.oai_pmh.OaiPmh",
    "schema_org": "landbridge.exchange.in_.sources.schema_org.SchemaOrg",
    "dcat": "landbridge.exchange.in_.sources.dcat.Dcat",
    "ckan": "landbridge.exchange.in_.sources.ckan.Ckan",
    "bibliography": "landbridge.exchange.in_.sources.bibliography.Bibliography",
    "feed": "landbridge.exchange.in_.sources.feed.Feed",
    "calendar": "landbridge.exchange.in_.sources.calendar.Calendar",
    "iati": "landbridge.exchange.in_.sources.iati.Iati",
    "crs": "landbridge.exchange.in_.sources.crs.Crs",
    "epo": "landbridge.exchange.in_.sources.epo.Epo",
    "uspto": "landbridge.exchange.in_.sources.uspto.Uspto",
    "cbd": "landbridge.exchange.in_.sources.cbd.Cbd",
    "informea": "landbridge.exchange.in_.sources.informea.Informea",
    "ror": "landbridge.exchange.in_.sources.ror_door.Ror",
    "gbif": "landbridge.exchange.in_.sources.gbif.Gbif",
    "eml": "landbridge.exchange.in_.sources.eml.Eml",
}
"""The doors in: name to the dotted name of its class; see `exchange/in_/door.py`."""
if DOI:
    FOLLOWERS.append("landbridge.exchange.out.linked.minting.DoiFollower")
    TASKS.append("landbridge.exchange.out.linked.minting.MintDois")

IDENTITY_PROVIDERS = identity_providers(os.environ.get("LANDBRIDGE_OIDC") or "")
"""The OpenID Connect providers of this node, in the words of allauth."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    # It brings an HTTP client along, some 10 MB a process: only where there is somebody to ask.
    *(["allauth.socialaccount.providers.openid_connect"] if IDENTITY_PROVIDERS else []),
    "allauth.mfa",
    "landbridge.parties",
    "landbridge.registry",
    "landbridge.search",
    "landbridge.exchange",
    "landbridge.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "landbridge.web.middleware.SecurityHeaders",
    "landbridge.web.middleware.ReadableAddress",
    "landbridge.web.middleware.ReaderLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "landbridge.urls"
WSGI_APPLICATION = "landbridge.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "landbridge.web.context.page"],
            "builtins": ["django.templatetags.i18n", "landbridge.web.templatetags.landbridge"],
        },
    }
]

LANGUAGE_CODE = "en"
LANGUAGES = [(tag, NAMES[tag]) for tag in TAGS]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [PACKAGE / room / "locale" for room in ("web", "cooperation", "formats")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
# Django knows Chinese as zh-hans; our tag for it is zh, as in the data.
django.conf.locale.LANG_INFO["zh"] = {**django.conf.locale.LANG_INFO["zh-hans"], "code": "zh"}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "/account/login/"
LOGIN_REDIRECT_URL = "/desk"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]

ALLAUTH_TRUSTED_PROXY_COUNT = _number("LANDBRIDGE_PROXIES", 1 if BASE_URL.startswith("https://") else 0, 0, 9)
"""How many web servers stand before this one: who comes through them is known by X-Forwarded-For, and by it tries are
counted. A node with an https:// address has one, since it speaks no TLS itself."""
ACCOUNT_ADAPTER = "landbridge.web.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{one_line(NODE_NAME)}] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# A code by mail signs in, and does not show again who one is: whoever reads the mailbox must not change the guards.
ACCOUNT_REAUTHENTICATION_METHODS = ("password", "mfa")
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_DISPLAY = "landbridge.web.accounts.display_name"
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(BASE_URL).scheme
SOCIALACCOUNT_ADAPTER = "landbridge.web.accounts.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": IDENTITY_PROVIDERS, "EMAIL_AUTHENTICATION": False}}
SOCIALACCOUNT_STORE_TOKENS = False
MFA_ADAPTER = "landbridge.web.accounts.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = NODE_NAME
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = urlsplit(BASE_URL).hostname in ("localhost", "127.0.0.1")

_LETTERS = letters(os.environ.get("LANDBRIDGE_MAIL") or "folder")
MAIL_LEAVES = _LETTERS["BACKEND"].startswith("django.")
"""Whether letters leave this node; otherwise they become files of `EMAIL_FILE_PATH`, for its operator."""
EMAIL_BACKEND = _LETTERS["BACKEND"]
EMAIL_FILE_PATH = DATA / "mail"
EMAIL_HOST, EMAIL_PORT = _LETTERS.get("HOST", ""), _LETTERS.get("PORT", 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _LETTERS.get("HOST_USER", ""), _LETTERS.get("HOST_PASSWORD", "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _LETTERS.get("USE_SSL", False), _LETTERS.get("USE_TLS", False)
EMAIL_TIMEOUT = 20
EMAIL_SUBJECT_PREFIX = f"[{one_line(NODE_NAME)}] "
DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender(
    os.environ.get("LANDBRIDGE_MAIL_FROM") or NODE_EMAIL or f"landbridge@{urlsplit(BASE_URL).hostname or 'localhost'}"
)
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "node_cache", "KEY_PREFIX": "lb"}
}
"""Counts of tries and the like, shared by all processes and hosts of the node."""

STATIC_URL = "/static/"
MEDIA_ROOT = DATA / "files"

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BASE_URL.startswith("https://")
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BASE_URL.startswith("https://") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "landbridge.web.forms.held.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "landbridge.web.forms.uploads.LimitedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "landbridge.lib.discreet.Discreet",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "landbridge": {"level": "INFO"},
        "rdflib": {"level": "ERROR"},  # What it warns of stands in the one error that follows.
    },
}
