"""Prefect's pages may ask their own server and nobody else."""

import asyncio

import httpx
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from deploy.prefect_app import WithPolicy, content_security_policy


def test_pages_may_reach_the_api_and_its_events_and_nothing_else() -> None:
    policy = content_security_policy("https://music.example.org/api")
    rules = {
        name: sources for name, _, sources in (one.partition(" ") for one in policy.split("; "))
    }
    assert rules["connect-src"] == "'self' https://music.example.org wss://music.example.org"
    assert rules["default-src"] == "'self'"
    others = " ".join(sources for name, sources in rules.items() if name != "connect-src")
    assert not [one for one in others.split() if "." in one or "*" in one or "http" in one]
    assert "ws://127.0.0.1:4200" in content_security_policy("http://127.0.0.1:4200/api")


def test_every_answer_carries_the_policy() -> None:
    app = Starlette(routes=[Route("/", lambda _: PlainTextResponse("x"))])
    app.add_middleware(WithPolicy, policy="default-src 'self'")

    async def answered(path: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
            return await client.get(path)

    for path, code in (("/", 200), ("/missing", 404)):
        answer = asyncio.run(answered(path))
        assert answer.status_code == code
        assert answer.headers["content-security-policy"] == "default-src 'self'"
