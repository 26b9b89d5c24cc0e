"""Settings of a service, read once from the environment and then unchanging.

Must never show a password: not in an error message, not in repr(), not in a log line.
"""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
URL_SCHEMES = ("postgresql", "postgres", "postgresql+asyncpg")
# Parameters of a libpq URL that only say how it is connected to; a service sets its own name.
URL_PARAMETERS_WITHOUT_EFFECT = frozenset({"application_name", "client_encoding"})
ADDRESS_VARIABLES = (
    "POSTGRES_HOST",
    "POSTGRES_PORT",
    "POSTGRES_DB",
    "POSTGRES_USER",
    "POSTGRES_PASSWORD",
)


class SettingsError(ValueError):
    """A setting is missing or wrong. The message names the variable and never its secret."""


@dataclass(frozen=True)
class Address:
    """Where the database is and who we are there."""

    host: str = "localhost"
    port: int = 5432
    database: str = "osint_platform"
    user: str = "osint_user"
    password: str | None = field(default=None, repr=False)
    sslmode: str = "prefer"
    sslrootcert: str | None = None
    connect_timeout: float = 10.0

    def connect_arguments(self) -> dict[str, Any]:
        """What asyncpg.connect() wants to know."""
        return {
            "host": self.host,
            "port": self.port,
            "database": self.database,
            "user": self.user,
            "password": self.password,
            "ssl": self._ssl(),
            "timeout": self.connect_timeout,
        }

    def _ssl(self) -> str | ssl.SSLContext:
        if self.host.startswith("/"):
            return "disable"
        if not self.sslmode.startswith("verify"):
            return self.sslmode
        context = ssl.create_default_context(cafile=self.sslrootcert)
        context.check_hostname = self.sslmode == "verify-full"
        return context


@dataclass(frozen=True)
class Settings:
    """Everything a service takes from its environment."""

    address: Address
    pool_size: int = 20
    max_overflow: int = 10
    pool_recycle: int = 3600
    service_host: str = "127.0.0.1"
    api_port: int = 8000
    processor_port: int = 8002
    enrichment_port: int = 8003
    log_level: str = "INFO"
    environment: str = "development"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Reads the settings. A variable that is set to nothing counts as not set."""
        read = _Variables({name: value for name, value in environment.items() if value})
        return cls(
            address=_address(read),
            pool_size=read.number("POSTGRES_POOL_SIZE", cls.pool_size, 1, 1000),
            max_overflow=read.number("POSTGRES_MAX_OVERFLOW", cls.max_overflow, 0, 1000),
            pool_recycle=read.number("POSTGRES_POOL_RECYCLE", cls.pool_recycle, 1, 10**9),
            service_host=read.text("SERVICE_HOST", cls.service_host),
            api_port=read.port("API_PORT", cls.api_port),
            processor_port=read.port("PROCESSOR_PORT", cls.processor_port),
            enrichment_port=read.port("ENRICHMENT_PORT", cls.enrichment_port),
            log_level=read.choice("LOG_LEVEL", cls.log_level, LOG_LEVELS),
            environment=read.text("ENVIRONMENT", cls.environment),
        )

    def with_database(self, name: str) -> Self:
        """The same settings, another database on the same server."""
        return replace(self, address=replace(self.address, database=name))


@dataclass(frozen=True)
class _Variables:
    values: Mapping[str, str] = field(repr=False)

    def text(self, name: str, default: str) -> str:
        return self.values.get(name, default)

    def number(self, name: str, default: int, lowest: int, highest: int) -> int:
        text = self.values.get(name)
        return default if text is None else _number(name, text, lowest, highest)

    def port(self, name: str, default: int) -> int:
        return self.number(name, default, 1, 65535)

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default).upper()
        if value not in allowed:
            raise SettingsError(f"{name} must be one of {', '.join(allowed)}")
        return value


def _number(name: str, text: str, lowest: int, highest: int) -> int:
    # int() also takes signs, spaces, underscores and the digits of other scripts.
    if text.isascii() and text.isdigit() and len(text) <= 18 and lowest <= int(text) <= highest:
        return int(text)
    raise SettingsError(f"{name} must be a whole number from {lowest} to {highest}")


def _address(read: _Variables) -> Address:
    url = read.text("DATABASE_URL", "")
    if url:
        return _address_from_url(url)
    if not any(name in read.values for name in ADDRESS_VARIABLES):
        raise SettingsError(f"Set DATABASE_URL or {', '.join(ADDRESS_VARIABLES)}")
    return Address(
        host=read.text("POSTGRES_HOST", "localhost"),
        port=read.port("POSTGRES_PORT", 5432),
        database=read.text("POSTGRES_DB", "osint_platform"),
        user=read.text("POSTGRES_USER", "osint_user"),
        password=read.values.get("POSTGRES_PASSWORD"),
    )


def _address_from_url(url: str) -> Address:
    """Reads libpq's postgresql://user:password@host:port/database?parameter=value."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # The text of this error may quote the part with the password.
        raise SettingsError("DATABASE_URL has a host or port that cannot be read") from None
    if parts.scheme not in URL_SCHEMES or parts.fragment:
        raise SettingsError("DATABASE_URL must look like postgresql://user:password@host:5432/name")
    parameters = _url_parameters(parts)
    user = parameters.pop("user", None) or _decoded(parts.username)
    if not user:
        raise SettingsError("DATABASE_URL names no user")
    if "port" in parameters:
        port = _number("port in DATABASE_URL", parameters.pop("port"), 1, 65535)
    host = parameters.pop("host", None) or _decoded(parts.hostname) or "localhost"
    if "," in host:
        raise SettingsError("DATABASE_URL must name one host")
    database = parameters.pop("dbname", None) or _decoded(parts.path.removeprefix("/")) or user
    password = parameters.pop("password", None) or _decoded(parts.password)
    sslmode = parameters.pop("sslmode", Address.sslmode)
    if sslmode not in SSL_MODES:
        raise SettingsError(f"sslmode in DATABASE_URL must be one of {', '.join(SSL_MODES)}")
    sslrootcert = parameters.pop("sslrootcert", None)
    timeout = _number(
        "connect_timeout in DATABASE_URL", parameters.pop("connect_timeout", "10"), 0, 3600
    )
    unknown = sorted(parameters.keys() - URL_PARAMETERS_WITHOUT_EFFECT)
    if unknown:
        raise SettingsError(f"DATABASE_URL has a parameter that is not supported: {unknown[0]}")
    return Address(
        host=host,
        port=port or Address.port,
        database=database,
        user=user,
        password=password,
        sslmode=sslmode,
        # libpq: "system" means the certificates of the system, which is our default.
        sslrootcert=None if sslrootcert == "system" else sslrootcert,
        # libpq: 0 means to wait without limit. A service never does.
        connect_timeout=float(timeout) or Address.connect_timeout,
    )


def _url_parameters(parts: SplitResult) -> dict[str, str]:
    try:
        # In a libpq URL a plus sign is a plus sign.
        query = parts.query.replace("+", "%2B")
        return dict(parse_qsl(query, strict_parsing=bool(query), errors="strict"))
    except ValueError:
        raise SettingsError("DATABASE_URL has parameters that cannot be read") from None


def _decoded(text: str | None) -> str | None:
    try:
        return None if text is None else unquote(text, errors="strict")
    except ValueError:
        raise SettingsError("DATABASE_URL is not valid UTF-8 after percent-decoding") from None
