"""Links from a run in the Prefect UI to the pages that it wrote."""

from prefect import get_run_logger

from tasks.artifacts import create_link_artifact
from tasks.stages import log_on_outer_run
from tasks.storage.page_server import page_address


def link_page(root_uri: str, path: str, key: str, text: str) -> None:
    """Link to the page at `path` under the root, and log its address, if a page server shows it."""
    if address := page_address(root_uri, path):
        create_link_artifact(address, key=key, description=text)
        get_run_logger().info("%s: %s", text, address)
        log_on_outer_run("%s: %s", text, address)
