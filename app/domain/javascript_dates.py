"""What JavaScript's `new Date` reads in a text, as V8 does it: the strings of ECMA-262, then its old leniency.

Written after V8's src/date/dateparser.h, dateparser-inl.h and dateparser.cc (as in 11.3), part by part, and compared
with Node 20 over generated texts. Browsers and site generators in JavaScript read dates by it.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_ZONES = {"ut": 0, "utc": 0, "z": 0, "gmt": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5}
_ZONES |= {"mst": -7, "mdt": -6, "pst": -8, "pdt": -7}
_HALVES = {"am": 0, "pm": 12}
_SPACES = "\t\n\x0b\x0c\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(rf"(?P<number>[0-9]+)|(?P<symbol>[:+.)-])|(?P<space>[{_SPACES}])|(?P<word>[^\x00-@{_SPACES}]+)")
_DIGITS = 9  # What V8 keeps of a number, after leading zeros.


@dataclass(frozen=True, slots=True)
class _Token:
    """A number with its count of digits, a sign, a word in small letters, one space, anything else, or the end."""

    kind: str
    text: str = ""

    @property
    def number(self) -> int:
        return int(self.text.lstrip("0")[:_DIGITS] or "0")

    def is_fixed(self, digits: int, least: int, most: int) -> bool:
        return self.kind == "number" and len(self.text) == digits and least <= self.number <= most

    def is_symbol(self, *signs: str) -> bool:
        return self.kind == "symbol" and self.text in signs

    @property
    def milliseconds(self) -> int:
        return self.number * 1000 // 10 ** min(len(self.text), _DIGITS)


_END = _Token("end")


class _Unreadable(Exception):
    """No date."""


@dataclass
class _Reading:
    """The tokens of a text, one ahead, and what has been read of day, time and zone so far."""

    tokens: list[_Token]
    day: list[int] = field(default_factory=list)
    time: list[int] = field(default_factory=list)
    month: int | None = None
    half: int | None = None
    sign: int | None = None
    hours: int | None = None
    minutes: int | None = None
    is_iso: bool = False

    @property
    def peek(self) -> _Token:
        return self.tokens[-1] if self.tokens else _END

    def next(self) -> _Token:
        return self.tokens.pop() if self.tokens else _END

    def skip(self, sign: str) -> bool:
        return self.peek.is_symbol(sign) and bool(self.next())

    def fixed(self, digits: int, least: int, most: int) -> int:
        """The number that must come now."""
        if not self.peek.is_fixed(digits, least, most):
            raise _Unreadable
        return self.next().number

    def add_day(self, number: int) -> None:
        if len(self.day) == 3:
            raise _Unreadable
        self.day.append(number)

    def add_time(self, number: int, *, last: bool = False) -> None:
        if len(self.time) == 4 and not last:
            raise _Unreadable
        self.time = [*self.time, number, *([0, 0, 0] if last else [])][:4]

    def expects_time(self, number: int) -> bool:
        return number < (0, 60, 60, 1000, 0)[len(self.time)]

    def set_zone(self, hours: int) -> None:
        self.sign, self.hours, self.minutes = (-1 if hours < 0 else 1), abs(hours), 0


def javascript_date(text: str) -> datetime | None:
    """The moment of `new Date(text)` in UTC; without a zone where the text names none, so that the reader's own counts.

    None for Invalid Date, and for a date before the year 1 or after 9999.
    """
    reading = _Reading(_tokens(text))
    try:
        _rest(reading, _iso(reading))
        return _moment(reading)
    except (_Unreadable, OverflowError, ValueError):
        return None


def _tokens(text: str) -> list[_Token]:
    """The tokens, the first one last. What stands in round brackets is one sign that means nothing."""
    tokens, at = [], 0
    while at < len(text):
        if text[at] == "(":
            at = _after_brackets(text, at)
            tokens.append(_Token("unknown"))
        elif found := _TOKEN.match(text, at):
            at = found.end()
            tokens.append(_Token(str(found.lastgroup), found[0].lower() if found.lastgroup == "word" else found[0]))
        else:
            at += 1
            tokens.append(_Token("unknown"))
    return tokens[::-1]


def _after_brackets(text: str, at: int) -> int:
    depth = 0
    for end, sign in enumerate(text[at:], start=at + 1):
        depth += {"(": 1, ")": -1}.get(sign, 0)
        if not depth:
            return end
    return len(text)


def _iso(reading: _Reading) -> _Token:
    """Read as a date-time string of ECMA-262; the first token that does not fit goes to the lenient rules."""
    if reading.peek.is_symbol("+", "-"):
        sign = reading.next()
        if not reading.peek.is_fixed(6, 0, 999_999):
            return sign
        year = reading.next().number
        if sign.text == "-" and not year:
            return sign
        reading.add_day(-year if sign.text == "-" else year)
    elif reading.peek.is_fixed(4, 0, 9999):
        reading.add_day(reading.next().number)
    else:
        return reading.next()
    for most in (12, 31):
        if not reading.skip("-"):
            break
        if not reading.peek.is_fixed(2, 1, most):
            return reading.next()
        reading.add_day(reading.next().number)
    if reading.peek == _Token("word", "t"):
        _iso_time(reading)
    elif reading.peek != _END:
        return reading.next()
    else:
        reading.set_zone(0)
    reading.is_iso = True
    return _END


def _iso_time(reading: _Reading) -> None:
    """`T09:03`, `T09:03:24`, `T09:03:24.000`, each with `Z`, `+09:00`, `+0900` or no zone, and then the end."""
    reading.next()
    reading.add_time(reading.fixed(2, 0, 24))
    most = 0 if reading.time == [24] else 59
    if not reading.skip(":"):
        raise _Unreadable
    reading.add_time(reading.fixed(2, 0, most))
    if reading.skip(":"):
        reading.add_time(reading.fixed(2, 0, most))
        if reading.skip("."):
            if reading.peek.kind != "number" or (not most and reading.peek.number):
                raise _Unreadable
            reading.add_time(reading.next().milliseconds)
    if reading.peek == _Token("word", "z"):
        reading.next()
        reading.set_zone(0)
    elif reading.peek.is_symbol("+", "-"):
        _iso_zone(reading)
    if reading.peek != _END:
        raise _Unreadable


def _iso_zone(reading: _Reading) -> None:
    reading.sign = 1 if reading.next().text == "+" else -1
    if reading.peek.is_fixed(4, 0, 2359) and reading.peek.number % 100 < 60:
        reading.hours, reading.minutes = divmod(reading.next().number, 100)
        return
    reading.hours = reading.fixed(2, 0, 23)
    if not reading.skip(":"):
        raise _Unreadable
    reading.minutes = reading.fixed(2, 0, 59)


def _rest(reading: _Reading, token: _Token) -> None:
    """V8's lenient rules, from the first token that was no part of a date-time string."""
    has_number = bool(reading.day)
    while token != _END:
        is_zone = token.is_symbol("+", "-") and (reading.time or reading.hours == reading.minutes == 0)
        if token.kind == "number":
            has_number = True
            _number(reading, token.number)
        elif token.kind == "word":
            _word(reading, token.text, has_number=has_number)
        elif is_zone:
            has_number = True
            _offset(reading, token.text)
        elif token.is_symbol("+", "-", ")") and has_number:
            raise _Unreadable
        token = reading.next()


