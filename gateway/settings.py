"""What the gateway can be told from outside, each as an environment variable GATEWAY_<NAME>."""

from pydantic import Field, HttpUrl
from pydantic_settings import BaseSettings, SettingsConfigDict


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
    deadline_ms: int = Field(
        default=5000, gt=0, description="a service's whole answer must be here by then, else 504"
    )
    connect_timeout_ms: int = Field(
        default=500, gt=0, description="a service must accept the connection by then, else 503"
    )
    max_connections: int = Field(
        default=100, gt=0, description="connections kept open to each service, at most"
    )
    slow_request_ms: int = Field(default=500, gt=0, description="warn in the log above this")
