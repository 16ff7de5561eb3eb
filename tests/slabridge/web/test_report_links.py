"""What leads on from reports and services: to tickets, to the rows behind a figure, to other periods."""

import re
from html import unescape

import pytest

from tests.slabridge.web.by_proxy import ByProxy
from tests.slabridge.web.reporting import job, pages, quick, reported

__all__ = ["job", "pages", "quick", "reported"]


def test_the_whole_report_leads_to_each_ticket_and_each_figure_to_its_rows(pages: ByProxy) -> None:
    pages.made("/reports/2016-03?by=team")
    whole = pages.get("/reports/2016-03/page.html?by=team")
    assert whole.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert '<a href="/reports/2016-03?by=team">' in whole.text
    tickets = set(re.findall(r'href="(/tickets/[^"]+)"', whole.text))
    assert tickets
    assert pages.get(tickets.pop()).status == 200
    lists = {unescape(one) for one in re.findall(r'href="(/reports/2016-03/lists/[^"]+)"', whole.text)}
    assert len(lists) > 10
    for address in sorted(lists):
        answer = pages.get(address)
        assert answer.status == 200, address
    breached = next(
        one for one in sorted(lists) if "outcome=breached" in one and "team" not in one.partition("only.")[2]
    )
    figure = re.search(f'href="{re.escape(breached.replace("&", "&amp;"))}">(\\d+)<', whole.text)
    assert figure is not None
    assert pages.get(breached).text.count('<tr><th scope="row">') + pages.get(breached).text.count("<tr><td>") >= 1


def test_each_promise_and_each_outage_leads_to_the_rows_that_it_counts(pages: ByProxy) -> None:
    page = pages.made("/reports/2016-03").text + pages.made("/services?period=2016-03").text
    links = {
        (unescape(address), int(figure))
        for address, figure in re.findall(r'<a href="(/reports/2016-03/lists/[^"]+)">(\d+)(?: outages?)?</a>', page)
        if "only." in address
    }
    assert {"cases", "outages"} == {address.partition("?")[0].rpartition("/")[2] for address, _ in links}
    assert len(links) > 2
    for address, figure in links:
        body = pages.get(address).text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == figure, address


@pytest.mark.parametrize("path", ["/reports/", "/services?period="])
def test_no_link_leads_before_the_first_period_or_after_the_one_that_has_begun(pages: ByProxy, path: str) -> None:
    assert pages.get(f"{path}2199-12").status == 404
    for period, neighbours in (("1970", {"1971"}), ("1970-02", {"1970-01", "1970-03"}), ("2016-03", {"2016-02"})):
        answer = pages.get(path + period)
        assert answer.status == 200
        assert set(re.findall(r'<a rel="(?:prev|next)" href="[^"]*?([0-9-]+)"', answer.text)) == neighbours
