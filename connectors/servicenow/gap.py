"""What has no history at the source, and why."""

from collections.abc import Mapping

from connectors.servicenow.catalogue import Catalogue
from connectors.servicenow.settings import ServiceNowSettings

_OBSERVED = "history is what our own pulls see, as configured"
_WALKED = "it stands in another record, whose changes are not this ticket's"


def gaps_of(settings: ServiceNowSettings, catalogue: Catalogue, comments: str) -> Mapping[str, str]:
    """Return native field -> reason; `comments` is what is lost of those, "" where nothing is."""
    found = {field: _WALKED for field in settings.fields if "." in field}
    fields = [field for field in settings.fields if "." not in field]
    match settings.history:
        case "observed":
            found |= dict.fromkeys(fields, _OBSERVED)
        case "metric_instance":
            measured = catalogue.facts.metrics
            why = "no active metric of type “Field value duration” measures it"
            found |= {field: why for field in fields if field not in measured}
        case _:
            found |= catalogue.facts.unaudited
    return found | ({"comments": comments} if comments else {})
