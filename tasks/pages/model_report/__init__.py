"""The report of a model: an HTML page, and Markdown for Prefect."""
