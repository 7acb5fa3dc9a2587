"""HTML's entities, decoded in any text, however hostile."""

import html
import re

# No sign has so long a number, and Python refuses to read one of thousands of digits.
_NO_ENTITY = re.compile(r"&(?=#[0-9]{20})")


def unescaped(words: str) -> str:
    """The same with HTML's entities decoded; what is far too long for a number of a sign is left as it is."""
    return html.unescape(_NO_ENTITY.sub("&amp;", words))
