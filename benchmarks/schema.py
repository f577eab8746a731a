"""Does every answer keep to the document at /openapi.json, whatever is asked?

    python benchmarks/schema.py --var var [--cases 5000] [--seed 0]

Starts the whole stack on what was built in --var, and asks it through the gateway as
`conformance.py` says. Each answer is held against the document: no 5xx, a status that is described,
its content type, its headers, its schema. Failures are told, and end nothing.
"""

import argparse
from pathlib import Path

import schemathesis
from conformance import examine, tell
from machine import header
from processes import ROOT, cartelera, free_port, serving, status_of, this_command


def main() -> None:
    """Examine what the module's docstring says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--var", type=Path, default=ROOT / "var", help="folder of what was built")
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    print(header(this_command(), f"seed {chosen.seed}, schemathesis {schemathesis.__version__}"))
    port = free_port(3)
    address = f"http://127.0.0.1:{port}"
    with serving(
        cartelera("serve", "all", "--port", port, "--var", chosen.var.resolve())
    ) as server:
        server.wait_until(lambda: status_of(f"{address}/salud/lista") == 200, patience_s=120)
        tell(examine(address, chosen.cases, chosen.seed))
        tracebacks = server.log.read_text().count("Traceback")
    print(f"\n{tracebacks} tracebacks in the log of the stack")


if __name__ == "__main__":
    main()
