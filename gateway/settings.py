"""What the gateway can be told from outside, each as an environment variable GATEWAY_<NAME>."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, HttpUrl
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Network = IPv4Network | IPv6Network
PRIVATE = (
    "127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,169.254.0.0/16,fc00::/7,fe80::/10"
)
"""Addresses that are not routed on the internet (RFC 1918, 3927, 4193, 4291)."""


def _split(given: Any) -> Any:
    return (
        tuple(part.strip() for part in given.split(",") if part.strip())
        if isinstance(given, str)
        else given
    )


def networks(given: str) -> tuple[Network, ...]:
    """Networks out of a list with commas; a lone address is a network of one."""
    return tuple(ip_network(part) for part in _split(given))


def _poster_url(given: str) -> str:
    parts = urlsplit(given)
    if given and not (parts.scheme in ("http", "https") and PLAIN_HOST.fullmatch(parts.netloc)):
        raise ValueError("must begin with https:// (or http://) and a host")
    if given and not any(part in given for part in ("{id}", "{titulo}", "{anio}")):
        raise ValueError("must hold {id}, {titulo} or {anio}, or all posters would be the same")
    return given


PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
"""A host as a Content-Security-Policy can name it."""

PosterUrl = Annotated[str, AfterValidator(_poster_url)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """The gateway's settings; built in `create_app`, never at import."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True)

    query_url: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:8001"), description="address of the query service"
    )
    reco_url: HttpUrl = Field(
        default=HttpUrl("http://127.0.0.1:8002"),
        description="address of the recommendation service",
    )
    workers: int = Field(default=1, ge=1, le=64, description="processes that share the port")
    slow_request_ms: int = Field(default=500, gt=0, description="warn in the log above this")

    deadline_ms: int = Field(
        default=5000, gt=0, description="a request's whole answer must be here by then, else 504"
    )
    connect_timeout_ms: int = Field(
        default=500, gt=0, description="a service must accept the connection by then, else 503"
    )
    max_connections: int = Field(
        default=100, gt=0, description="connections kept open to each service, at most"
    )
    probe_ms: int = Field(
        default=500, gt=0, description="how often each service is asked whether it is ready"
    )
    retry_share: float = Field(
        default=0.2, ge=0, le=1, description="share of requests that may be tried again; 0: none"
    )
    hedge_after_ms: int = Field(
        default=0,
        ge=0,
        description="a GET unanswered for this long is asked a second time, within the same"
        " share; 0: never",
    )
    breaker_requests: int = Field(
        default=20,
        ge=1,
        description="requests of a service in 10 s below which its share of failures says nothing",
    )
    breaker_failures: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="share of failed requests from which a service is asked no more for a while",
    )
    breaker_pause_ms: int = Field(
        default=1000, gt=0, description="how long, before a few requests try it"
    )

    cache_bytes: int = Field(
        default=64 * 1024 * 1024, ge=0, description="answers kept by each worker; 0: none"
    )
    cache_max_age_s: int = Field(
        default=60, ge=0, description="how long browsers and proxies may keep an answer"
    )
    stale_after_ms: int = Field(
        default=500,
        gt=0,
        description="how long a service is waited for where there is an older answer to give",
    )

    max_address_bytes: int = Field(default=8192, ge=256, description="path and query together")
    max_query_bytes: int = Field(default=4096, ge=64, description="what follows the '?'")
    max_header_bytes: int = Field(default=16384, ge=512, description="all headers together")
    max_body_bytes: int = Field(default=1024 * 1024, gt=0, description="a request's body")
    header_timeout_ms: int = Field(
        default=10_000, gt=0, description="request line and headers must be here by then, else 408"
    )
    body_timeout_ms: int = Field(
        default=10_000, gt=0, description="a request's body must be here by then, else 408"
    )
    write_timeout_ms: int = Field(
        default=20_000, gt=0, description="a client that takes nothing for this long is cut off"
    )
    max_clients: int = Field(
        default=2000, ge=1, description="connections of clients to each worker, at most"
    )
    max_requests: int = Field(
        default=200,
        ge=1,
        description="requests each worker serves at once, three quarters of them of one service at"
        " most; more get a 503",
    )

    address_rate: str = Field(
        default="", description="requests of one address, such as 300/minute; empty: any number"
    )
    key_rate: str = Field(
        default="", description="requests with one key, such as 5000/hour; empty: any number"
    )
    redis_url: str = Field(
        default="", description="where several gateways count together; empty: each for itself"
    )
    trusted_proxies: Networks = Field(
        default=(), description="networks whose X-Forwarded-For is believed, with commas"
    )
    keys_file: Path | None = Field(
        default=None, description="file of API keys; where it is named, a key is needed"
    )
    metrics_from: Networks = Field(
        default=networks(PRIVATE),
        description="networks that may read /metrics and, where there are no keys,"
        " /operacion/estado; with commas",
    )
    poster_url: PosterUrl = Field(
        default="",
        description="address of posters, with {id} (TMDB), {titulo} or {anio}; empty: drawn",
    )
    report_dir: Path = Field(
        default=Path("var/eda"), description="where `cartelera eda` writes its report"
    )
    cors_origins: Words = Field(
        default=(), description="origins whose pages may ask, with commas; * for all"
    )
