"""The pages: one blueprint per noun over services and queries, and what all of them share."""

from flask import Flask

from app.web import (
    ages,
    asking,
    auth,
    collecting,
    confirming,
    corrections,
    deliveries,
    delivery_words,
    drafts,
    editions,
    elsewhere,
    errors,
    feeds,
    filters,
    finding,
    fixed,
    history,
    items,
    keys,
    lookbacks,
    mentions,
    menus,
    moments,
    openly,
    orders,
    plots,
    posts,
    previews,
    public,
    publications,
    quiet_news,
    quotes,
    readers,
    rehearsals,
    repeats,
    retractions,
    rows,
    runs,
    schedules,
    scripts,
    secret_addresses,
    security,
    selected,
    settings,
    sign_in,
    sparklines,
    standing,
    styleguide,
    styles,
    texts,
    together,
    told_ages,
    tour,
    urls,
    views,
    waiting,
)

BLUEPRINTS = (
    collecting,
    corrections,
    deliveries,
    editions,
    elsewhere,
    feeds,
    finding,
    history,
    items,
    keys,
    lookbacks,
    mentions,
    menus,
    moments,
    orders,
    posts,
    previews,
    public,
    publications,
    quotes,
    readers,
    rehearsals,
    repeats,
    retractions,
    runs,
    schedules,
    scripts,
    selected,
    settings,
    sign_in,
    styleguide,
    styles,
    texts,
    together,
    tour,
    views,
    waiting,
)


def register(app: Flask) -> None:
    """Bind everything of the web to the app."""
    urls.register(app)
    auth.register(app)
    errors.register(app)
    filters.register(app)
    delivery_words.register(app)
    drafts.register(app)
    ages.register(app)
    told_ages.register(app)
    asking.register(app)
    sparklines.register(app)
    rows.register(app)
    fixed.register(app)
    confirming.register(app)
    plots.register(app)
    standing.register(app)
    security.register(app)
    secret_addresses.register(app)
    openly.register(app)
    quiet_news.register(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
