"""Configuration of one process: one TOML file and the environment.

Relative paths start at the folder of the file.  Secrets are named by path, never written
into a configuration.  ``docs/samples`` holds complete examples, which tests parse.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import SettingsConfigDict

from accord.domain.ids import is_name
from accord.domain.key_files import read_secret
from accord.node.server import ServerLimits
from accord.node.settings import FileSettings, load

_MIB: Final = 1024 * 1024
_MAX_PORT: Final = 65535
_THIS_MACHINE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def split_address(address: str) -> tuple[str, int]:
    """Host and port of ``HOST:PORT`` or ``[IPV6]:PORT``.

    Raises:
        ValueError: ``address`` is neither.
    """
    host, colon, port = address.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not (host and colon and port.isascii() and port.isdigit() and int(port) <= _MAX_PORT):
        raise ValueError('expected "HOST:PORT"')
    return host, int(port)


def _check_address(address: str) -> str:
    split_address(address)
    return address


def _check_url(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("expected a URL that starts with http:// or https://")
    return url


def _check_database(url: str) -> str:
    """A SQLite or PostgreSQL database; libpq takes a password in the query part, too."""
    parts = urlsplit(url)
    if url and parts.scheme not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        raise ValueError("expected a URL that starts with postgresql:// or sqlite:///")
    if parts.password is not None or "password" in parse_qs(parts.query):
        raise ValueError("a password stands in a file of its own: database_password_file")
    return url


def _check_name(name: str) -> str:
    if not is_name(name):
        raise ValueError("expected a name: a to z, 0 to 9 and _, first a letter")
    return name


Address = Annotated[str, AfterValidator(_check_address)]
DatabaseUrl = Annotated[str, AfterValidator(_check_database)]
Name = Annotated[str, AfterValidator(_check_name)]
Url = Annotated[str, AfterValidator(_check_url)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Timeouts(_Table):
    """Seconds; each says what is waited for."""

    peer_s: Seconds = Field(default=30.0, description="one short call to a peer")
    contribute_s: Seconds = Field(
        default=300.0, description="one step of a member: measure, encrypt, decrypt, anchor"
    )
    anchor_s: Seconds = Field(default=120.0, description="until a record is final on the ledger")
    ledger_s: Seconds = Field(default=5.0, description="one request to the ledger")
    max_unanchored_s: Seconds = Field(
        default=14_400.0, description="a record may wait for the ledger before new work is refused"
    )
    stop_s: Seconds = Field(default=5.0, description="running calls, when the node stops")


class Limits(_Table):
    """What the node takes from its callers; see `accord.node.server.ServerLimits`."""

    max_message_bytes: int = Field(default=64 * _MIB, ge=64 * 1024, le=1024 * _MIB)
    threads: int = Field(default=32, ge=2, le=512)
    max_streams: int = Field(default=64, ge=1, le=10_000)
    max_deadline_s: Seconds = 3600.0

    def for_server(self) -> ServerLimits:
        """The same, as the server takes it."""
        return ServerLimits(
            max_message_bytes=self.max_message_bytes,
            threads=self.threads,
            max_streams=self.max_streams,
            max_deadline_s=self.max_deadline_s,
        )


class WorkConfig(_Table):
    """Where masked encryption runs; see `accord.node.work`."""

    executor: Literal["processes", "inline", "dask"] = Field(
        default="processes", description="inline: in the thread of the call"
    )
    workers: int = Field(
        default=0, ge=0, le=256, description="processes, and threads for decryption; 0: one a core"
    )
    scheduler: str = Field(default="", validate_default=True, examples=["tls://dask.example:8786"])

    @field_validator("scheduler")
    @classmethod
    def _check_scheduler(cls, scheduler: str, info: ValidationInfo) -> str:
        """Data that is masked but not yet encrypted travels to a cluster."""
        if info.data.get("executor") != "dask":
            return scheduler
        scheme, _, address = scheduler.partition("://")
        host = split_address(address)[0] if scheme in {"tls", "tcp"} else ""
        if not host or (scheme == "tcp" and host not in _THIS_MACHINE):
            raise ValueError("expected tls://HOST:PORT, or tcp://127.0.0.1:PORT on this machine")
        return scheduler


class _Located(FileSettings):
    """Settings that know the folder their relative paths start from."""

    _folder: Path = PrivateAttr(default=Path())

    def path(self, value: Path) -> Path:
        """``value``, made absolute."""
        return self._folder / value

    def located_at(self, file: Path) -> Self:
        """The same settings, as read from ``file``."""
        located = self.model_copy()
        located._folder = file.resolve().parent  # noqa: SLF001 - of this very class
        return located


class NodeConfig(_Located):
    """One member's node.

    Attributes:
        listen: Where peers and persons reach it.
        database_url: SQLAlchemy URL without a password; by default SQLite in ``data_dir``.
        database_password_file: Read for each new connection, so that it may change; without
            it libpq's own ways hold, such as PGPASSWORD and ``~/.pgpass``.
        peers: Address of every other member's node, by member.
    """

    model_config = SettingsConfigDict(env_prefix="ACCORD_NODE_")

    format: Literal[1] = Field(examples=[1])
    member: Name = Field(examples=["tax_north"])
    listen: Address = Field(examples=["127.0.0.1:7401"])
    ledger_url: Url = Field(examples=["http://127.0.0.1:7400"])
    data_dir: Path = Field(default=Path("data"))
    keys_dir: Path = Field(default=Path("keys"))
    cards_dir: Path = Field(default=Path("cards"))
    trust_file: Path = Field(default=Path("trust.json"))
    database_url: DatabaseUrl = Field(
        default="", examples=["postgresql://mill_north@127.0.0.1/mill_north"]
    )
    database_password_file: Path | None = Field(default=None, examples=["database.password"])
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    peers: dict[Name, Address] = Field(default_factory=dict, examples=[{"health": "10.0.0.2:7401"}])
    timeouts: Timeouts = Timeouts()
    limits: Limits = Limits()
    work: WorkConfig = WorkConfig()

    def database(self) -> str:
        """The URL to open."""
        return self.database_url or f"sqlite:///{self.path(self.data_dir) / 'node.db'}"

    def database_password(self) -> str:
        """The password of the database's user; empty where no file is named.

        Raises:
            RequestError: E-CFG-006 the file is missing; E-CFG-007 others may read it.
        """
        if self.database_password_file is None:
            return ""
        file = self.path(self.database_password_file)
        return read_secret(file, "database password").decode(errors="replace").strip()


class LedgerConfig(_Located):
    """The embedded ledger."""

    model_config = SettingsConfigDict(env_prefix="ACCORD_LEDGER_")

    format: Literal[1] = Field(examples=[1])
    listen: Address = Field(examples=["127.0.0.1:7400"])
    data_dir: Path = Field(default=Path("data"))
    genesis_file: Path = Field(default=Path("genesis.cbor"))
    seal_key_file: Path = Field(default=Path("keys/seal.key"))
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def load_node_config(path: Path) -> NodeConfig:
    """Read a node's configuration; errors as in `accord.node.settings.load`."""
    return load(NodeConfig, path).located_at(path)


def load_ledger_config(path: Path) -> LedgerConfig:
    """Read the ledger's configuration; errors as in `accord.node.settings.load`."""
    return load(LedgerConfig, path).located_at(path)
