"""How satisfied people were, as tools keep it: asked for when a report is made."""

from connectors.errors import ConnectorError
from connectors.interface import NativeRating, Skipped, Survey
from slabridge.app.tools import Tools
from slabridge.config import Config
from slabridge.config.services.satisfaction import ToolRatings
from slabridge.report.reporter import Reporter
from slabridge.state import ConnectionState, State, tickets
from slabridge.ticket.mapping import Mapper


def tool_ratings(reporter: Reporter, config: Config, state: State, tools: Tools, source: ToolRatings) -> list[str]:
    """Give the answers that a tool keeps of the period; return why it gave none, and which are left out.

    Raises:
        ConfigError: secrets or certificates cannot be had.
        StateError: the state cannot be read.
    """
    survey = None if source.survey is None or source.question is None else Survey(source.survey, source.question)
    start, end = reporter.within
    try:
        found = list(tools.named(source.connection).ratings(survey, start, end))
    except ConnectorError as error:
        return [f"answers about satisfaction were not read: {error}"]
    given = [one for one in found if isinstance(one, NativeRating)]
    connection = next(one for one in config.connections if one.name == source.connection)
    mapper = Mapper(connection)
    with ConnectionState(state, connection.name).reading() as transaction:
        known = tickets.stored(transaction, {one.ticket for one in given})
    reporter.add_ratings(source, given, [mapper.ticket(one.native) for one in known.values()])
    skipped = [one for one in found if isinstance(one, Skipped)]
    return [f"the answer {one.key} of {source.connection} is left out: {one.reason}" for one in skipped]
