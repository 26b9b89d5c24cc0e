"""Settings: libpq's spelling is understood, and faults are named without secrets."""

import pytest

from shared.python.settings import Address, Settings, SettingsError


def address(url: str) -> Address:
    return Settings.from_environment({"DATABASE_URL": url}).address


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://ann@db", Address("db", 5432, "ann", "ann")),
        ("postgres://ann:s3@db:6000/osint", Address("db", 6000, "osint", "ann", "s3")),
        ("postgresql+asyncpg://ann@db/osint", Address("db", 5432, "osint", "ann")),
        ("postgresql://a%40b:p%2Fw%3A@h/d%20e", Address("h", 5432, "d e", "a@b", "p/w:")),
        ("postgresql://ann@/osint?host=/run/pg", Address("/run/pg", 5432, "osint", "ann")),
        ("postgresql://ann@%2Frun%2Fpg/osint", Address("/run/pg", 5432, "osint", "ann")),
        ("postgresql://ann@[::1]:6000/o", Address("::1", 6000, "o", "ann")),
        ("postgresql://h/d?user=u&password=a+b&port=7", Address("h", 7, "d", "u", "a+b")),
        (
            "postgresql://u@h/d?sslmode=require&application_name=x&connect_timeout=3",
            Address("h", 5432, "d", "u", sslmode="require", connect_timeout=3.0),
        ),
    ],
)
def test_a_url_is_read_as_libpq_reads_it(url: str, expected: Address) -> None:
    assert address(url) == expected


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("DATABASE_URL", "mysql://u:SECRET@h/d"),
        ("DATABASE_URL", "postgresql://u:SECRET@h:port/d"),
        ("DATABASE_URL", "postgresql://u:SECRET@h:99999/d"),
        ("DATABASE_URL", "postgresql://u:SECRET@[::1/d"),
        ("DATABASE_URL", "postgresql://u:SECRET%FF@h/d"),
        ("DATABASE_URL", "postgresql://u:SECRET@h/d?sslmode=maybe"),
        ("DATABASE_URL", "postgresql://u:SECRET@h/d?nothing=1"),
        ("DATABASE_URL", "postgresql://u:SECRET@h/d?password"),
        ("DATABASE_URL", "postgresql://:SECRET@h/d"),
        ("DATABASE_URL", "postgresql://u:SECRET@a,b/d"),
        ("POSTGRES_PORT", "SECRET"),
        ("POSTGRES_PORT", "0"),
        ("POSTGRES_POOL_SIZE", "-1"),
        ("POSTGRES_POOL_SIZE", "1_0"),
        ("API_PORT", "65536"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_bad_value_names_the_variable_and_shows_no_secret(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable) as raised:
        Settings.from_environment({"POSTGRES_USER": "ann", variable: value})
    assert "SECRET" not in str(raised.value)


def test_single_variables_are_enough() -> None:
    settings = Settings.from_environment(
        {"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "SECRET", "POSTGRES_PORT": ""}
    )
    assert settings.address == Address("db", 5432, "osint_platform", "osint_user", "SECRET")
    assert "SECRET" not in repr(settings)


def test_the_url_wins() -> None:
    environment = {"DATABASE_URL": "postgresql://u@h/d", "POSTGRES_HOST": "other"}
    assert Settings.from_environment(environment).address.host == "h"


def test_without_an_address_the_message_says_what_to_set() -> None:
    with pytest.raises(SettingsError, match="Set DATABASE_URL or POSTGRES_HOST"):
        Settings.from_environment({"API_PORT": "8000"})
