"""The board brings itself up to date, and leaves who reads it where they are."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from tests.browser.visited import visited
from tests.slabridge.run.peopled import put
from tests.slabridge.web.served import served

pytestmark = [pytest.mark.check, pytest.mark.xdist_group("pages live")]

HALF_A_MINUTE = 30_000


@pytest.fixture
def state(filled: Path, tmp_path: Path) -> Path:
    for name in ("config.toml", "slabridge.db"):
        copy(filled / name, tmp_path)
    return tmp_path / "slabridge.db"


@pytest.fixture
def board(state: Path) -> Iterator[str]:
    with served(state.parent / "config.toml") as address:
        yield f"{address}/"


def breach(state: Path) -> None:
    put(str(state), "UPDATE result SET status = 'breached' WHERE status = 'at_risk'")


def breached(page: Any) -> str:  # noqa: ANN401 - of playwright
    return str(page.locator(".tile.breached strong").text_content())


def refresh(page: Any, board: str, place: str, text: str) -> None:  # noqa: ANN401 - of playwright
    """Let half a minute pass until something reads so: what was counted a moment ago is not counted anew."""
    while page.locator(place).text_content() != text:
        with page.expect_response(board) as answered:
            page.clock.run_for(HALF_A_MINUTE)
        answered.value.finished()


def test_after_half_a_minute_the_board_has_the_new_figures(browser: Any, state: Path, board: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.clock.install()
        page.goto(board)
        assert breached(page) == "44"
        breach(state)
        refresh(page, board, ".tile.breached strong", "48")
        put(str(state), "UPDATE result SET status = 'at_risk' WHERE status = 'breached'")
        refresh(page, board, ".tile.breached strong", "0")


def test_who_is_at_a_link_stays_there(browser: Any, state: Path, board: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.clock.install()
        page.goto(board)
        link = page.locator(".counts a", has_text="Database")
        link.focus()
        focused = "document.activeElement.getAttribute('href')"
        before = page.evaluate(focused)
        breach(state)
        refresh(page, board, ".tile.breached strong", "48")
        assert page.evaluate(focused) == before
        put(str(state), "UPDATE result SET holder = 'Another' WHERE holder = 'Database'")
        refresh(page, board, ".counts a >> nth=0", "Another")
        assert page.evaluate("document.activeElement.id") == "main"  # not back to the beginning of the page


def test_a_board_that_stands_asks_for_nothing(browser: Any, board: str) -> None:  # noqa: ANN401 - of playwright
    with visited(browser) as page:
        page.clock.install()
        page.goto(board)
        page.locator(".refresh a").click()
        page.wait_for_url("**/?refresh=off")
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.clock.run_for(10 * HALF_A_MINUTE)
        assert [url for url in asked if not url.endswith("icon.svg")] == []
        page.locator(".refresh a").click()
        page.wait_for_url(board)
        with page.expect_response(board):
            page.clock.run_for(HALF_A_MINUTE)


def test_a_board_that_cannot_be_brought_up_to_date_says_so_until_it_is(browser: Any, state: Path, board: str) -> None:  # noqa: ANN401 - of playwright
    with browser.new_context() as context:
        page = context.new_page()
        page.clock.install()
        page.goto(board)
        assert page.get_by_role("alert").is_hidden()
        state.rename(state.with_suffix(".away"))
        with page.expect_response(board) as answered:
            page.clock.run_for(HALF_A_MINUTE)
        assert answered.value.status == 503
        page.get_by_role("alert").wait_for()
        assert breached(page) == "44"
        state.with_suffix(".away").rename(state)
        breach(state)
        refresh(page, board, ".tile.breached strong", "48")
        assert page.get_by_role("alert").is_hidden()
