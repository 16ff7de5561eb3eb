"""The pages of `slabridge serve` that are looked at, and what no page may do while somebody looks."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.patience import PATIENCE
from tests.slabridge.run.job import number_of

INCIDENT = number_of("servicenow", 6)
"""It waits for an issue."""
PAGES: Mapping[str, tuple[str, ...]] = {
    "/": ("/", "/?refresh=off"),
    "/cycles": (
        "/cycles",
        "/cycles?offset=50&limit=5",
        "/cycles?status=breached&holder=Network&holder=&soon=1",
        "/cycles?sort=-holder&kind=ola",
        "/cycles?sort=nothing",
    ),
    "/health/{connection}/{count}": ("/health/snow/open", "/health/jira/gone"),
    "/tickets": ("/tickets", "/tickets?key=INC", "/tickets?key=%3Cnone%3E"),
    "/tickets/{connection}/{key:path}": (f"/tickets/snow/{INCIDENT}", "/tickets/jira/ITSM-8", "/tickets/jira/none"),
    "/agreements": ("/agreements",),
    "/agreements/{agreement}": ("/agreements/standard", "/agreements/teams", "/agreements/none"),
    "/services": ("/services",),
    "/reports": ("/reports",),
    "/reports/{period}": ("/reports/2016-03",),
    "/reports/{period}/lists/{list}": (
        "/reports/2016-03/lists/cases",
        "/reports/2016-03/lists/time",
        "/reports/2016-02/lists/cases",
        "/reports/2016-02/lists/none",
    ),
    "/quarantine": ("/quarantine",),
    "/health": ("/health",),
    "/api/v1/": ("/api/v1/",),
}
"""By route, the addresses that are looked at."""
NO_PAGES = ("/api/v1", "/cycles.csv", "/reports/{period}/{file}")
"""What is taken along; below /api/v1/ is nothing else."""
ADDRESSES = [address for those in PAGES.values() for address in those]
ONES = [those[0] for those in PAGES.values()]
"""One address of each page."""

_LISTEN = """addEventListener("securitypolicyviolation", found => console.error(`${found.violatedDirective}: ${found.blockedURI}`))"""


@contextmanager
def visited(browser: Any, **options: Any) -> Iterator[Any]:  # noqa: ANN401 - of playwright
    """Give a page of a browser of its own; whatever a page does in it that none may do fails the test."""
    wrong: list[str] = []
    hosts: set[str] = set()

    def asked(request: Any) -> None:  # noqa: ANN401 - of playwright
        hosts.add(urlsplit(request.url).netloc)
        if request.method != "GET" or len(hosts) > 1:
            wrong.append(f"{request.method} {request.url}")

    def answered(response: Any) -> None:  # noqa: ANN401 - of playwright
        if response.status >= 400 and not response.request.is_navigation_request():
            wrong.append(f"{response.status} {response.url}")

    def printed(message: Any) -> None:  # noqa: ANN401 - of playwright
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            wrong.append(message.text)

    def talked(dialog: Any) -> None:  # noqa: ANN401 - of playwright
        wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    with browser.new_context(**options) as context:
        context.set_default_timeout(1000 * PATIENCE)
        context.add_init_script(_LISTEN)
        page = context.new_page()
        for event, told in {"request": asked, "response": answered, "console": printed, "dialog": talked}.items():
            page.on(event, told)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        yield page
    assert wrong == []


def made(page: Any) -> None:  # noqa: ANN401 - of playwright
    """Wait until what the page is shown for is made: it refreshes itself meanwhile, or leads there."""
    page.wait_for_selector(".making", state="detached")
    page.wait_for_load_state()


def open_all(page: Any) -> None:  # noqa: ANN401 - of playwright
    """Open all that can be folded."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
