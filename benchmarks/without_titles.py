"""Copy what was built, with platforms' titles left out, to see what they cost.

    python benchmarks/without_titles.py --var var --to elsewhere

A part of `footprint.py --titles`: the same films and the same index, under the same version names.
"""

import argparse
import shutil
from pathlib import Path

import pyarrow.parquet as pq

from contracts.columns import DATA_FORMAT, TITLES
from contracts.versions import building, open_current, publish, staging


def main() -> None:
    """Do what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, required=True, help="folder of what was built")
    parser.add_argument("--to", type=Path, required=True, help="folder for the copy")
    given = parser.parse_args()
    source, manifest = open_current(given.var / "data", "data", DATA_FORMAT)
    root = given.to / "data"
    with building(root), staging(root, manifest.version) as folder:
        for name in manifest.files:
            shutil.copy(source / name, folder / name)
        pq.write_table(TITLES.empty_table(), folder / "titles.parquet", compression="zstd")
        publish(folder, manifest)
    shutil.copytree(given.var / "index", given.to / "index")


if __name__ == "__main__":
    main()
