"""What the connector to Jira needs to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraSettings(Settings):
    """`overlap` is longer: the search index lags by seconds to minutes.

    Accounts of `agents` and `not_agents` are account ids; in Data Center user names or keys. `was` is, for fields as
    `fields` has them, the names that they had earlier. `link_types` are types of issue links that are looked for, by
    name, and where each stands in the configuration. `links` is whether issues get a link that leads to their page.
    """

    page_size: int = 500
    overlap: int = 600
    was: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link_types: Mapping[str, str] = field(default_factory=dict)
    links: bool = False
