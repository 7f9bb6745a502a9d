"""Prefect's server with pages that send requests to this server alone.

    python -P deploy/prefect_app.py

It runs what `prefect server start` runs, at PREFECT_SERVER_API_HOST and PREFECT_SERVER_API_PORT,
and adds a content security policy: without one the newer of its two interfaces reports its users
to a third party, whatever the settings for analytics are.
"""

from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from prefect.server.api.server import create_app
from prefect.settings import get_current_settings
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def content_security_policy(api_url: str) -> str:
    """Return the policy for pages that call the API at `api_url` and nothing else."""
    api = urlsplit(api_url)
    events = "wss" if api.scheme == "https" else "ws"
    connect = f"'self' {api.scheme}://{api.netloc} {events}://{api.netloc}"
    return "; ".join(
        (
            "default-src 'self'",
            f"connect-src {connect}",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'self'",
        )
    )


class WithPolicy:
    """ASGI middleware that adds the policy to every response."""

    def __init__(self, app: ASGIApp, policy: str) -> None:
        """Guard `app`."""
        self.app, self.policy = app, policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the app does, with the two headers."""

        async def with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self.policy
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, with_policy)


def guarded_app() -> FastAPI:
    """Return Prefect's server with the policy."""
    app = create_app(final=True)
    api_url = str(get_current_settings().server.ui.api_url or "")
    app.add_middleware(WithPolicy, policy=content_security_policy(api_url))
    return app


def main() -> None:
    """Serve until ended."""
    server = get_current_settings().server
    uvicorn.run(
        guarded_app(),
        host=server.api.host,
        port=server.api.port,
        timeout_keep_alive=server.api.keepalive_timeout,
        log_level=server.logging_level.lower(),
    )


if __name__ == "__main__":
    main()
