"""The files of a report, and its page."""

from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import Response

from slabridge.show.words import LISTS
from slabridge.text.said import said
from slabridge.web.asked import Absent
from slabridge.web.chosen import chosen_of, head_of
from slabridge.web.download import download
from slabridge.web.draft import WHOLE, Piece
from slabridge.web.language import language_of
from slabridge.web.site import site_of
from slabridge.web.waiting import goes_there, waits

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
"""What a report may do that is shown as the document of its own that it is."""
_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}
EXTRAS = {"pdf": "weasyprint", "xlsx": "xlsxwriter"}
"""Forms that need an extra, with the library in it."""


def file(request: Request) -> Response:
    """Give a file of a report, or its page; the way to the report where that is not made yet."""
    name, _, form = request.path_params["file"].rpartition(".")
    language = language_of(request, site_of(request).config)
    of_language = form in {"html", "pdf", "xlsx"}
    known = {"html": ("report", "page"), "csv": LISTS}.get(form, ("report",))
    if form not in _TYPES or name not in known:
        raise Absent(said("there is no such file"))
    if not is_there(form):
        needed = f"slabridge[{form}]"
        raise Absent(said("it needs the extra %(extra)s, which is not installed here", extra=needed))
    piece = Piece(form, language) if form in {"pdf", "xlsx"} else WHOLE  # type: ignore[arg-type] # one of those
    chosen = chosen_of(request, piece)
    folder = chosen.found.folder
    head = head_of(request, folder)
    if folder is None or head is None:
        return waits(request, chosen, request.path_params["file"])
    if "HX-Request" in request.headers:
        return goes_there(request)
    place = folder / (f"{name}.{language}.{form}" if of_language else f"{name}.{form}")
    suffix = f"-{name}" if form == "csv" else f"-{language}" if of_language and language != "en" else ""
    headers = {"Content-Disposition": f'attachment; filename="{head["name"]}{suffix}.{form}"'}
    try:
        return download(place, _TYPES[form], {"Content-Security-Policy": _POLICY} if name == "page" else headers)
    except FileNotFoundError:  # it was kept no longer
        return waits(request, chosen, request.path_params["file"])


def is_there(form: str) -> bool:
    """Return whether the extra is installed that a form of a report needs."""
    return form not in EXTRAS or find_spec(EXTRAS[form]) is not None
