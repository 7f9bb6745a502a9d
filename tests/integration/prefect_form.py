"""The Prefect UI as a person uses it: a deployment's form, filled in by hand, and its runs."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.integration.prefect_server import Server

PICTURES = os.environ.get("NOCTURNE_SCREENSHOTS")  # a folder, to look at what was shown


class PrefectForm:
    """The form of one deployment in a browser."""

    def __init__(self, browser: Any, server: Server, deployment: str) -> None:
        """Go the way a newcomer goes: deployments, the deployment, Run, Custom run."""
        self.base = server.environment["PREFECT_API_URL"].removesuffix("/api")
        self.page = browser.new_page(viewport={"width": 1300, "height": 1500})
        self.page.goto(f"{self.base}/deployments")
        if login := server.environment.get("PREFECT_API_AUTH_STRING"):
            log_in(self.page, login)
        self.page.get_by_role("link", name=deployment, exact=True).first.click()
        self.page.get_by_role("button", name="Run", exact=True).click()
        self.page.get_by_text("Custom run").click()
        self._field("Samples").wait_for()
        picture(self.page, "form")

    def labels(self) -> list[str]:
        """Return the names of the config's fields, in the order shown."""
        shown = self.page.locator(".schema-form-property__label").all_inner_texts()
        return [label.removesuffix(" (Optional)") for label in shown][1:]

    def fill(self, **values: str) -> None:
        """Type values into fields by their names."""
        for label, value in values.items():
            self._field(label).fill(value)

    def refused(self) -> str:
        """Submit, and return the message of the refusal."""
        return self._submit("Error creating flow run")

    def submitted(self) -> str:
        """Submit, and return the message that a run is on its way."""
        return self._submit("scheduled to start")

    def report(self, artifact_id: str, heading: str) -> int:
        """Open an artifact's page; return how many pictures stand under its heading."""
        self.page.goto(f"{self.base}/artifacts/artifact/{artifact_id}")
        self.page.get_by_role("heading", name=heading).first.wait_for()
        picture(self.page, "report")
        widths = self.page.evaluate("[...document.images].map(image => image.naturalWidth)")
        return sum(width > 0 for width in widths)

    def followed(self, link: str) -> int:
        """Follow a link out of the report; return how many players are on the page it leads to."""
        self.page.goto(str(self.page.get_by_role("link", name=link).get_attribute("href")))
        picture(self.page, "gallery")
        return int(self.page.locator("audio").count())

    def close(self) -> None:
        """Close the page."""
        self.page.close()

    def _field(self, label: str) -> Any:
        title = self.page.locator(f".schema-form-property__label:text-is('{label} (Optional)')")
        return self.page.locator(".p-label").filter(has=title).last.locator("input, textarea")

    def _submit(self, message: str) -> str:
        self.page.get_by_role("button", name="Submit").click()
        toast = self.page.get_by_text(message).first
        toast.wait_for()
        self.page.wait_for_timeout(500)  # it slides in
        picture(self.page, message.split(maxsplit=1)[0])
        return str(toast.inner_text())


class RunPage:
    """Pages of either interface of Prefect, in a fresh browser that notes whom they ask."""

    def __init__(self, browser: Any, server: Server, run_id: str, ui: str = "") -> None:
        """Log in, and open the page of a run where one is named."""
        self.base = server.environment["PREFECT_API_URL"].removesuffix("/api") + ui
        self.context = browser.new_context(viewport={"width": 1300, "height": 1500})
        self.page = self.context.new_page()
        self.seen = 0
        self.stranger_requests: list[str] = []
        self.page.on("request", self._note)
        self.page.goto(f"{self.base}/runs")
        if login := server.environment.get("PREFECT_API_AUTH_STRING"):
            log_in(self.page, login)
            self.page.get_by_text("Work Pools").first.wait_for()
        if run_id:
            self.visit(f"runs/flow-run/{run_id}")

    def visit(self, place: str) -> None:
        """Open a page and let it do what it wants to do."""
        self.page.goto(f"{self.base}/{place}")
        self.page.wait_for_timeout(1500)

    def clicked(self, tab: str, address: str) -> int:
        """Click on a tab, then on a link in it; return how many players are there."""
        self.page.get_by_text(tab, exact=True).first.click()
        link = self.page.locator(f"a[href*='{address}']").first
        link.wait_for()
        picture(self.page, "run")
        with self.context.expect_page() as opened:  # in a tab of its own
            link.click()
        players = opened.value.locator("audio")
        players.first.wait_for(state="attached")
        return int(players.count())

    def agree(self, question: str) -> None:
        """Resume a run that asks, with the switch of its form turned on."""
        self.page.get_by_role("button", name="Resume").first.click()
        form = self.page.get_by_role("dialog")
        form.get_by_text(question).wait_for()
        picture(self.page, "question")
        form.get_by_role("switch").click()
        form.get_by_role("button", name="Submit").click()
        form.wait_for(state="detached")

    def close(self) -> None:
        """Close the browser's window."""
        self.context.close()

    def _note(self, request: Any) -> None:
        self.seen += 1
        if urlsplit(request.url).hostname not in ("127.0.0.1", None, ""):
            self.stranger_requests.append(request.url)


def picture(page: Any, name: str) -> None:
    """Keep a screenshot, if asked to."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def log_in(page: Any, login: str) -> None:
    """Fill in the login that a closed server asks for before it shows anything."""
    page.get_by_placeholder("admin:pass").fill(login)
    picture(page, "login")
    page.get_by_role("button", name="Login").click()
