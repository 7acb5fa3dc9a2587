"""Which GitHub repositories a text links."""

import re

# As GitHub's own pages take them: an owner of at most 39 signs, a name of at most 100.
_LINK = re.compile(
    r"(?:https?://|(?<![\w@./-]))(?:www\.)?github\.com/"
    r"(?P<owner>[a-z0-9-]{1,39})/(?P<name>[a-z0-9._-]{1,100})(?![a-z0-9._-])",
    re.IGNORECASE | re.ASCII,
)
# The first part of GitHub's addresses where it is a page of the site and no account.
_PAGES = frozenset(
    "about account apps blog codespaces collections contact customer-stories dashboard enterprise events explore "
    "features issues join login logout marketplace new notifications orgs organizations pricing pulls readme search "
    "security sessions settings signup site sponsors stars team topics trending users".split()
)


def repositories_in(text: str) -> tuple[str, ...]:
    """The distinct repositories that a text links, as "owner/name" in lower case, in order of appearance.

    GitHub takes no notice of case. Links may lack their scheme, lead deeper into the repository, end a sentence, or
    have their underscores escaped as TeX wants it.
    """
    found = (_repository(match) for match in _LINK.finditer(text.replace("\\_", "_")))
    return tuple(dict.fromkeys(name for name in found if name))


def _repository(match: re.Match[str]) -> str | None:
    owner, name = match["owner"].lower(), match["name"].lower().rstrip(".").removesuffix(".git")
    return f"{owner}/{name}" if owner not in _PAGES and name.strip(".") else None
