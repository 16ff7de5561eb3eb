"""Every benchmark ends with figures, also of a small slice, and they have their place on the page."""

import json
import re
from contextlib import ExitStack

import pytest

from bench.page import END, PAGE, SECTIONS, Section, measured, with_table
from tests.places import CHECKOUT
from tests.slabridge.fleet.redis_server import database

NAMES = [section.name for section in SECTIONS]


@pytest.mark.check
@pytest.mark.parametrize("section", SECTIONS, ids=NAMES)
def test_a_small_slice_ends_with_figures_that_fit_a_table(section: Section, request: pytest.FixtureRequest) -> None:
    with ExitStack() as needed:
        if section.name == "fleet":  # it needs both servers
            request.getfixturevalue("postgres")
            needed.enter_context(database())
        figures = measured(section.name, section.quick.split())
    assert figures
    for figure in figures:
        assert all((figure.what, figure.figure, figure.beside))
        assert not re.search(r"[|\n]", "".join(figure))


def test_each_benchmark_with_figures_has_its_place_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    assert re.findall(r"<!-- figures of bench/(\w+)\.py -->", page) == NAMES
    assert page.count(END) == len(NAMES)


def test_each_table_of_the_page_says_how_it_is_repeated_and_names_no_machine() -> None:
    told = re.findall(
        r"^`python -m bench\.(\w+)[^`]*`, on \d{4}-\d\d-\d\d, \d+ cores \([^)]+\), Python [\d.]+; it took \d+ s\.$",
        PAGE.read_text("utf-8"),
        re.MULTILINE,
    )
    assert told == NAMES


def test_a_table_takes_the_place_of_the_one_before() -> None:
    page = f"text\n<!-- figures of bench/scale.py -->\n\nold\n\n{END}\nmore\n<!-- figures of bench/web.py -->\n{END}\n"
    found = with_table(page, "scale", "new")
    assert found == page.replace("old", "new")
    with pytest.raises(ValueError, match=r"no <!-- figures of bench/chain\.py -->"):
        with_table(page, "chain", "new")


def test_no_lock_of_the_peers_names_an_address() -> None:
    assert "://" not in (CHECKOUT / "requirements-peers.txt").read_text("utf-8")
    lock = json.loads((CHECKOUT / "bench" / "peers" / "package-lock.json").read_text("utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"].startswith("sha512-"), name
