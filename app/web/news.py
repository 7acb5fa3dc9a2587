"""What is new for a page that asks: decided by what the page says, and by how the edition is met at this moment."""

from datetime import datetime

from werkzeug.datastructures import MultiDict

from app.queries.presence import Meeting
from app.services.presence import is_due
from app.web.company import company_at
from app.web.forms import read_ids

# The edition was changed; newer data came; somebody came, went, or went on to another paper.
CHANGES, DATA, COMPANY, NOTHING = "changes", "data", "company", ""

Args = MultiDict[str, str]


def says_more(args: Args, met: Meeting, me: int, now: datetime) -> bool:
    """Whether a page says more of its person than is known, or it is time to write again that the person is here."""
    if met.status != "draft":
        return False
    if args.get("active") or "looked" in args:
        return True
    return is_due(next((person.seen_at for person in met.people if person.id == me), None), now)


def news_in(args: Args, met: Meeting, me: int) -> str:
    """The first of CHANGES, DATA and COMPANY that the page does not know of, or NOTHING."""
    if met.edition_id is None or args.get("seen") != str(met.version):
        return CHANGES
    if max(read_ids(args.getlist("run")), default=0) != met.run_id:
        return DATA
    company = company_at(met, me)
    return COMPANY if company and args.get("here") != company.digest else NOTHING
