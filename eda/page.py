"""The report as one page that asks for nothing: text and tables as HTML, figures as data."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

import orjson
from plotly.offline import get_plotlyjs

from contracts.errors import Sentence
from eda.blocks import Block, Bullets, Cards, Figure, Paragraph, Picture, Section, Table
from eda.charts import DARK, LIGHT, Color

TITLE = Sentence("Informe de los datos", "Report on the data")
UNSAFE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""What may not stand in a script element, and how JSON says it."""


def as_html(version: str, sections: Sequence[Section]) -> str:
    """The whole page: Spanish, with English one switch away."""
    figures = [b for s in sections for b in s.blocks if isinstance(b, Figure)]
    return Template(_static("page.html")).substitute(
        title=f"Cartelera: {TITLE.es.lower()}",
        heading=both(TITLE),
        version=escape(version),
        style=_static("page.css"),
        nav="\n".join(f'<li><a href="#{s.key}">{both(s.title)}</a></li>' for s in sections),
        body="\n".join(_section(number, s) for number, s in enumerate(sections, start=1)),
        figures=as_json({figure.name: figure.spec for figure in figures}),
        palettes=as_json({"light": LIGHT, "dark": DARK}),
        plotly=_inline(get_plotlyjs()),
        script=_static("page.js"),
    )


def as_json(value: object) -> str:
    """JSON that a script element may hold; sentences and colours are marked for the page."""
    text = orjson.dumps(
        value,
        default=_marked,
        option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_SERIALIZE_NUMPY,
    ).decode()
    for sign, said in UNSAFE.items():
        text = text.replace(sign, said)
    return text


def both(sentence: Sentence) -> str:
    """The sentence as HTML in both languages, once where they are the same."""
    if sentence.es == sentence.en:
        return escape(sentence.es)
    return (
        f'<span lang="es">{escape(sentence.es)}</span><span lang="en">{escape(sentence.en)}</span>'
    )


def _marked(value: object) -> Any:
    if isinstance(value, Sentence):
        return {"$text": asdict(value)} if value.es != value.en else value.es
    if isinstance(value, Color):
        return {"$color": value.name}
    raise TypeError(f"{type(value).__name__} has no place in a figure")


def _section(number: int, section: Section) -> str:
    parts = [f'<section id="{section.key}" aria-labelledby="t-{section.key}">']
    parts.append(f'<h2 id="t-{section.key}"><small>{number}</small> {both(section.title)}</h2>')
    parts += _runs(section.blocks)
    parts.append("</section>")
    return "\n".join(parts)


def _runs(blocks: Iterable[Block]) -> list[str]:
    """The blocks, with neighbouring half figures side by side."""
    told: list[str] = []
    halves: list[str] = []
    for block in blocks:
        if isinstance(block, Figure) and block.half:
            halves.append(_block(block))
            continue
        told += _pair(halves)
        halves = []
        told.append(_block(block))
    return told + _pair(halves)


def _pair(halves: list[str]) -> list[str]:
    return ['<div class="halves">', *halves, "</div>"] if halves else []


def _block(block: Block) -> str:
    match block:
        case Paragraph():
            kind = ' class="warning" role="note"' if block.warning else ""
            return f"<p{kind}>{both(block.text)}</p>"
        case Bullets():
            items = "".join(f"<li>{both(item)}</li>" for item in block.items)
            return f'<ul class="findings">{items}</ul>'
        case Cards():
            return _cards(block)
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)
        case Picture():
            return _picture(block)


def _cards(cards: Cards) -> str:
    items = "".join(
        f"<div><dt>{both(what)}</dt><dd>{both(value)}</dd></div>" for value, what in cards.items
    )
    return f'<dl class="cards">{items}</dl>'


def _figure(figure: Figure) -> str:
    key = f"f-{figure.name}"
    return (
        f'<figure id="{key}"><h3 id="h-{key}">{both(figure.title)}</h3>'
        f'<div class="plot" role="img" aria-labelledby="h-{key}" aria-describedby="c-{key}" '
        f'data-figure="{figure.name}" style="height:{figure.height}px"></div>'
        f'<figcaption id="c-{key}">{both(figure.caption)}</figcaption></figure>'
    )


def _picture(picture: Picture) -> str:
    key = f"f-{picture.name}"
    light, dark = (_data_address(image) for image in (picture.light, picture.dark))
    return (
        f'<figure id="{key}"><h3 id="h-{key}">{both(picture.title)}</h3>'
        f'<picture role="img" aria-labelledby="h-{key}" aria-describedby="c-{key}">'
        f'<source media="screen and (prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img src="{light}" alt="" width="1000" height="460"></picture>'
        f'<figcaption id="c-{key}">{both(picture.caption)}</figcaption></figure>'
    )


def _data_address(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def _table(table: Table) -> str:
    head = "".join(
        f'<th scope="col"{_kind(table, place)}>{both(cell)}</th>'
        for place, cell in enumerate(table.head)
    )
    rows = "\n".join(_row(table, row) for row in table.rows)
    inner = (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table.caption.es)}">'
        f"<table><caption>{both(table.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>"
    )
    if not table.folded:
        return inner
    return f"<details><summary>{both(table.caption)}</summary>{inner}</details>"


def _row(table: Table, row: Sequence[Sentence]) -> str:
    first, *others = row
    cells = "".join(
        f"<td{_kind(table, place)}>{both(cell)}</td>" for place, cell in enumerate(others, start=1)
    )
    return f'<tr><th scope="row">{both(first)}</th>{cells}</tr>'


def _kind(table: Table, place: int) -> str:
    if place in table.codes:
        return ' class="code"'
    return ' class="text"' if place == 0 or place in table.texts else ""


def _inline(script: str) -> str:
    """A script as a script element may hold it: nothing in it may look like its end."""
    return re.sub(r"</(script)", r"<\\/\1", script, flags=re.IGNORECASE).replace("<!--", "<\\!--")


@cache
def _static(name: str) -> str:
    return (files("eda.static") / name).read_text(encoding="utf-8")
