"""The report on a model, as a page and as Markdown.

`publish.write_report` reads a model's folder and writes its report. report.py fills the templates
from tables.py (figures), words.py (sentences), facts.py (card and settings), curves.py and
distributions.py (charts).
"""
