"""A page opened from disk, or from a server, in a real browser."""

import time
from pathlib import Path
from typing import Any

BACKGROUNDS = {"light": "rgb(244, 244, 250)", "dark": "rgb(10, 11, 24)"}
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PLAYS = """async () => {
  const out = [];
  for (const audio of document.querySelectorAll("audio")) {
    await audio.play();
    const start = Date.now();
    while (audio.currentTime < 0.2 && Date.now() - start < 10000)
      await new Promise(done => setTimeout(done, 20));
    const sounding = [...document.querySelectorAll("audio")].filter(a => !a.paused).length;
    out.push([audio.currentTime, audio.duration, sounding]);
  }
  return out;
}"""


class Visit:
    """A page opened from disk or an address; records its requests, errors and console messages."""

    def __init__(self, browser: Any, where: Path | str, **context: Any) -> None:
        self.page = browser.new_page(**context)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.goto(where.as_uri() if isinstance(where, Path) else where)

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()

    def background(self) -> str:
        """Return the colour of the page, one of BACKGROUNDS."""
        return str(self.page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than its window; 0 if it fits."""
        return int(self.page.evaluate(OVERFLOW))

    def until(self, expression: str, seconds: float = 15) -> None:
        """Wait until an expression of the page is true; AssertionError if it never is.

        Playwright's own wait evaluates text in the page, which the page's policy forbids.
        """
        end = time.monotonic() + seconds
        while not self.page.evaluate(f"Boolean({expression})"):
            assert time.monotonic() < end, expression
            self.page.wait_for_timeout(30)

    def show_all(self) -> list[int]:
        """Scroll through the page; return the natural width of every picture."""
        pictures = self.page.locator("img")
        for i in range(pictures.count()):
            pictures.nth(i).scroll_into_view_if_needed()
        self.until("[...document.images].every(image => image.complete)")
        return list(self.page.evaluate("[...document.images].map(image => image.naturalWidth)"))
