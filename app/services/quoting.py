"""Quotes: an editor chooses which mentions a paper's entry quotes and in what order, or leaves it to the rule."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.domain.editions import NotAllowed, target_position
from app.domain.quoting import Why, ordinal
from app.queries.evidence import Evidence, evidence_of_items
from app.queries.quoting import listed_mentions, standing_of
from app.services.acting import Acting
from app.services.audit import Acted, Kind
from app.services.changing import Work, change_items, edition_with, title_of

REFUSED = {
    Why.STRUCK: "This mention is struck; let it count again before you quote it.",
    Why.GONE: "This mention is no longer there, so the post cannot quote it.",
    Why.REPOST: "A repost is not quoted; quote the post that it repeats.",
    Why.WORDLESS: "This mention has no words to quote.",
}

# Changes the ids of the quoted mentions in place, given the one meant and the paper's, and says what it did; None if
# nothing had to change.
Choice = Callable[[list[int], Evidence, list[Evidence]], str | None]


def quote(session: Session, item_id: int, mention_id: int, by: Acting) -> Acted:
    """Quote a mention too, behind those that are quoted already.

    Raises NotAllowed for one that cannot be quoted, or that the paper does not have as it is seen now.
    """

    def choose(listed: list[int], mention: Evidence, mentions: list[Evidence]) -> str | None:
        if mention_id in listed:
            return None
        standing = standing_of(mentions, mention_id, listed, by.rules)
        if standing and standing.why in REFUSED:
            raise NotAllowed(REFUSED[standing.why])
        listed.append(mention_id)
        return f"chose to quote {_voice(mention)} for {{}}"

    return _choose(session, item_id, mention_id, choose, by)


def hide(session: Session, item_id: int, mention_id: int, by: Acting) -> Acted:
    """Quote a mention no more; the others stay quoted in their order. Raises NotAllowed."""

    def choose(listed: list[int], mention: Evidence, mentions: list[Evidence]) -> str | None:
        if mention_id not in listed:
            return None
        listed.remove(mention_id)
        return f"hid the quote of {_voice(mention)} for {{}}"

    return _choose(session, item_id, mention_id, choose, by)


def move(session: Session, item_id: int, mention_id: int, by: Acting, *, to: int | str) -> Acted:
    """Give a quote another place: up, down, top, bottom, or a number from 1.

    Raises NotAllowed for a place there is not, or a mention that is not quoted.
    """

    def choose(listed: list[int], mention: Evidence, mentions: list[Evidence]) -> str | None:
        # Places are those that are seen; a mention whose coming was undone keeps its own behind them.
        seen = [other for other in listed if any(other == known.mention_id for known in mentions)]
        if mention_id not in seen:
            raise NotAllowed("Only a mention that is quoted has a place among the quotes; quote it first.")
        current = seen.index(mention_id) + 1
        position = target_position(to, current, len(seen))
        if position == current:
            return None
        seen.insert(position - 1, seen.pop(current - 1))
        listed[:] = [*seen, *(other for other in listed if other not in seen)]
        return f"moved the quote of {_voice(mention)} for {{}} from {ordinal(current)} to {ordinal(position)}"

    return _choose(session, item_id, mention_id, choose, by)


def back_to_rule(session: Session, item_id: int, by: Acting) -> Acted:
    """Quote by the rule again. Raises NotAllowed."""

    def change(work: Work) -> str:
        (item,) = work.items
        item.quotes = None
        return f"put the quotes of {title_of(item)} back to the rule"

    edition_id = edition_with(session, item_id)
    return change_items(
        session, edition_id, [item_id], Kind.ITEM_QUOTED, change, by, needs=lambda item: item.quotes is not None
    )


def _choose(session: Session, item_id: int, mention_id: int, choose: Choice, by: Acting) -> Acted:
    """Change what an item's entry quotes, beginning with what it quotes as things stand, as one action."""

    def change(work: Work) -> str | None:
        (item,) = work.items
        mentions = evidence_of_items(session, [item_id]).get(item_id, [])
        mention = next((found for found in mentions if found.mention_id == mention_id), None)
        if mention is None:
            raise NotAllowed("This paper has no such mention as it stands now; look at its mentions again.")
        # A list of its own: what the event keeps as the former one must not change under it.
        listed = list(listed_mentions(mentions, item.quotes, by.rules))
        said = choose(listed, mention, mentions)
        if said is not None:
            item.quotes = listed
        return said and said.format(title_of(item))

    return change_items(session, edition_with(session, item_id), [item_id], Kind.ITEM_QUOTED, change, by)


def _voice(mention: Evidence) -> str:
    """Who said it; braces doubled, for what is said has a gap for the title."""
    who = f"@{mention.author_handle}" if mention.author_handle else mention.author_name or "an unknown author"
    return who.replace("{", "{{").replace("}", "}}")
