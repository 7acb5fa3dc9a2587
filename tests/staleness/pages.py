"""What anybody may look at, and who of the people looks at it."""

from tests.staleness.stage import ANA, JO, RUI, STRANGER, Asked

EDITION = "/editions/{day}"
WITH_A_LENS = f"{EDITION}?without=account:twitter:northpop"
# What a page asks every few seconds: one that has seen all, and one that has seen nothing.
POLL, OLD_POLL = f"{EDITION}/news?seen={{version}}&run={{run}}", f"{EDITION}/news?seen=1&run=1"
# Few pages that show nearly all there is.
FEW = [
    Asked(ANA, EDITION),
    Asked(JO, WITH_A_LENS),
    Asked(JO, POLL, htmx=True),
    Asked(ANA, "/items/{item}"),
    Asked(ANA, f"{EDITION}/preview?as=both", htmx=True),
    Asked(STRANGER, "/hot-papers/{before}"),
]
LOOKED_AT_MOST = [
    *FEW,
    Asked(JO, EDITION),
    Asked(RUI, EDITION),
    Asked(ANA, f"{EDITION}?q=lantern&source=twitter"),
    Asked(ANA, OLD_POLL, htmx=True),
    Asked(JO, "/items/{again}", htmx=True),
    Asked(STRANGER, "/hot-papers"),
    Asked(STRANGER, "/hot-papers/{day}"),
    Asked(STRANGER, "/hot-papers/archive"),
    Asked(STRANGER, "/hot-papers/feed.atom"),
]
OF_THE_DESK = (
    *("/", "/editions", "/editions/{before}", "/editions/{after}", f"{EDITION}?state=candidate&new=yes"),
    *(f"{EDITION}/preview", f"{EDITION}/preview.html", f"{EDITION}/preview.md", f"{EDITION}/publication"),
    *(f"{EDITION}/rehearsal", f"{EDITION}/schedule", f"{EDITION}/baton", f"{EDITION}/history", "/history"),
    *(f"{EDITION}/collecting", f"{EDITION}/find?q=lantern", f"{EDITION}/look-back", "/look-backs"),
    *("/items/{item}/history", "/items/{item}/mentions", "/items/{item}/menu", "/items/{item}/quotes"),
    *("/mentions/{loud}/strike?date={day}", "/mentions/{loud}/strike/removal?date={day}"),
    *("/posts", "/posts/{before}", "/posts/{before}.md", "/posts/{before}/correction", "/posts/{before}/retraction"),
    *("/posts/{before}/revisions/1", "/posts/{before}/deliveries", "/posts/{before}/elsewhere", "/posts/{day}"),
    *("/posts/{before}/elsewhere/mail.html", "/deliveries/1", "/runs", "/runs/1", "/settings", "/keys"),
)
OF_READERS = (
    *("/hot-papers/2026-11", "/hot-papers/papers/{paper}", "/hot-papers/feed.json", "/hot-papers/sitemap.xml"),
    *("/robots.txt", "/hot-papers-{before}", "/hot-papers/2020-01-01"),
)
PAGES = [
    *LOOKED_AT_MOST,
    *(Asked(ANA, address) for address in OF_THE_DESK),
    Asked(JO, EDITION, htmx=True),
    Asked(JO, f"{EDITION}/publication"),
    Asked(JO, f"{EDITION}/preview", htmx=True),
    Asked(JO, "/posts/{before}"),
    Asked(RUI, "/items/{item}"),
    Asked(RUI, POLL, htmx=True),
    Asked(RUI, f"{EDITION}/preview", htmx=True),
    Asked(RUI, "/posts/{before}"),
    *(Asked(STRANGER, address) for address in (EDITION, "/items/{item}", "/posts/{before}", "/sign-in", "{link}")),
    *(Asked(STRANGER, address) for address in OF_READERS),
]
