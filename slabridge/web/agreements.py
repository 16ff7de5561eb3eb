"""What was promised, in words, to whom cycles of theirs have it (docs/agreements.md)."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response

from sla_engine import Engine
from sla_engine.instant import instant_of
from slabridge.app.agreements import agreements, visible
from slabridge.show.agreements import as_json
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.web.asked import Absent
from slabridge.web.language import language_of
from slabridge.web.narrowed import may_have, narrowed
from slabridge.web.site import Site, guest_of, site_of


def told(request: Request) -> list[dict[str, Any]]:
    """Return the agreements that somebody sees, or the versions of the one that the address names.

    Raises:
        Absent: there is none such.
    """
    site = site_of(request)
    wanted = request.path_params.get("agreement")
    viewer = guest_of(request).viewer
    seen = None if viewer.sees_all else visible(site.readable.state(), viewer)
    code = language_of(request, site.config)
    found = []
    for defined, one in zip(site.config.definitions.agreements, _today(site, code), strict=True):
        if (seen is not None and one["id"] not in seen) or wanted not in {None, one["id"]}:
            continue
        if viewer.customer is None:
            found.append(one)
        elif one["kind"] == "sla" and may_have(defined, viewer.customer):
            found.append(narrowed(defined, one, viewer.customer, Language(code)))
    if wanted is not None and not found:
        raise Absent(said("no agreement %(name)s is known", name=wanted))
    return found


def listed(request: Request) -> Response:
    """Show all agreements, with what each promises."""
    return site_of(request).page(request, "agreements.html", agreements=told(request))


def agreement(request: Request) -> Response:
    """Show one agreement with its versions, and how it counts."""
    return site_of(request).page(request, "agreement.html", versions=told(request))


def _today(site: Site, code: str) -> list[dict[str, Any]]:
    """Return all agreements with the examples of today; they are kept until it is over."""
    definitions = site.config.definitions
    zone = ZoneInfo(definitions.timezone)
    at = instant_of(datetime.combine(datetime.now(UTC).astimezone(zone).date(), time(), tzinfo=zone))
    kept = site.told.get(code)
    if kept is None or kept[0] != at:
        found = agreements(site.config, Engine(definitions), at)
        kept = site.told[code] = at, as_json(found, definitions, Language(code))
    return kept[1]
