"""A report as PDF: the page, printed."""

import warnings

from slabridge.report.document import Document
from slabridge.show.report_page import page_of
from slabridge.show.report_sheets import NoLibrary


def pdf_of(document: Document, language: str = "en") -> bytes:
    """Return the PDF.

    Raises:
        NoLibrary: WeasyPrint, or the libraries of the system that it needs, are not installed.
    """
    try:
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of what later versions will need
            import weasyprint  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoLibrary('WeasyPrint is not installed; for PDF: pip install "slabridge[pdf]"') from None
    except OSError:
        message = "Pango, a library of the system that WeasyPrint needs, is not installed; Debian: apt install "
        raise NoLibrary(f"{message}libpangoft2-1.0-0") from None
    return bytes(weasyprint.HTML(string=page_of(document, language, whole=True), url_fetcher=_refused).write_pdf())


def _refused(url: str) -> None:
    raise ValueError(f"a report asks for nothing from elsewhere, and not for {url}")
