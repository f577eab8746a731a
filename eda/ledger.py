"""What the ETL dropped or repaired, in plain words and with an example of each."""

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Figure, Paragraph, Section, Table
from eda.charts import ACCENT, LOG_FROM, MAIN, many, ranking, ranking_height
from eda.ledger_words import ACTIONS, REASONS
from eda.tables import Data
from eda.wording import number, same, say, trimmed

LONGEST_EXAMPLE = 90
TITLE = Sentence("Qué se descartó o reparó al leer", "What was dropped or repaired on reading")
INTRO = Sentence(
    "El ETL no tira nada en silencio: cada fila descartada y cada celda reparada deja una línea en "
    "su registro, con su texto original. Lo que se repite en todo un archivo deja una sola, que "
    "dice en cuántas filas.",
    "The ETL throws nothing away silently: each row dropped and each cell repaired leaves a line "
    "in its ledger, with its original text. What is the same all over a file leaves a single one, "
    "which tells in how many rows.",
)
NOTHING = Sentence(
    "No hizo falta descartar ni reparar nada.", "Nothing had to be dropped or repaired."
)


@dataclass(frozen=True)
class Entry:
    """What happened for one reason in one file."""

    reason: str
    file: str
    action: str
    count: int
    line: int
    """Of the example; 0 where it tells of the whole file."""
    example: str


def read_entries(ledger: pa.Table) -> list[Entry]:
    """Entries by reason, file and action, most frequent first."""
    keys = ["reason", "file", "action"]
    numbered = ledger.append_column("row", pa.array(range(len(ledger)), pa.int64()))
    grouped = numbered.group_by(keys).aggregate([("row", "count"), ("row", "min")])
    entries = []
    for row in grouped.to_pylist():
        first = row["row_min"]
        told = {name: ledger[name][first].as_py() for name in ("line", "original")}
        entries.append(
            Entry(
                row["reason"],
                row["file"],
                row["action"],
                row["row_count"],
                told["line"],
                trimmed(told["original"], LONGEST_EXAMPLE),
            )
        )
    return sorted(entries, key=lambda e: (-e.count, e.reason, e.file, e.action))


def reason_told(reason: str) -> Sentence:
    """The reason in plain words; its code where it is not one that we know."""
    return REASONS.get(reason, same(reason))


def ledger_section(data: Data) -> Section:
    """The section on the ledger."""
    blocks: list[Block] = [Paragraph(INTRO)]
    if not len(data.ledger):
        return Section("libro", TITLE, [*blocks, Paragraph(NOTHING)])
    entries = read_entries(data.ledger)
    blocks += [Bullets([_total(data.ledger, entries)]), _figure(entries), _table(entries)]
    return Section("libro", TITLE, blocks)


def _total(ledger: pa.Table, entries: list[Entry]) -> Sentence:
    actions = ledger["action"]
    reasons = _by_reason(entries)
    counts = {name: pc.sum(pc.equal(actions, name)).as_py() or 0 for name in ACTIONS}
    return say(
        "{n} anotaciones: {d} descartes y {r} reparaciones, por {k} motivos. Lo más frecuente: "
        "{first}",
        "{n} entries: {d} dropped and {r} repaired, for {k} reasons. Most frequent: {first}",
        n=len(ledger),
        d=counts["dropped"],
        r=counts["repaired"],
        k=len(reasons),
        first=reason_told(next(iter(reasons))),
    )


def _by_reason(entries: list[Entry]) -> dict[str, int]:
    """How many entries each reason has in all files, most first."""
    totals: Counter[str] = Counter()
    for entry in entries:
        totals[entry.reason] += entry.count
    return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))


def _figure(entries: list[Entry]) -> Figure:
    totals = _by_reason(entries)
    dropped = {e.reason for e in entries if e.action == "dropped"}
    ordered = list(totals)
    spec = ranking(
        [same(reason) for reason in ordered],
        [totals[reason] for reason in ordered],
        [
            Sentence(
                f"{number(totals[r]).es}: {trimmed(reason_told(r).es, 80)}",
                f"{number(totals[r]).en}: {trimmed(reason_told(r).en, 80)}",
            )
            for r in ordered
        ],
        Sentence("anotaciones", "entries"),
        marker={"color": [ACCENT if r in dropped else MAIN for r in ordered]},
        xaxis=many(list(totals.values())),
    )
    caption = Sentence(
        "En rojo, lo que se descartó; en gris azulado, lo que se reparó o solo se anotó.",
        "In red, what was dropped; in grey blue, what was repaired or only noted.",
    )
    if max(totals.values()) >= LOG_FROM:
        caption = say("{c} Escala logarítmica.", "{c} Logarithmic scale.", c=caption)
    title = Sentence("Anotaciones por motivo", "Entries by reason")
    return Figure("libro-motivos", title, caption, spec, ranking_height(len(ordered)))


def _table(entries: list[Entry]) -> Table:
    head = [
        Sentence("Qué pasó", "What happened"),
        Sentence("Motivo", "Reason"),
        Sentence("Archivo", "File"),
        Sentence("Qué se hizo", "Done"),
        Sentence("Veces", "Times"),
        Sentence("Ejemplo (texto original)", "Example (original text)"),
    ]
    rows = [
        [
            reason_told(entry.reason),
            same(entry.reason),
            same(entry.file),
            ACTIONS.get(entry.action, same(entry.action)),
            number(entry.count),
            _example(entry),
        ]
        for entry in entries
    ]
    caption = Sentence("Motivo a motivo", "Reason by reason")
    return Table(caption, head, rows, texts=frozenset({3, 5}), codes=frozenset({1, 2}))


def _example(entry: Entry) -> Sentence:
    if not entry.line:
        rows = entry.example.removesuffix(" rows")
        return say("todo el archivo: {n} filas", "the whole file: {n} rows", n=rows)
    return say("línea {n}: {t}", "line {n}: {t}", n=str(entry.line), t=entry.example or "∅")
