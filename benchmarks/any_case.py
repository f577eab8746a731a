"""Addresses without end whose answers are known: one that is answered, in capitals and not.

A part of faults.py and soak.py. HEAT and hEAt are two addresses to a cache, and one film.
"""

import json
from itertools import chain
from pathlib import Path
from random import Random

from mixed_load import Client, Request
from processes import ROOT, python, run

KEPT_EACH, LETTERS = 150, 14
IN_ANY_CASE = {
    "query": ("score_titulo", "votos_titulo", "get_actor", "get_director", "peliculas_duracion"),
    "reco": ("recomendacion",),
}
"""Endpoints whose argument means the same in capitals."""


def in_other_letters(path: str, random: Random) -> str:
    """The path with the letters of its argument in capitals or not, but for those of escapes."""
    endpoint, _, argument = path[1:].partition("/")
    changed, escape = [], 0
    for letter in argument:
        escape = 2 if letter == "%" else escape - 1
        either = letter.swapcase() if random.getrandbits(1) else letter
        changed.append(letter if escape >= 0 or not letter.isascii() else either)
    return f"/{endpoint}/{''.join(changed)}"


async def answers_of(client: Client, paths: list[str]) -> dict[str, bytes]:
    """The bodies of those that are answered 200, the same in any letters; through the gateway."""
    random, bodies = Random(3), {}
    for path in paths:
        first = await client.ask(Request(path))
        other = await client.ask(Request(in_other_letters(path, random)))
        if first.status == other.status == 200 and first.body == other.body:
            bodies[path] = first.body
        if len(bodies) == KEPT_EACH:
            break
    return bodies


def candidates(var: Path) -> dict[str, list[str]]:
    """For each service, addresses with enough letters to be written in many ways."""
    asked = json.loads(
        run(python(ROOT / "benchmarks" / "questions.py", "--var", var)).lines[-1].text
    )
    found = {}
    for service, endpoints in IN_ANY_CASE.items():
        usual = [one["usual"] for one in asked[service] if one["endpoint"] in endpoints]
        paths = [path for path in chain(*usual) if letters_in(path) >= LETTERS]
        Random(1).shuffle(paths)
        found[service] = paths
    return found


def letters_in(path: str) -> int:
    """How many letters of the argument may be capitals or not; escapes are not counted."""
    argument = path[1:].partition("/")[2]
    return sum(letter.isalpha() for letter in argument) - 2 * argument.count("%")


def questions(var: Path) -> dict[str, list[dict]]:
    """What questions.py says may be asked of each service; in a process whose libraries go."""
    script = ROOT / "benchmarks" / "questions.py"
    return json.loads(run(python(script, "--var", var)).lines[-1].text)
