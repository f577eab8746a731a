"""What can be set from outside; each name is an environment variable with prefix RECO_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of the recommendation service."""

    model_config = SettingsConfigDict(env_prefix="RECO_", frozen=True)

    data_dir: Path = Field(default=Path("var/data"), description="published data versions")
    index_dir: Path = Field(default=Path("var/index"), description="published index versions")
    free_text_model: str = Field(
        default="",
        description="sentence-transformers model that free text is searched with; empty: "
        "the multilingual one that comes along",
    )
    models_dir: Path = Field(
        default=Path("var/cache/models"), description="where such a model is prepared"
    )
    recommend_from: float = Field(
        default=3.5,
        ge=1,
        le=5,
        description="expected rating from which a film is recommended to a user",
    )
    watch_ms: int = Field(
        default=1000, ge=0, description="how often a new version is looked for; 0: never"
    )
    slow_request_ms: int = Field(default=500, gt=0, description="warn in the log above this")
