"""The pages that a person looks at: gallery, reports, index pages; and the Markdown for Prefect.

environment.py renders the templates; charts/ draws; web_app.py serves the pages of a local root.
"""
