"""The site's own search: pages in, one index file a language out.

`collect` cuts a rendered page into sections, `write` segments them and writes the index that
`site/overrides/assets/javascripts/search/` reads in the browser, `point` makes a page use that
reader in place of the theme's. Nothing here knows MkDocs.
"""

from __future__ import annotations

from autograder.site.search.build import Written, write
from autograder.site.search.dictionary import read as words
from autograder.site.search.page import point
from autograder.site.search.sections import Section, collect

__all__ = ["Section", "Written", "collect", "point", "words", "write"]
