"""Months and weekdays in Spanish, as they are asked for and as they are answered."""

from contracts.errors import InvalidRequest, Sentence
from contracts.fold import fold
from index.names.name_index import NameIndex
from index.names.titles import shown

MONTHS = (
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
).split()
DAYS = "lunes martes miércoles jueves viernes sábado domingo".split()
SPELLINGS = {"setiembre": "septiembre"}


class CalendarNames:
    """The names of one kind, by place: enero is 0, lunes is 0."""

    def __init__(self, names: list[str], kind: Sentence) -> None:
        self.names = names
        self._kind = kind
        self._places = {fold(name): place for place, name in enumerate(names)}
        self._likely = NameIndex(names, range(len(names)), [1.0] * len(names))

    def place(self, text: str) -> int:
        """Place of the name in `text`, whatever its case, accents and spaces; or InvalidRequest."""
        folded = fold(text)
        place = self._places.get(fold(SPELLINGS.get(folded, folded)))
        if place is None:
            raise InvalidRequest(
                Sentence(
                    f"«{shown(text)}» no es {self._kind.es} en español.",
                    f"'{shown(text)}' is not {self._kind.en} in Spanish.",
                ),
                self._likely.suggest(text),
            )
        return place


MONTH_NAMES = CalendarNames(MONTHS, Sentence("un mes", "a month"))
DAY_NAMES = CalendarNames(DAYS, Sentence("un día de la semana", "a weekday"))
