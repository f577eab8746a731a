from pathlib import Path

import pytest

from contracts.errors import VersionError
from index.build import run_index
from index.embeddings import Encoders
from index.encoders.free_text_encoder import building_encoder, serving_encoder, write_encoder
from index.encoders.multilingual import MultilingualEncoder
from reco_service.recommend import Recommender
from reco_service.settings import Settings
from tests.fakes import HashEncoder
from tests.models import save_model

QUERY = "a man loses the war"


@pytest.mark.slow
def test_without_a_model_a_version_carries_the_multilingual_encoder(tmp_path: Path) -> None:
    built = building_encoder("", tmp_path)
    assert isinstance(built, MultilingualEncoder)
    write_encoder(built, tmp_path)
    served = serving_encoder(tmp_path, built.name, "", tmp_path)
    assert served.encode([QUERY]).tobytes() == built.encode([QUERY]).tobytes()


@pytest.mark.slow
def test_a_model_of_choice_searches_and_must_be_named_to_the_service_as_well(
    sample_data: Path, tmp_path: Path
) -> None:
    model, models = str(save_model(tmp_path / "tiny")), tmp_path / "models"
    encoders = Encoders(HashEncoder(), building_encoder(model, models))
    folder = run_index(sample_data, tmp_path / "index", encoders, tmp_path / "cache").folder
    assert not list(folder.glob("use_*"))  # nothing of an encoder that is not used
    given = {"data_dir": sample_data, "index_dir": tmp_path / "index", "models_dir": models}
    assert Recommender.load(Settings(**given, free_text_model=model)).mixes.answers_text
    other = str(save_model(tmp_path / "other", seed=1))
    with pytest.raises(VersionError, match="RECO_FREE_TEXT_MODEL must name the same model"):
        Recommender.load(Settings(**given, free_text_model=other))
    with pytest.raises(VersionError, match="RECO_FREE_TEXT_MODEL must name the same model"):
        Recommender.load(Settings(**given))
