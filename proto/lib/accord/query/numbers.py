"""Scaled integers as people write them."""


def decimal_text(number: int, digits: int) -> str:
    """``number / 10**digits`` with exactly ``digits`` digits after the point."""
    if digits == 0:
        return str(number)
    sign, text = "-" if number < 0 else "", str(abs(number)).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"
