"""What is planned by, as a connection stands."""

from slabridge.run.context import Context
from slabridge.run.foreseen import risk_of
from slabridge.run.terms import Terms
from slabridge.state.connections import Standing


def terms_of(context: Context, standing: Standing) -> Terms:
    """Return the terms for the tickets of a connection that stands so."""
    config, connection = context.run.config, context.connection
    rule = connection.writeback.comments
    return Terms(
        config.definitions,
        connection.writeback,
        context.connector.encode,
        context.as_of,
        config.post_within,
        standing.posts_from,
        standing.as_of,
        standing.held_since,
        context.connector.fits,
        None if rule is None or rule.only is None else context.run.engine.calendars[rule.only],
        connection.timeline,
        connection.links_pages,
        risk_of(context),
    )
