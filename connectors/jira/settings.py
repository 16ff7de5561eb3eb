"""What the connector to Jira needs to know."""

from dataclasses import dataclass

from connectors.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraSettings(Settings):
    """`overlap` is longer: the search index lags by seconds to minutes.

    Accounts of `agents` and `not_agents` are account ids; in Data Center user names or keys.
    """

    page_size: int = 500
    overlap: int = 600
