"""Two models of one corpus side by side: figures, settings and corpora, as text and as a page."""
