"""What can be set from outside; each name is an environment variable with prefix QUERY_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the query service."""

    model_config = SettingsConfigDict(env_prefix="QUERY_", frozen=True)

    data_dir: Path = Field(default=Path("var/data"), description="published data versions")
    watch_ms: int = Field(
        default=1000, ge=0, description="how often a new version is looked for; 0: never"
    )
    slow_request_ms: int = Field(default=500, gt=0, description="warn in the log above this")
