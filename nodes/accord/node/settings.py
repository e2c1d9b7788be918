"""Read a TOML file and the environment into a settings class, with errors a person can use.

The environment stands above the file: ``ACCORD_NODE_LISTEN`` replaces ``listen``,
``ACCORD_NODE_TIMEOUTS__ANCHOR_S`` replaces ``anchor_s`` under ``[timeouts]``.
"""

import difflib
import os
import tomllib
import typing
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from accord.domain.errors import RequestError


class FileSettings(BaseSettings):
    """Base of settings read by `load`; keys are closed, values immutable."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_nested_delimiter="__")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment, then the file; no other source is looked at."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


S = TypeVar("S", bound=FileSettings)
M = TypeVar("M", bound=BaseModel)


def load(kind: type[S], path: Path) -> S:
    """Read ``path`` and the environment.

    Raises:
        RequestError: E-CFG-001 no file; E-CFG-002 no TOML; E-CFG-003 unknown key;
            E-CFG-004 missing key; E-CFG-005 wrong value.
    """
    values = read_toml(path)
    _check_environment(kind)
    return parse(kind, values, str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """The tables of a TOML file.

    Raises:
        RequestError: E-CFG-001; E-CFG-002.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise RequestError("E-CFG-001", file=str(path)) from None
    except (OSError, ValueError) as error:  # not readable, not UTF-8, not TOML
        raise RequestError("E-CFG-002", file=str(path), problem=str(error)) from None


def nearest(word: str, known: Iterable[str]) -> str:
    """The most similar of ``known``, or all of them."""
    known = sorted(known)
    return next(iter(difflib.get_close_matches(word, known, 1)), ", ".join(known))


def _check_environment(kind: type[FileSettings]) -> None:
    prefix = str(kind.model_config.get("env_prefix", ""))
    for variable in os.environ:
        name = variable.removeprefix(prefix).partition("__")[0].lower()
        if variable.startswith(prefix) and name not in kind.model_fields:
            near = nearest(variable, (prefix + field.upper() for field in kind.model_fields))
            raise RequestError("E-CFG-003", file="environment", key=variable, near=near)


def parse(kind: type[M], values: Mapping[str, Any], file: str) -> M:
    """Check ``values``, the tables of ``file``; no environment is looked at.

    Raises:
        RequestError: E-CFG-003 unknown key; E-CFG-004 missing key; E-CFG-005 wrong value.
    """
    try:
        return kind(**values)
    except ValidationError as error:
        raise _readable(kind, file, error) from None


def _readable(kind: type[BaseModel], file: str, error: ValidationError) -> RequestError:
    errors = error.errors(include_url=False, include_context=False)
    # A misspelt key is also a missing one; the misspelling is what helps.
    first = min(errors, key=lambda each: each["type"] != "extra_forbidden")
    place = [str(part) for part in first["loc"]]
    key = ".".join(place)
    if first["type"] == "extra_forbidden":
        near = nearest(place[-1], _model_at(kind, place[:-1]).model_fields)
        return RequestError("E-CFG-003", file=file, key=key, near=near)
    example = _example(kind, place)
    if first["type"] == "missing":
        return RequestError("E-CFG-004", file=file, key=key, example=example)
    problem = first["msg"].removeprefix("Value error, ")
    return RequestError("E-CFG-005", file=file, key=key, problem=problem, example=example)


def _model_at(model: type[BaseModel], place: list[str]) -> type[BaseModel]:
    for part in place:
        field = model.model_fields.get(part)
        if field is not None:
            candidates = [field.annotation, *typing.get_args(field.annotation)]
            model = next((c for c in candidates if _is_model(c)), model)
    return model


def _is_model(candidate: object) -> typing.TypeGuard[type[BaseModel]]:
    return isinstance(candidate, type) and issubclass(candidate, BaseModel)


def _example(kind: type[BaseModel], place: list[str]) -> str:
    """What the declaration gives as example, else its default, as a line of TOML."""
    fields: Mapping[str, Any] = _model_at(kind, place[:-1]).model_fields
    name = next((part for part in reversed(place) if part in fields), place[-1])
    field = fields.get(name)
    value = (field.examples or [field.default])[0] if field is not None else "…"
    return f"{name} = {_toml(value)}"


def _toml(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return f'"{value}"' if isinstance(value, (str, Path)) else str(value)
