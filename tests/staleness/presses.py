"""What people do at a desk that is seen afterwards, each by the form of a page."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from app.models import AuditEvent, Delivery, Edition
from app.queries.writings import owned_text, stand_of
from tests.factories import DAY
from tests.staleness.answers import Answer
from tests.staleness.stage import Hand, Stage

Way = Callable[[Stage, Hand], Answer | None]
WORDS = ("Read *this* first.", "Ten years of waiting.\n\nAt last.", "", "Where $x_i > 0$ & <moss>.")
CUTS = ("0", "35", "50", "85", "1000")


def form(address: str, *, htmx: bool = True, **fields: str) -> Way:
    """A form as htmx sends it, or as a browser does without scripts."""
    return lambda stage, hand: stage.press(hand, address, htmx=htmx, **fields)


def of_item(verb: str, **fields: str) -> Way:
    """A form of a paper."""
    return form(f"/items/{{item}}/{verb}", **fields)


def of_edition(verb: str, **fields: str) -> Way:
    """A form of the edition."""
    return form(f"/editions/{{day}}/{verb}", **fields)


def of_post(verb: str, **fields: str) -> Way:
    """A form of the post that is out since yesterday; where it is one of today's, `of_new_post`."""
    return form(f"/posts/{{before}}/{verb}", htmx=False, **fields)


def set_cut(stage: Stage, hand: Hand) -> Answer:
    """The cut goes to a number."""
    return stage.press(hand, "/editions/{day}/cut", cut=CUTS[hand.number % len(CUTS)])


def save(field: str) -> Way:
    """A text is saved by its page itself, which has it as it stands."""

    def saved(stage: Stage, hand: Hand) -> Answer:
        with stage.straight() as session:
            edition = session.scalars(select(Edition).where(Edition.date == DAY)).one()
            item = None if field in ("introduction", "closing") else stage.item(session, hand.number)
            item_id = item and item.id
            owned = owned_text(session, edition.id, item_id, field)
            seen = stand_of(field, owned.text, owned.last).seen
        where = f"/items/{item_id}" if item_id else "/editions/{day}"
        text = WORDS[hand.number % len(WORDS)]
        return stage.press(hand, f"{where}/texts/{field}", text=text, seen=seen, writer=hand.who)

    return saved


def save_all(stage: Stage, hand: Hand) -> Answer:
    """The texts of a paper at once, from the form that needs no script."""
    with stage.straight() as session:
        version = str(stage.item(session, hand.number).version)
    text = WORDS[hand.number % len(WORDS)]
    return stage.press(hand, "/items/{item}/text", htmx=False, version=version, headline=text, note=text)


def restore_order(stage: Stage, hand: Hand) -> Answer | None:
    """The order of an earlier moment comes back."""
    with stage.straight() as session:
        of_day = select(AuditEvent.id).join(Edition, Edition.id == AuditEvent.edition_id).where(Edition.date == DAY)
        events = list(session.scalars(of_day.where(AuditEvent.editor_id.is_not(None)).order_by(AuditEvent.id)))
    if not events:
        return None
    event = events[hand.number % len(events)]
    return stage.press(hand, f"/editions/{{day}}/history/{event}/order", htmx=False)


def be_at(**at: str) -> Way:
    """A page says where its person is, and what was looked at."""

    def said(stage: Stage, hand: Hand) -> None:
        fields = {"seen": "{version}", "run": "{run}", "active": "yes", "looked": "{other}"} | at
        query = "&".join(f"{name}={value}" for name, value in fields.items())
        stage.poll(hand, f"/editions/{{day}}/news?{query}")

    return said


