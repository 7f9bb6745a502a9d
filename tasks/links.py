"""Links from a run in the Prefect UI to the pages that it wrote."""

from prefect.artifacts import create_link_artifact

from tasks.storage.page_server import page_address


def link_page(root_uri: str, path: str, key: str, text: str) -> None:
    """Leave a link to the page at `path` under the root, if a page server shows it."""
    if address := page_address(root_uri, path):
        create_link_artifact(address, link_text=text, key=key, description=text)