def _number(reading: _Reading, number: int) -> None:
    if reading.skip(":"):
        if reading.skip(":"):
            if reading.time:
                raise _Unreadable
            reading.time += [number, 0]
        else:
            reading.add_time(number)
            reading.skip(".")
    elif reading.skip(".") and reading.expects_time(number):
        reading.add_time(number)
        if reading.peek.kind != "number":
            raise _Unreadable
        reading.add_time(reading.next().milliseconds, last=True)
    elif reading.hours is not None and reading.minutes is None and number < 60:
        reading.minutes = number
    elif reading.expects_time(number):
        reading.add_time(number, last=True)
        after = reading.peek
        if not (after.kind in ("end", "space") or after == _Token("word", "z") or after.is_symbol("+", "-")):
            raise _Unreadable
    else:
        reading.add_day(number)
        reading.skip("-")


def _word(reading: _Reading, word: str, *, has_number: bool) -> None:
    if word in _HALVES and reading.time:
        reading.half = _HALVES[word]
    elif word[:3] in _MONTHS:
        reading.month = _MONTHS.index(word[:3]) + 1
        reading.skip("-")
    elif word in _ZONES and has_number:
        reading.set_zone(_ZONES[word])
    elif has_number or reading.peek.kind == "number":
        raise _Unreadable


def _offset(reading: _Reading, sign: str) -> None:
    reading.sign = 1 if sign == "+" else -1
    found = reading.next() if reading.peek.kind == "number" else _Token("number")
    if reading.peek.is_symbol(":"):
        reading.hours, reading.minutes = found.number, None
    elif len(found.text) in (1, 2):
        reading.hours, reading.minutes = found.number, 0
    elif len(found.text) in (3, 4):
        reading.hours, reading.minutes = divmod(found.number, 100)
    else:
        raise _Unreadable


def _moment(reading: _Reading) -> datetime:
    year, month, day = _day(reading)
    hour, minute, second, millisecond = (*reading.time, 0, 0, 0, 0)[:4]
    if reading.half is not None:
        if hour > 12:
            raise _Unreadable
        hour = hour % 12 + reading.half
    is_time = hour < 24 and minute < 60 and second < 60 and millisecond < 1000
    if not is_time and (hour, minute, second, millisecond) != (24, 0, 0, 0):
        raise _Unreadable
    # A 31st of a shorter month runs over into the next one.
    moment = datetime(year, month, 1) + timedelta(day - 1, second, 0, millisecond, minute, hour)
    if reading.sign is None:
        return moment
    offset = timedelta(hours=reading.hours or 0, minutes=reading.minutes or 0)
    return (moment - reading.sign * offset).replace(tzinfo=UTC)


def _day(reading: _Reading) -> tuple[int, int, int]:
    """Year, month and day: in ISO's order, as America writes them, or around the name of a month."""
    if not reading.day:
        raise _Unreadable
    first, second, third = (*reading.day, 1, 1)[:3]
    if reading.month is not None:
        month, year, day = reading.month, *((second, first) if 1 <= first <= 31 else (first, second))
    elif reading.is_iso or not 1 <= first <= 31:
        year, month, day = first, second, third
    else:
        month, day, year = first, second, third
    if not reading.is_iso and 0 <= year < 100:
        year += 2000 if year < 50 else 1900
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise _Unreadable
    return year, month, day
