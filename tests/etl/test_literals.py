import ast
import csv
import random
import sys
import tracemalloc
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.literals import EXCERPT, MAX_CELL, MAX_SLOW_CELL, NotALiteral, parse_literal

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data" / "sample"
REAL = ROOT.parent / "shared" / "data"
NESTED = {
    "cast",
    "crew",
    "keywords",
    "genres",
    "belongs_to_collection",
    "production_companies",
    "production_countries",
    "spoken_languages",
}


def by_the_book(cell: str) -> Any:
    """Value by ast.literal_eval, whatever the warning filters of this run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.literal_eval(cell)


def assert_same(cell: str) -> None:
    """Equal values, and equal spelling: 1 is not True, 0.0 not -0.0, and keys keep their order."""
    expected, value = by_the_book(cell), parse_literal(cell)
    assert value == expected
    assert repr(value) == repr(expected)


# What repr makes of these differs: quotes, escapes, words, structure, surrogates, long digits.
FRAGMENTS = [
    *("'", '"', "\\", "/", "u", "x", "#", "}", "{", "[", "\0", "\x01", "\x03", "\n", "\t"),
    *("None", "True", "'x_path': None", "_path': None,", ", ", ": ", "}, {", "name", "Peña"),
    *("\xa0", "\u2028", "日本", "🎬", "\ud83d", "\ude00", " 12345678901234567890"),
]
SCALARS = [None, True, False, 0, -1, 2**63, 2**64, -(2**63) - 1, 10**18, 10**40, 1.5, -0.0, 5e-324]


def random_text(rng: random.Random) -> str:
    return "".join(rng.choices(FRAGMENTS, k=rng.randint(0, 5)))


def random_value(rng: random.Random, depth: int = 0) -> Any:
    kind = rng.random()
    size = rng.randint(0, 4)
    if depth < 4 and kind < 0.3:
        return [random_value(rng, depth + 1) for _ in range(size)]
    if depth < 4 and kind < 0.6:
        return {random_text(rng): random_value(rng, depth + 1) for _ in range(size)}
    if depth < 4 and kind < 0.63:
        return tuple(random_value(rng, depth + 1) for _ in range(size))
    return random_text(rng) if kind < 0.85 else rng.choice(SCALARS)


def broken(cell: str, rng: random.Random) -> str:
    """`cell` with one to three fragments dropped in or characters lost."""
    for _ in range(rng.randint(1, 3)):
        place = rng.randint(0, len(cell))
        cell = cell[:place] + rng.choice([*FRAGMENTS, ""]) + cell[place + rng.randint(0, 1) :]
    return cell


@pytest.mark.parametrize("seed", range(5))
def test_random_values_read_as_literal_eval_reads_them(seed):
    rng = random.Random(seed)
    for _ in range(2_000):
        assert_same(repr(random_value(rng)))


@pytest.mark.parametrize("seed", range(5))
def test_broken_cells_are_accepted_exactly_when_literal_eval_accepts_them(seed):
    rng = random.Random(seed)
    for _ in range(2_000):
        cell = broken(repr(random_value(rng)), rng)
        try:
            by_the_book(cell.strip())
        except (ValueError, SyntaxError, TypeError):
            with pytest.raises(NotALiteral):
                parse_literal(cell)
        else:
            assert_same(cell.strip())


@pytest.mark.parametrize(
    "cell",
    [
        "[]",
        "[{'id': 16, 'name': 'Animation'}, {'id': 35, 'name': 'Comedy'}]",
        "{'id': 1, 'poster_path': None, 'video': False, 'adult': True}",
        "[{'character': 'None'}, {'character': 'True, False, None'}]",
        "[{'name': \"Martha's\", 'profile_path': None}, {'name': \"d'Or\", 'id': None}]",
        "[{'name': 'Jimmy \"The Gent\" Conway', 'profile_path': None}]",
        "['\\'\"', \"'\\\"\", 'a\\\\', \"\\\\'\", '\\\\\"']",
        '["x_path\': None", "\': None, \'"]',
        "['x_path', ': None', None]",
        "'one' 'two'",
        "['one''two', 'x' \"y\"]",
        "'''triple \"quoted\"'''",
        '["""it\'s""", \'\']',
        "[b'bytes', u'text', r'\\d', rb'\\d']",
        "[1, -1, +1, - 1, 1_000, 0x1f, 0o17, 0b11, 00, 1j, 1+2j]",
        "[9223372036854775807, 9223372036854775808, 18446744073709551615]",
        "[18446744073709551616, -9223372036854775809]",
        "18446744073709551616",
        "-9223372036854775809",
        "{'id':18446744073709551616}",
        "[\n18446744073709551616]",
        "[1.0, 1., .5, 1e5, 1E-5, 1e400, -0, -0.0, 1e-400]",
        "[0.1234567890123456789012, 12345678901234567890.5, 123456789012345678901e2]",
        "{'a': 1, 'b': 2, 'a': 3}",
        "{1: 'one', None: 'none', (1, 2): 'pair'}",
        "[(), (1,), {1, 2}, set()]",
        "[1, 2,]",
        "[  1 ,\n\t2 ]",
        "[1, # a comment, and it's odd\n 2]",
        "['tab\there', 'form\x0cfeed', 'del\x7f', 'line\u2028separator']",
        "['\x01\x02\x03', '\\'\x02']",
        "['\\x41\\xe9', '\\u00e9', '\\U0001f3ac', '\\N{BULLET}', '\\101', '\\0', '\\777']",
        "['\\ud83d', '\\ud83d\\ude00', '\\uDE00', '\\ud7ff']",
        "['\\d', '\\/', '\\\\/', 'line\\\ncontinued']",
        "['\\a\\b\\f\\n\\r\\t\\v']",
        "...",
        "[" * 199 + "]" * 199,
        "{'a': " * 99 + "1" + "}" * 99,
    ],
)
def test_the_corners_of_the_language_read_as_literal_eval_reads_them(cell):
    assert_same(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("null", None),
        ("[true, false, null]", [True, False, None]),
        ('{"name": "Pel\\u00edcula", "path": null}', {"name": "Película", "path": None}),
        (
            "{'name': \"It's\", 'a': null, 'b_path': None}",
            {"name": "It's", "a": None, "b_path": None},
        ),
        ("['null', 'true', 'None', null]", ["null", "true", "None", None]),
    ],
)
def test_the_words_of_json_are_accepted_too(cell, value):
    assert parse_literal(cell) == value


