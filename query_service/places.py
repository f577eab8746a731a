"""Languages and countries by code, English or Spanish name: 'es', 'Spanish', 'español'."""

from collections.abc import Iterable, Mapping

from babel import Locale

from contracts.errors import Sentence, ValueNotFound
from contracts.fold import fold
from index.names.name_index import NameIndex
from index.names.titles import shown

# TMDB still uses codes that ISO 639-1 withdrew or never had
WITHDRAWN_LANGUAGES = {"cn": "zh", "iw": "he", "sh": "sr"}


class CodeNames:
    """Codes that occur in the data, found by code or by any of their names."""

    def __init__(
        self,
        codes: Iterable[str],
        spanish: Mapping[str, str],
        names: Mapping[str, Iterable[str]],
        missing: Sentence,
    ) -> None:
        """`names` are further names a code goes by; `missing` formats the 404 with {text}."""
        self._missing = missing
        self._spanish = {code: spanish.get(code) for code in codes}
        self._first_name = {code: next(iter(names.get(code, ())), code) for code in self._spanish}
        self._codes: dict[str, str] = {}
        shown_names = []
        for code in self._spanish:
            known = [name for name in (spanish.get(code), *names.get(code, ())) if name]
            for name in (code, *known):
                self._codes.setdefault(fold(name), code)
            shown_names += known
        self._likely = NameIndex(shown_names, range(len(shown_names)), [1.0] * len(shown_names))

    def code(self, text: str) -> str:
        """The code that `text` names; raises ValueNotFound with suggestions."""
        code = self._codes.get(fold(text))
        if code is None:
            told = shown(text)
            detail = Sentence(
                self._missing.es.format(text=told), self._missing.en.format(text=told)
            )
            raise ValueNotFound(detail, self._likely.suggest(text))
        return code

    def spanish(self, code: str) -> str:
        """The code's name in Spanish, or as the data has it."""
        return self._spanish[code] or self._first_name[code]


def language_names(codes: Iterable[str]) -> CodeNames:
    """Names of ISO 639-1 language codes."""
    codes = list(codes)
    spanish, english = Locale("es").languages, Locale("en").languages
    standard = {code: WITHDRAWN_LANGUAGES.get(code, code) for code in codes}
    return CodeNames(
        codes,
        {code: spanish[kept] for code, kept in standard.items() if kept in spanish},
        {code: [english[kept]] for code, kept in standard.items() if kept in english},
        Sentence(
            "Ninguna película tiene como idioma original «{text}».",
            "No film has '{text}' as its original language.",
        ),
    )


def country_names(in_data: Mapping[str, str]) -> CodeNames:
    """Names of ISO 3166-1 country codes; `in_data` is the name the data gives each code."""
    spanish, english = Locale("es").territories, Locale("en").territories
    return CodeNames(
        in_data,
        {code: spanish[code] for code in in_data if code in spanish},
        {
            code: [name, *([english[code]] if code in english else [])]
            for code, name in in_data.items()
        },
        Sentence("Ninguna película se produjo en «{text}».", "No film was produced in '{text}'."),
    )
