"""Configurations: what is taken, and what a person reads when it is not."""

from pathlib import Path

import pytest

from accord.domain.errors import RequestError, explain
from accord.node.config import load_ledger_config, load_node_config, split_address

GOOD = """
format = 1
member = "tax_north"
listen = "127.0.0.1:7401"
ledger_url = "http://127.0.0.1:7400"

[peers]
health = "127.0.0.1:7402"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "node.toml"


def with_database(url: str) -> str:
    return f'database_url = "{url}"\n' + GOOD


def error_of(file: Path, text: str) -> RequestError:
    file.write_text(text)
    with pytest.raises(RequestError) as caught:
        load_node_config(file)
    assert "{" not in explain(caught.value).what + explain(caught.value).can.replace("{ ", "")
    return caught.value


def test_a_small_configuration_is_complete(file: Path) -> None:
    file.write_text(GOOD)
    config = load_node_config(file)

    assert config.peers == {"health": "127.0.0.1:7402"}
    assert config.path(config.keys_dir) == file.parent / "keys"
    assert config.database() == f"sqlite:///{file.parent / 'data' / 'node.db'}"
    assert config.limits.for_server().max_message_bytes == 64 * 1024 * 1024


def test_the_environment_stands_above_the_file(file: Path, monkeypatch) -> None:
    monkeypatch.setenv("ACCORD_NODE_LISTEN", "0.0.0.0:9000")
    monkeypatch.setenv("ACCORD_NODE_TIMEOUTS__ANCHOR_S", "7.5")
    file.write_text(GOOD)
    config = load_node_config(file)

    assert config.listen == "0.0.0.0:9000"
    assert config.timeouts.anchor_s == 7.5


def test_a_misspelt_variable_is_refused(file: Path, monkeypatch) -> None:
    monkeypatch.setenv("ACCORD_NODE_LISTN", "0.0.0.0:9000")
    error = error_of(file, GOOD)

    assert error.code == "E-CFG-003"
    assert error.facts["near"] == "ACCORD_NODE_LISTEN"


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(RequestError) as caught:
        load_node_config(file)
    assert (caught.value.code, caught.value.facts) == ("E-CFG-001", {"file": str(file)})


def test_text_that_is_no_toml_names_the_line(file: Path) -> None:
    error = error_of(file, "format = 1\nmember = tax\n")

    assert error.code == "E-CFG-002"
    assert "line 2" in str(error.facts["problem"])


@pytest.mark.parametrize(
    ("text", "key", "near"),
    [
        (GOOD.replace("listen", "listn"), "listn", "listen"),
        (GOOD + "[timeouts]\nanchr_s = 3\n", "timeouts.anchr_s", "anchor_s"),
    ],
)
def test_an_unknown_key_gets_the_nearest_one(file: Path, text: str, key: str, near: str) -> None:
    error = error_of(file, text)

    assert error.code == "E-CFG-003"
    assert (error.facts["key"], error.facts["near"]) == (key, near)


def test_a_missing_key_says_what_to_write(file: Path) -> None:
    error = error_of(file, GOOD.replace('member = "tax_north"', ""))

    assert (error.code, error.facts["example"]) == ("E-CFG-004", 'member = "tax_north"')


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (GOOD.replace("127.0.0.1:7401", "localhost"), "listen"),
        (GOOD.replace("127.0.0.1:7401", "localhost:99999"), "listen"),
        (GOOD.replace("http://", "ftp://"), "ledger_url"),
        (GOOD.replace("tax_north", "Tax North"), "member"),
        (GOOD.replace("format = 1", "format = 2"), "format"),
        (GOOD.replace("127.0.0.1:7402", "nowhere"), "peers.health"),
        (with_database("mysql://accord@localhost/accord"), "database_url"),
        (with_database("node.db"), "database_url"),
        (GOOD + "[timeouts]\npeer_s = 0\n", "timeouts.peer_s"),
        (GOOD + "[limits]\nmax_message_bytes = 1\n", "limits.max_message_bytes"),
    ],
)
def test_a_wrong_value_names_key_and_an_example(file: Path, text: str, key: str) -> None:
    error = error_of(file, text)

    assert (error.code, error.facts["key"]) == ("E-CFG-005", key)
    assert " = " in str(error.facts["example"])


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://accord:hunter2@localhost/accord",
        "postgresql+psycopg://accord:hunter2@localhost/accord",
        "postgresql://accord@localhost/accord?password=hunter2",
    ],
)
def test_a_password_in_the_configuration_is_refused_and_not_repeated(file: Path, url: str) -> None:
    error = error_of(file, with_database(url))

    assert (error.code, error.facts["key"]) == ("E-CFG-005", "database_url")
    assert "database_password_file" in str(error.facts["problem"])
    assert "hunter2" not in f"{error} {error.facts} {explain(error)} {error.detail}"


def test_a_password_is_read_from_a_file_of_its_owner_alone(file: Path) -> None:
    secret = file.parent / "database.password"
    named = 'database_password_file = "database.password"\n'
    file.write_text(named + with_database("postgresql://accord@localhost/accord"))
    config = load_node_config(file)
    with pytest.raises(RequestError, match="E-CFG-006"):
        config.database_password()
    secret.write_text("hunter2\n")
    secret.chmod(0o644)
    with pytest.raises(RequestError, match="E-CFG-007"):
        config.database_password()
    secret.chmod(0o600)

    assert config.database() == "postgresql://accord@localhost/accord"
    assert config.database_password() == "hunter2"
    assert "hunter2" not in repr(config)


def test_a_ledger_configuration_reads_alike(tmp_path: Path) -> None:
    file = tmp_path / "ledger.toml"
    file.write_text('format = 1\nlisten = "127.0.0.1:7400"\n')

    assert load_ledger_config(file).path(Path("x")) == tmp_path / "x"


@pytest.mark.parametrize(("text", "expected"), [("a:1", ("a", 1)), ("[::1]:65535", ("::1", 65535))])
def test_addresses_split(text: str, expected: tuple[str, int]) -> None:
    assert split_address(text) == expected


@pytest.mark.parametrize("text", ["a", ":1", "a:", "a:65536", "a:-1", "a:١"])
def test_what_is_no_address_does_not_split(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        split_address(text)