@pytest.mark.parametrize("cell", [" [1]", "[1]\n  ", "\n  [1]", "\u3000[1]\xa0"])
def test_white_space_around_the_literal_does_not_matter(cell):
    assert parse_literal(cell) == [1]


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "   ",
        "nan",
        "NaN",
        "Infinity",
        "undefined",
        "{bad json",
        "[{'id': 1, 'name': 'Trunc",
        "[{'id': 1, 'name': 'Truncated'}",
        "[{'id': 1, 'name': 'It's'}]",
        "[{'id': 1 'name': 'No comma'}]",
        "[1]]",
        "[1] [2]",
        "['a\nb']",
        "['a\0b']",
        "\0",
        "\0'\0'\0",
        "\ufeff[1]",
        "['\ud800']",
        "['\\x4']",
        "['\\N{NO SUCH NAME}']",
        "{[]: 1}",
        "__import__('os').getcwd()",
        "[x for x in (1, 2)]",
        "f'{1}'",
        "1 + 1",
        "(null,)",
        "TrueFalse",
        "[None None]",
        "01",
        "1" * 5_000,
    ],
)
def test_anything_else_is_not_a_literal(cell):
    with pytest.raises(NotALiteral):
        parse_literal(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "[" * 250 + "]" * 250,
        "[" * 250 + "null" + "]" * 250,
        "{'a': " * 250 + "1" + "}" * 250,
        "[" * 100_000,
        "{'a':" * 300_000,
        "(" * 100_000 + ")" * 100_000,
        "-" * 200_000 + "1",
        "1" + "+1" * 100_000,
        "not " * 50_000 + "1",
        "a" + "[0]" * 80_000,
    ],
)
def test_bombs_of_nesting_are_refused(cell):
    with pytest.raises(NotALiteral):
        parse_literal(cell)


@pytest.mark.parametrize("garbage", ["x", "'", '"', "'\"", "\\'", "[", "{'a':", "[] ", "\0", "é日"])
@pytest.mark.parametrize("size", [MAX_SLOW_CELL, MAX_CELL, 10_000_000])
def test_large_garbage_is_refused_in_little_memory(garbage, size):
    cell = garbage * (size // len(garbage))
    tracemalloc.start()
    try:
        with pytest.raises(NotALiteral):
            parse_literal(cell)
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


def test_a_long_plain_cell_is_read():
    entry = "{'cast_id': 14, 'name': \"Conan O'Brien\", 'order': 0, 'profile_path': None}"
    cell = f"[{', '.join([entry] * 20_000)}]"
    assert MAX_SLOW_CELL < len(cell) < MAX_CELL
    assert parse_literal(cell) == [ast.literal_eval(entry)] * 20_000


def test_the_reason_is_one_line_and_quotes_only_the_beginning():
    with pytest.raises(NotALiteral) as caught:
        parse_literal("[{'id': 1,\n" + "x" * 100_000)
    reason = str(caught.value)
    assert reason.startswith("the cell is not a Python literal: \"[{'id': 1,\\n")
    assert len(reason) < 100 + EXCERPT


def test_the_answer_does_not_depend_on_the_warning_filters():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse_literal("['\\d']") == ["\\d"]


def nested_cells(folder: Path) -> Iterator[str]:
    """Every filled nested cell of the CSV files in `folder` and its subfolders."""
    csv.field_size_limit(sys.maxsize)
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                yield from (row[name] for name in NESTED & row.keys() if row[name])


def test_every_nested_cell_of_the_sample_reads_as_literal_eval_reads_it():
    cells = set(nested_cells(SAMPLE))
    assert cells
    for cell in cells:
        assert_same_or_refused(cell)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the folder of real data is not here")
def test_every_nested_cell_of_the_real_files_reads_as_literal_eval_reads_it():
    cells = set(nested_cells(REAL))
    assert len(cells) > 1_000
    for cell in cells:
        assert_same_or_refused(cell)


def assert_same_or_refused(cell: str) -> None:
    """As `assert_same`; in torn rows a nested column may hold another column's text."""
    try:
        by_the_book(cell)
    except (ValueError, SyntaxError):
        with pytest.raises(NotALiteral):
            parse_literal(cell)
    else:
        assert_same(cell)
