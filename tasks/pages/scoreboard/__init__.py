"""The scoreboard: a corpus's nights as charts and tables, on the index pages and in Markdown."""