def schedule(stage: Stage, hand: Hand) -> Answer:
    """The edition is to be published by itself in an hour."""
    at = stage.clock() + timedelta(hours=1)
    fields = {"day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "reason": "as asked", "note": "One was wrong."}
    return stage.press(hand, "/editions/{day}/schedule", **fields)


def decide(choice: str) -> Way:
    """Somebody decides about the newest delivery."""

    def decided(stage: Stage, hand: Hand) -> Answer:
        with stage.straight() as session:
            newest = session.scalars(select(Delivery).order_by(Delivery.id.desc())).first()
            number, seen = newest.id, newest.found_sha256 or ""
        return stage.press(hand, f"/deliveries/{number}/decision", choice=choice, seen=seen)

    return decided


def select_some(do: str) -> Way:
    """Two papers are selected, and something is done to both."""
    return lambda stage, hand: stage.press(
        hand, "/editions/{day}/selected", do=do, selected=[stage.names(hand.number)[name] for name in ("item", "other")]
    )


PRESSES: dict[str, Way] = {
    "pick": of_item("pick"),
    "pick at a number": of_item("pick", position="{next}"),
    "drop": of_item("drop"),
    "drop with a reason": of_item("drop", reason="An advert."),
    "drop what is below": of_item("below"),
    "hold": of_item("hold"),
    "return": of_item("return"),
    "move": of_item("position", position="{next}"),
    "move to the top": of_item("position", position="top"),
    "pin": of_item("pin"),
    "unpin": of_item("pin/removal"),
    "order": of_edition("order"),
    "cut": set_cut,
    "one more": of_edition("cut", step="up"),
    "one fewer": of_edition("cut", step="down"),
    "cut below": of_edition("cut", below="{item}"),
    "drop some": select_some("drop"),
    "pick some": select_some("pick"),
    "headline": save("headline"),
    "note": save("note"),
    "remark": save("remark"),
    "introduction": save("introduction"),
    "closing": save("closing"),
    "texts": save_all,
    "quote": form("/items/{quoting}/quotes/{quoted}"),
    "hide a quote": form("/items/{quoting}/quotes/{quoted}/removal"),
    "move a quote": form("/items/{quoting}/quotes/{quoted}/position", position="down"),
    "quote by the rule": form("/items/{quoting}/quotes/rule"),
    "strike": form("/mentions/{loud}/strike", date="{day}", reason="An advert."),
    "strike a quote": form("/mentions/{quoted}/strike", date="{day}"),
    "take a strike back": form("/mentions/{loud}/strike/removal", date="{day}"),
    "run as an update": form("/items/{again}/update"),
    "not as an update": form("/items/{again}/update/removal"),
    "undo": of_edition("undo"),
    "redo": of_edition("redo"),
    "restore an order": restore_order,
    "take what waits": of_edition("waiting/take", up_to="{run}"),
    "leave what waits": of_edition("waiting/leave", up_to="{run}"),
    "take the baton": of_edition("baton"),
    "ask for the baton": of_edition("baton/request"),
    "lay the baton down": of_edition("baton/lay-down"),
    "pass the baton on": of_edition("baton/lay-down", to="2"),
    "be at a paper": be_at(on="{item}"),
    "be at a note": be_at(on="{item}", field="note"),
    "make a link": of_edition("reading-link"),
    "end the link": of_edition("reading-link/removal"),
    "ask for a run": of_edition("collect"),
    "ask for a paper": of_edition("papers", paper="2611.99999"),
    "publish": of_edition("publication", reason="as it is", note="One was wrong.", empty_confirmed="yes"),
    "schedule": schedule,
    "unschedule": of_edition("schedule/off"),
    "take the new post back": form("/posts/{day}/take-back"),
    "correct the new post": form("/posts/{day}/correction", htmx=False),
    "retract the new post": form("/posts/{day}/retraction", htmx=False, reason="Wrong."),
    "restore the new post": form("/posts/{day}/restoration", htmx=False),
    "correct": of_post("correction"),
    "give the correction up": of_post("correction/give-up"),
    "publish the correction": form("/editions/{before}/publication", reason="as it is", note="One was wrong."),
    "drop of the correction": form("/items/{out}/drop"),
    "retract": of_post("retraction", reason="Wrong."),
    "restore": of_post("restoration"),
    "mail": of_post("mailing"),
    "deliver again": of_post("deliveries/attempts"),
    "put ours": decide("put"),
    "leave theirs": decide("leave"),
    "give a delivery up": decide("give up"),
    "save a view": of_edition("views?q=lantern", name="Lanterns {number}"),
    "remove a view": form("/views/1/removal", date="{day}"),
    "no single keys": form("/keys", htmx=False, single="no"),
    "end the tour": form("/tour/end", day="{day}"),
}
