"""The command line's frame: help, language, usage errors, exit statuses, the four lines."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer._click.core import Command, Context
from typer.core import TyperCommand, TyperGroup

from accord.cli import exit_codes
from accord.cli.lazy import COMMANDS, load_command
from accord.cli.program import _open_session, start
from accord.cli.texts import take_language
from accord.domain.errors import (
    KINDS,
    AccordError,
    RefusalError,
    RequestError,
    UnavailableError,
    VerificationError,
)

HEAVY = (
    "pygments",
    "markdown_it",
    "grpc",
    "web3",
    "sqlalchemy",
    "duckdb",
    "sqlglot",
    "cryptography",
)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ACCORD_PROFILE", "ACCORD_LANG", "ACCORD_TRACEBACK", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")


def test_help_imports_nothing_heavy():
    code = (
        "import sys; from accord.cli.main import main\n"
        "try: main(['--help'])\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert {name.split(".")[0] for name in done.stderr.split()}.isdisjoint(HEAVY)
    assert all(name in done.stdout for name in COMMANDS)


def _commands() -> Iterator[tuple[str, Command]]:
    root = Context(TyperCommand("accord", callback=None), obj=_open_session("en"))

    def walk(path: str, command: Command) -> Iterator[tuple[str, Command]]:
        yield path, command
        if isinstance(command, TyperGroup):
            for name, child in command.commands.items():
                yield from walk(f"{path} {name}", child)

    for name in COMMANDS:
        yield from walk(name, load_command(root, name))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_command_and_option_has_help_and_every_command_an_example(language: str):
    session = _open_session("zh" if language == "zh" else "en")
    texts = session.texts

    for path, command in _commands():
        assert texts.find("commands", path), path
        assert texts.find("commands", path, "example").startswith("accord "), path
        for parameter in command.params:
            name = str(parameter.name)
            assert texts.find("options", f"{path}.{name}") or texts.find("options", name), (
                f"{path} {name}"
            )


def test_every_example_is_a_command_line_that_parses():
    import shlex  # noqa: PLC0415

    for path, command in _commands():
        example = _open_session("en").texts.find("commands", path, "example")
        words = shlex.split(example)[1:]
        if isinstance(command, TyperGroup) or words[: len(path.split())] != path.split():
            continue
        command.make_context(path, words[len(path.split()) :])


def test_both_languages_have_the_same_placeholders():
    import string  # noqa: PLC0415

    from accord.cli.demo import DEMO_TEXTS  # noqa: PLC0415
    from accord.cli.texts import CLI_TEXTS, load_texts  # noqa: PLC0415

    def fields(text: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for key, entry in load_texts("en", CLI_TEXTS, DEMO_TEXTS).tables["say"].items():
        assert fields(entry["en"]) == fields(entry["zh"]), key


def test_a_mistyped_command_is_a_usage_error_that_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
):
    assert start(["grnts"]) == exit_codes.USAGE

    captured = capsys.readouterr()
    assert "There is no command grnts. Did you mean grants?" in captured.err
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments", [["ask"], ["ask", "--purpos", "x"], ["runs", "--limit", "0"], ["--lang", "fr"]]
)
def test_wrong_usage_exits_64_and_prints_no_data(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert start(arguments) == exit_codes.USAGE

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "environ", "expected"),
    [
        (["runs"], {}, "en"),
        (["runs"], {"LANG": "zh_CN.UTF-8"}, "zh"),
        (["runs"], {"LANG": "zh_CN.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "en"),
        (["runs"], {"LANG": "en_GB.UTF-8", "ACCORD_LANG": "zh"}, "zh"),
        (["runs", "--lang", "zh"], {}, "zh"),
        (["--lang=zh", "runs"], {"ACCORD_LANG": "en"}, "zh"),
        (["runs", "--lang"], {}, "?"),
    ],
)
def test_the_language_is_the_options_else_the_variables_else_the_locales(
    arguments: list[str], environ: dict[str, str], expected: str
):
    assert take_language(arguments, environ) == (["runs"], expected)


def test_words_after_the_double_dash_are_left_alone():
    assert take_language(["ask", "--", "--lang", "zh"], {}) == (["ask", "--", "--lang", "zh"], "en")


def test_a_command_without_a_person_says_so_in_four_lines(capsys: pytest.CaptureFixture[str]):
    assert start(["runs"]) == exit_codes.REFUSED

    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("E-CFG-013  ")
    assert [line.split("  ")[1] for line in lines[1:]] == ["Rule   ".strip(), "You can"]


def test_json_gives_the_error_as_data_in_the_chosen_language(capsys: pytest.CaptureFixture[str]):
    assert start(["runs", "--json", "--lang", "zh"]) == exit_codes.REFUSED

    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["kind"]) == ("E-CFG-013", "request")
    assert "身份" in error["what"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (RequestError("E-MSG-001", thing="x"), 1),
        (RefusalError("E-GRT-005", max_runs=1, record="tax_north#7"), 1),
        (VerificationError("E-CRY-008"), 1),
        (UnavailableError("E-NET-001", member="tax_north"), 3),
        (ValueError("a secret value"), 70),
        (ModuleNotFoundError("no grpc", name="grpc"), 1),
        (KeyboardInterrupt(), 130),
    ],
)
def test_every_end_of_a_command_has_its_exit_status(
    error: BaseException,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("accord.cli.status.open_client", fail)

    assert start(["status"]) == status

    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    assert "secret" not in captured.err
    if isinstance(error, AccordError):
        assert captured.err.startswith(error.code)
        assert (f"  Record   {error.record}" in captured.err) == bool(error.record)


def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fail(*_: object) -> None:
        raise ModuleNotFoundError("no grpc", name="grpc")

    monkeypatch.setattr("accord.cli.status.open_client", fail)

    start(["status"])

    assert "E-CLI-006  This command needs the package grpc" in capsys.readouterr().err


def test_every_kind_of_error_has_a_status():
    assert all(exit_codes.exit_code(kind("E-INT-001")) for kind in KINDS.values())


def test_the_module_runs_as_a_program(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "accord.cli", "verify", "none.accord", "--trust", "none.json"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (exit_codes.UNDECIDED, "")
    assert done.stderr.startswith("E-CLI-002")


@pytest.mark.parametrize(
    ("arguments", "english", "chinese"),
    [
        (["ask"], "SQL is missing.", "缺少 SQL。"),
        (["ask", "SELECT"], "--purpose TEXT is missing.", "缺少 --purpose TEXT。"),
        (["ask", "a", "b", "--purpose", "c"], "there is: b", "却有: b"),
        (["runs", "--limt", "1"], "Did you mean --limit?", "您是否要用 --limit?"),
        (["runs", "--limit", "0"], "from 1 to 1000", "1 到 1000"),
        (["runs", "--limit"], "--limit needs a value", "--limit 后面须有值"),
        (["ask", "a", "--dry-run=1"], "--dry-run takes no value", "--dry-run 不带值"),
        (["xyzzy"], "There is no command xyzzy.", "没有命令 xyzzy。"),
    ],
)
def test_wrong_usage_is_explained_in_both_languages(
    arguments: list[str], english: str, chinese: str, capsys: pytest.CaptureFixture[str]
):
    for language, words in (("en", english), ("zh", chinese)):
        assert start([*arguments, "--lang", language]) == exit_codes.USAGE
        assert words in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["data"], ["lab"], ["node"], ["ledger"]])
def test_a_group_alone_shows_its_help_and_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
):
    assert start(arguments) == exit_codes.USAGE

    captured = capsys.readouterr()
    assert captured.err.startswith(f"Usage: accord {arguments[0]} [options] COMMAND")
    assert captured.out == ""


def test_the_help_of_every_command_is_chinese_but_for_what_is_typed(
    capsys: pytest.CaptureFixture[str],
):
    typed = re.compile(r"[A-Z]{2,}[a-z]?|--?[\w-]+|\(.*?\)|accord .*|\.\w+|consortium|trust|zh\|en")
    for path, _ in _commands():
        assert start([*path.split(), "--help", "--lang", "zh"]) == exit_codes.DONE
        shown = capsys.readouterr().out
        assert "示例: accord" in shown
        for line in shown.splitlines():
            words = re.findall(r"[A-Za-z]{3,}", typed.sub("", line))
            known = {"SELECT", "Parquet", "json", "toml", "Ctrl", *COMMANDS, "new", "down"}
            verbs = {"inspect", "publish", "list", "show", "run", "cancel", "resume"}
            verbs |= {"consent", "replay", "auditor", "findings"}
            assert set(words) <= known | verbs, line
