"""The pages of a folder of customers: each below an address of its own, and the page that leads to them all."""

import json
import re
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

from slabridge.config import Config
from tests.slabridge.web.conftest import Open


def test_pages_are_below_the_path_of_their_address_whether_a_proxy_takes_it_away_or_not(
    config: Config, opened: Open
) -> None:
    there = replace(config, web=replace(config.web, url="https://acme.com/it/sla"))
    pages = opened(there)
    for path in ("/it/sla/cycles", "/cycles"):
        answer = pages.ask(path)
        assert answer.status == 200
        assert 'href="/it/sla/tickets/snow/1"' in answer.text
        assert 'href="/it/sla/static/style.css"' in answer.text


def test_of_a_folder_each_customer_has_pages_of_its_own(config: Config, opened: Open) -> None:
    pages = opened(replace(config, customer="acme"), replace(config, customer="globex"))
    assert pages.ask("/acme/cycles").status == pages.ask("/globex/").status == 200
    assert 'href="/acme/tickets/snow/1"' in pages.ask("/acme/cycles").text
    assert pages.ask("/nobody/cycles").status == pages.ask("/cycles").status == 404
    customers = pages.ask("/").text
    assert 'href="/acme/"' in customers
    assert 'href="/globex/"' in customers


def test_the_front_of_a_folder_counts_each_customers_cycles_as_its_door_shows_them_and_each_log_notes_it(
    config: Config, opened: Open, tmp_path: Path
) -> None:
    logs = {name: tmp_path / f"{name}.jsonl" for name in ("acme", "globex")}
    sites = [replace(config, customer=name, web=replace(config.web, access_log=log)) for name, log in logs.items()]
    front = opened(*sites).ask("/").text
    for name in logs:
        assert re.search(rf'href="/{name}/cycles\?status=breached">1</a>', front)
    assert [json.loads(log.read_text("utf-8").splitlines()[-1])["path"] for log in logs.values()] == ["/", "/"]
    (tmp_path / "it.db").write_bytes(b"no database" * 1000)
    gone = opened(sites[0], replace(sites[1], state=str(tmp_path / "it.db")))
    assert "Its state cannot be read now." in gone.ask("/").text


def test_only_who_sees_all_is_told_the_names_of_the_customers(config: Config, opened: Open) -> None:
    web = replace(config.web, proxy=(ip_network("10.0.0.5"),))
    names = ("acme", "it", "zeta")
    sites = [replace(config, customer=name, web=replace(web, url=f"https://x.com/its/{name}")) for name in names]
    pages = opened(*sites, auth="proxy")
    headers = {"X-Forwarded-User": "ann", "X-Slabridge-Role": "all"}
    for path in ("/", "/its/", "/its"):
        assert "zeta" in pages.ask(path, headers, peer="10.0.0.5").text
        assert pages.ask(path, headers | {"X-Slabridge-Role": "customer=Acme"}, peer="10.0.0.5").status == 404


def test_a_customer_whose_name_is_that_of_the_path_takes_nobody_elses_pages(config: Config, opened: Open) -> None:
    sites = [
        replace(config, customer=name, web=replace(config.web, url=f"https://x.com/it/{name}"))
        for name in ("it", "zeta")
    ]
    assert 'href="/it/zeta/cycles"' in opened(*sites).ask("/it/zeta/").text
