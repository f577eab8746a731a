"""What can be set of refreshes that go on by themselves."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Each an environment variable REFRESH_..."""

    model_config = SettingsConfigDict(env_prefix="REFRESH_", frozen=True)

    quiet_s: float = Field(
        default=5.0, ge=0, le=3600, description="nobody wrote to the raw folder for this long"
    )
    retry_s: float = Field(
        default=300.0, ge=1, le=86400, description="a run that failed is tried once more after it"
    )
