"""Text that a terminal would obey is told apart, and shown as what it is."""

import pytest

from accord.domain.text import is_plain, printable


@pytest.mark.parametrize(
    "text", ["", "SELECT 1", "收入\u3000统计", "é\u0301", "🙂", "\xa0", "\ue000", "{}\\x1b"]
)
def test_text_without_commands_is_plain_and_shown_as_it_is(text: str) -> None:
    assert is_plain(text)
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\x00", "\\x00"),
        ("a\rb", "a\\rb"),
        ("a\nb", "a\\nb"),
        ("\x7f\x9b", "\\x7f\\x9b"),
        ("\u202eevil", "\\u202eevil"),
        ("\u2028\u200b", "\\u2028\\u200b"),
        ("\ufeff", "\\ufeff"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_a_character_that_commands_is_shown_by_its_number(text: str, shown: str) -> None:
    assert not is_plain(text)
    assert printable(text) == shown
    assert is_plain(shown)


def test_some_characters_may_be_let_through() -> None:
    assert is_plain("a\n\tb", besides="\n\t")
    assert not is_plain("a\n\r", besides="\n\t")
    assert printable("a\n\x1b", besides="\n\t") == "a\n\\x1b"
