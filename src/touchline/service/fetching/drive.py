"""Google Drive: from the page that shows a file to the file itself."""

import re

import httpx

FILES = httpx.URL("https://drive.usercontent.google.com/download")
PAGES = frozenset({"drive.google.com", "docs.google.com"})
FILE_PAGE = re.compile(r"(?:/a/[^/]+)?/file/(?:u/\d+/)?d/([^/]+)(?:/.*)?")
PLACES_WITH_ID = re.compile(r"(?:/u/\d+)?/(?:open|uc|download)")
FILE_ID = re.compile(r"[A-Za-z0-9_-]+")


def direct(url: httpx.URL) -> httpx.URL:
    """Rewrite a link to a page of Google Drive; any other link comes back as it is.

    Large files hide behind a page that asks whether to go on unscanned; ``confirm=t`` says yes. A
    link that says so already is left alone, so that a redirect within Drive is not undone.
    """
    file_id = _file_id(url)
    if file_id is None or FILE_ID.fullmatch(file_id) is None:
        return url
    asked = {"id": file_id, "export": "download", "confirm": "t"}
    if key := url.params.get("resourcekey"):
        asked["resourcekey"] = key
    return FILES.copy_with(params=asked)


def _file_id(url: httpx.URL) -> str | None:
    if url.host in PAGES and (page := FILE_PAGE.fullmatch(url.path)):
        return page[1]
    unconfirmed = url.host == FILES.host and "confirm" not in url.params
    if (url.host in PAGES or unconfirmed) and PLACES_WITH_ID.fullmatch(url.path):
        return str(url.params.get("id", ""))
    return None
