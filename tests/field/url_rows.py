"""Archives at URLs, whose servers misbehave, and redirects."""

from tests.field.rows import Followed, Ingested, RedirectRow, Refused, UrlRow
from tests.tasks.sources.archives_for_tests import midi, tar_gz_of

ARCHIVE = tar_gz_of({"a.mid": midi(1), "b.mid": midi(2)})
PUBLIC = "https://93.184.216.34/a.zip"

URL_ROWS = [
    UrlRow("a good server", ARCHIVE, {}, Ingested(2)),
    UrlRow(
        "a server without ETag and ranges", ARCHIVE, {"etag": None, "ranges": False}, Ingested(2)
    ),
    UrlRow("a connection that breaks", ARCHIVE, {"drop_after": [100]}, Ingested(2)),
    UrlRow("busy at first", ARCHIVE, {"statuses": [503]}, Ingested(2)),
    UrlRow("not found", ARCHIVE, {"statuses": [404] * 9}, Refused("404")),
    UrlRow("a page instead", b"<html>sign in</html>", {}, Refused("an HTML page")),
    UrlRow("an archive cut short", ARCHIVE[:-9], {}, Refused("cut short or damaged")),
]

REDIRECT_ROWS = [
    RedirectRow("to another path", PUBLIC, "/b.zip", Followed()),
    RedirectRow("to a private address", PUBLIC, "https://10.0.0.1/a.zip", Refused("private")),
    RedirectRow("to this machine", PUBLIC, "https://127.0.0.1/a.zip", Refused("private")),
    RedirectRow("to a cloud's own data", PUBLIC, "https://169.254.169.254/x", Refused("private")),
    RedirectRow("to a file", PUBLIC, "file:///etc/passwd", Refused("file")),
    RedirectRow("to plain HTTP", PUBLIC, "http://93.184.216.34/a.zip", Refused("http")),
]
