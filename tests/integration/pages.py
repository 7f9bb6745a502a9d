"""A page opened from disk, or from a server, in a real browser."""

from pathlib import Path
from typing import Any

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
    """A page opened from disk or an address, with all it asked for and complained of."""

    def __init__(self, browser: Any, where: Path | str, **context: Any) -> None:
        self.page = browser.new_page(**context)
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.goto(where.as_uri() if isinstance(where, Path) else where)

    def show_all(self) -> list[int]:
        """Scroll through the page; return the natural width of every picture."""
        pictures = self.page.locator("img")
        for i in range(pictures.count()):
            pictures.nth(i).scroll_into_view_if_needed()
        self.page.wait_for_function("[...document.images].every(image => image.complete)")
        return list(self.page.evaluate("[...document.images].map(image => image.naturalWidth)"))
