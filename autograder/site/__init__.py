"""The course site: pages made from the grader's own sources, widgets, search, assets.

MkDocs builds the site; this package is its plugin and what the plugin calls. It reads what the
grader reads (assignments, data, commands), so that the site never says anything else than what
the grader does, and it runs nobody's code.
"""
