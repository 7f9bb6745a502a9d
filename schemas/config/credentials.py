"""Credentials in a storage root's URI: refused, since configs are shown and stored."""

import re
from typing import Any

from nocturne.schemas.config.rules import Rule

_SECRETS = ("key", "secret", "token", "password", "signature", "credential")
_OPTION = "|".join("".join(f"[{c}{c.upper()}]" for c in word) for word in _SECRETS)
# Before the host: user@ or key:secret@, where an unescaped secret may contain slashes. The
# anonymous@ of gs:// is no credential. In the options: any name with one of the words above.
_KEYS = (
    r"[A-Za-z][A-Za-z0-9+.-]*://"
    rf"((?!anonymous@)[^/?]*@|[^/:@?]+:[^@?]*@|[^?]*\?([^=]*=[^&]*&)*[^=&]*({_OPTION})[^=&]*=)"
)
ROOT = Rule(
    rf"(?!{_KEYS})[\s\S]*",
    "a folder or a URI that holds no keys, which belong in the store's environment variables "
    "(AWS_ACCESS_KEY_ID and so on) or its profile",
)


def has_keys(uri: str) -> bool:
    """Whether `uri` holds credentials."""
    return re.match(_KEYS, uri) is not None


def without_secrets(uri: str) -> str:
    """Return `uri` without credentials and options, fit for messages and logs."""
    if "://" not in uri:
        return uri
    if has_keys(uri):
        scheme, _, rest = uri.partition("://")
        return f"{scheme}://{rest.partition('?')[0].rpartition('@')[2]}".rstrip("/")
    scheme, _, rest = re.split("[?#]", uri, maxsplit=1)[0].partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}".rstrip("/")


def without_keys(config: Any) -> Any:
    """Return a stored config, as read from JSON, without keys in its root.

    Earlier versions accepted and stored them.
    """
    if isinstance(config, dict) and has_keys(root := str(config.get("root", ""))):
        return config | {"root": without_secrets(root)}
    return config
