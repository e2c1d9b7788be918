"""Whatever others wrote, the terminal shows it and does not obey it."""

import io
import json

from rich.live import Live
from rich.table import Table
from rich.text import Text

from accord.cli.console import PlainConsole
from accord.cli.session import Session
from accord.cli.texts import load_texts

EVIL = "\x1b[2J\x1b[Hall fine\x9b1A\u202e"
SHOWN = "\\x1b[2J\\x1b[Hall fine\\x9b1A\\u202e"


def console() -> tuple[PlainConsole, io.StringIO]:
    stream = io.StringIO()
    made = PlainConsole(
        file=stream, force_terminal=True, highlight=False, color_system="standard", width=100
    )
    return made, stream


def test_foreign_text_is_shown_by_its_numbers_wherever_it_stands() -> None:
    made, stream = console()
    table = Table(EVIL)
    table.add_row(Text(EVIL, "bold red"))

    made.print(EVIL, Text(EVIL), markup=False, soft_wrap=True)
    made.print(table)

    assert stream.getvalue().count(SHOWN) == 2
    assert stream.getvalue().count("\\x1b[2J") == 4  # a table may cut what is too long
    assert "\x1b[2J" not in stream.getvalue()
    assert not {"\x9b", "\u202e"} & set(stream.getvalue())


def test_colours_and_lines_of_our_own_stay() -> None:
    made, stream = console()

    made.print(Text("one\ntwo\tthree 收入", "green"))

    assert stream.getvalue().startswith("\x1b[32mone\x1b[0m\n")
    assert "收入" in stream.getvalue()


def test_moving_parts_still_move() -> None:
    made, stream = console()

    with Live(Text(EVIL), console=made, auto_refresh=False) as live:
        live.update(Text("done\nnow"), refresh=True)

    assert "\x1b[1A" in stream.getvalue()
    assert "\x1b[2J" not in stream.getvalue()


def test_json_stays_json_of_the_same_value() -> None:
    made, stream = console()
    session = Session(load_texts("en"), made, made, {})

    session.print_json({"sql": EVIL, "zh": "收入"})
    session.print_json({"zh": "收入"})

    first, second = stream.getvalue().split("}\n")[:2]
    assert json.loads(first + "}") == {"sql": EVIL, "zh": "收入"}
    assert first.isascii()
    assert "收入" in second
