"""A finished page told which search to use: the theme's worker is replaced by ours."""

from __future__ import annotations

import json
import re

WORKER = "assets/javascripts/search-worker.js"
_LANGUAGE = re.compile(r'<html[^>]*\blang="(ko|en)"')
_SETTINGS = re.compile(r'(<script id="__config" type="application/json">)(.*?)(</script>)', re.S)


def point(html: str) -> str:
    """The page with our worker in the theme's settings; a page without them is left as it is.

    The worker is told the page's language, and loads the index of that one.
    """
    named = _LANGUAGE.search(html)
    language = named[1] if named else "ko"
    return _SETTINGS.sub(lambda found: found[1] + _pointed(found[2], language) + found[3], html, 1)


def _pointed(settings: str, language: str) -> str:
    values = json.loads(settings)
    stock = values.get("search", "")
    place, folder, _ = stock.partition("assets/javascripts/")
    if not folder:
        return settings
    values["search"] = f"{place}{WORKER}?{language}"
    # As Jinja's tojson has it: nothing in the settings can end the script element.
    return json.dumps(values).replace("<", r"\u003c").replace("&", r"\u0026")
