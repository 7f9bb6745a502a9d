"""Spellings of roots and sources: each leads to the right folder, or to one clear line."""

from tests.field.rows import NameRow, Opened, Refused

NAMES = ("plain", "with space", "müsik", "100%", "a%20b", "what?", "no#1", "caf\udce9")
LONG = "x" * 300
THREE_SLASHES = "names an absolute path after file://"

OF_BOTH = [
    *(NameRow(f"relative {name!r}", name, Opened(name)) for name in NAMES[:-1]),
    *(NameRow(f"URI as written of {n!r}", f"file://{{home}}/{n}", Opened(n)) for n in NAMES[:-1]),
    NameRow("URI with %20", "file://{home}/with%20space", Opened("with space")),
    NameRow("URI with a letter of two bytes", "file://{home}/m%C3%BCsik", Opened("müsik")),
    NameRow("URI with %25", "file://{home}/100%25", Opened("100%")),
    NameRow("URI with %3F", "file://{home}/what%3F", Opened("what?")),
    NameRow("URI with %23", "file://{home}/no%231", Opened("no#1")),
    NameRow("URI of this host", "file://localhost{home}/plain", Opened("plain")),
    NameRow("URI in capitals", "FILE://{home}/plain", Opened("plain")),
    NameRow("URI with one slash", "file:{home}/plain", Opened("plain")),
    NameRow("URI of another host", "file://server/plain", Refused(THREE_SLASHES)),
    NameRow("URI of two slashes and a path", "file://plain/x", Refused(THREE_SLASHES)),
    NameRow("URI of nothing", "file://", Refused(THREE_SLASHES)),
    NameRow("a trailing slash", "plain/", Opened("plain")),
    NameRow("slashes doubled, dots", ".//plain//../plain/.", Opened("plain")),
    NameRow("home", "~/plain", Opened("plain")),
    NameRow("an unknown user", "~nosuchuser/plain", Refused("~nosuchuser")),
    NameRow("a folder named after an unknown user", "./~nosuchuser", Opened("~nosuchuser")),
    NameRow("a link", "link", Opened("plain")),
    NameRow("a link that leads to itself", "loop", Refused("loop")),
    NameRow("below a file", "file/below", Refused("file/below")),
    NameRow("a name of 300 characters", LONG, Refused("File name too long")),
    NameRow("a path of 6,000 characters", "y/" * 3000, Refused(" ... ")),
    NameRow("a NUL", "a\0b", Refused("a\\x00b")),
]

ROOT_NAME_ROWS = [
    *OF_BOTH,
    NameRow("a new folder", "new/er", Opened("new/er")),
    NameRow("a link to a new folder", "dangling", Opened("nowhere")),
    NameRow("a file", "file", Refused("Not a directory")),
    NameRow("not UTF-8", "caf\udce9", Refused("not UTF-8; rename the folder")),
    NameRow("URI that is not UTF-8", "file://{home}/caf%E9", Refused("not UTF-8; rename")),
    NameRow("nothing", "", Refused("no path")),
    NameRow("an unknown scheme", "nonsense://x/y", Refused("cannot open storage root")),
    NameRow("a web address", "http://x.invalid/y", Refused("cannot open storage root")),
]

SOURCE_NAME_ROWS = [
    *OF_BOTH,
    NameRow("not UTF-8", "caf\udce9", Opened("caf\udce9")),
    NameRow("URI that is not UTF-8", "file://{home}/caf%E9", Opened("caf\udce9")),
    NameRow("a link to nothing", "dangling", Refused("there is no folder or archive dangling")),
    NameRow("a line end", "no\nsuch", Refused("no folder or archive no\\nsuch;")),
    NameRow("an unknown scheme", "ftp://x/y", Refused("only http:// and https://")),
    NameRow("an object store", "s3://bucket/x", Refused("only http:// and https://")),
]
