"""A lens: looking at a day's papers as though one source, or one account there, had not spoken."""

from dataclasses import dataclass

SOURCE, ACCOUNT = "source", "account"
LENS_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Lens:
    """Who is taken away: all of a source, or the account of that handle; of that name where it has no handle."""

    source: str
    account: str | None = None

    def __str__(self) -> str:
        """The lens as it stands in an address: source:bluesky or account:twitter:northpop."""
        if self.account is None:
            return f"{SOURCE}:{self.source}"
        return f"{ACCOUNT}:{self.source}:{self.account}"


def read_lens(text: str) -> Lens | None:
    """The lens that a text from an address means, None where it means none; the inverse of `str`."""
    if len(text) > LENS_LIMIT or "\0" in text:
        return None
    kind, _, rest = text.partition(":")
    if kind == SOURCE:
        return Lens(rest) if rest and ":" not in rest else None
    source, _, account = rest.partition(":")
    return Lens(source, account) if kind == ACCOUNT and source and account else None
