"""Everything that a report says can be said in every language that is offered."""

import re
from gettext import GNUTranslations
from html import unescape
from io import BytesIO, StringIO
from typing import get_args
from zipfile import ZipFile

import pytest
from babel.messages.catalog import Message as CatalogMessage
from rich.console import Console

from sla_engine.chain.outcome import Cause
from sla_engine.instant import HOUR
from slabridge.config.services.credit import Figure
from slabridge.config.services.reports import Basis
from slabridge.report.document import Document
from slabridge.report.duties import What
from slabridge.report.effect import Effect
from slabridge.report.kpis import AGES, BEFORE, OLDER
from slabridge.report.outage import Kind
from slabridge.report.period import read_period
from slabridge.report.reporter import Reporter, Wanted
from slabridge.show import words
from slabridge.show.report_page import page_of
from slabridge.show.report_sheets import workbook_of
from slabridge.show.report_table import print_report
from slabridge.text.language import Language, Shown
from tests.languages.catalogue import LANGUAGES, compiled, missing, place, said_in_code, translated
from tests.slabridge.report.small import reporting
from tests.slabridge.report.test_evidence import OUTAGES, SERVICE, TICKETS, ticket

PLACES = re.compile(r"%\(\w+\)s|%%")


@pytest.fixture(scope="module")
def document() -> Document:
    """A report with everything in it."""
    found = read_period("2026-03", "UTC")
    text = SERVICE.replace("consequences = {", 'consequences = { rca = { by = { days = 5 }, calendar = "office" },')
    text = text.replace("credits = [", 'credits = [{ measure = "breach", points = 2 },')
    text += '[satisfaction]\nsources = [{ field = "csat" }]\n'
    reporter = Reporter(reporting(text), Wanted(found), found.end + HOUR)
    reporter.add([*TICKETS, ticket("rated", ("09:00", "status", "resolved"), csat="4")])
    reporter.add_outages(OUTAGES)
    return reporter.document()


def ids_of(one: CatalogMessage) -> list[str]:
    """Return what a message says, in the singular and in the plural."""
    return [one.id] if isinstance(one.id, str) else [*one.id]


def texts_of(one: CatalogMessage) -> list[str]:
    """Return its translations."""
    return [one.string or ""] if isinstance(one.string, str | None) else [*one.string]


def test_every_language_that_is_offered_but_english_has_a_catalogue() -> None:
    assert set(get_args(Shown)) == {"en", *LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_is_translated_and_nothing_that_is_not_said_any_more(language: str) -> None:
    catalogue = translated(language)
    assert [*missing(catalogue)] == []
    said = {message[0] if isinstance(message, tuple) else message for message in said_in_code()}
    assert {ids_of(one)[0] for one in catalogue if one.id} == said
    assert not [one.id for one in catalogue if one.id and one.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_places_of_its_message(language: str) -> None:
    for one in translated(language):
        if one.id:
            found, meant = ({tuple(sorted(PLACES.findall(text))) for text in of(one)} for of in (texts_of, ids_of))
            assert found == meant, one.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_programs_read_is_what_stands_in_the_file(language: str) -> None:
    """`make messages` compiles it."""
    with place(language, "mo").open("rb") as file:
        catalogue = GNUTranslations(file)
    for one in translated(language):
        ids, texts = ids_of(one), texts_of(one)
        if len(ids) > 1:
            assert [catalogue.ngettext(ids[0], ids[1], number) for number in (1, 2)] == texts
        elif one.id:
            assert catalogue.gettext(ids[0]) == texts[0]
    assert compiled(translated(language))


def test_every_word_that_a_document_may_have_is_one_that_is_translated() -> None:
    said = {message for message in said_in_code() if isinstance(message, str)}
    assert set(get_args(Cause)) == set(words.CAUSES)
    known = [*get_args(Figure), *get_args(Basis), *get_args(Effect), *get_args(Kind)]
    known += [*(name for _, name in AGES), OLDER, BEFORE, *words.STATES, *words.STEPS]
    assert [one for one in known if one not in said] == []
    assert set(get_args(What)) == set(words.DUTIES)


def test_the_words_of_the_field_are_those_of_the_swedish_market() -> None:
    word = Language("sv").word
    assert [word(text) for text in ("resolution", "response", "Availability", "root cause analysis")] == [
        *("åtgärdstid", "svarstid", "Tillgänglighet", "rotorsaksanalys")
    ]
    assert word("improvement plan") == "förbättringsplan"
    assert word("credit") == "vite och prisavdrag"
    assert "vite" in word("Consequences").lower()


def test_numbers_are_written_as_the_readers_write_them() -> None:
    assert [Language(code).number("99.95") for code in ("en", "sv")] == ["99.95", "99,95"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_in_another_language_says_nothing_in_english(language: str, document: Document) -> None:
    page, english = (unescape(page_of(document, one)) for one in (language, "en"))
    assert f'<html lang="{language}">' in page
    same = {text for one in translated(language) if one.id for text in texts_of(one)}
    left = [
        message
        for message in said_in_code()
        if isinstance(message, str) and len(message) > 12 and "%" not in message and message not in same
        if message in english and message in page
    ]
    assert left == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_credits_and_duties_are_said_in_the_language_too(language: str, document: Document) -> None:
    texts = [*document["notes"]]
    for part in document["consequences"]:
        texts += [item for bill in part["bills"] for item in bill["items"]]
        texts += [duty["because"] for duty in part["duties"]]
    assert len(texts) > 5
    for text in texts:
        told = Language(language).say(text)
        assert told != text["text"]
        assert Language("en").say(text) == text["text"]
        assert "%(" not in told


@pytest.mark.parametrize("language", ["en", *LANGUAGES])
def test_a_workbook_and_a_terminal_have_the_language(language: str, document: Document) -> None:
    word = Language(language).word
    texts = ZipFile(BytesIO(workbook_of(document, language))).read("xl/workbook.xml").decode()
    assert word("Open and breached") in texts
    console = Console(record=True, file=StringIO(), width=200)
    print_report(console, document, language)
    shown = console.export_text()
    assert word("Who used the time") in shown
    assert word("compliance") in shown
