"""What is said of each scene, in two languages, and the WebVTT files that say it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LANGUAGES = {"es": "Español", "en": "English"}
HEADER = "WEBVTT\n"


@dataclass(frozen=True)
class Caption:
    """One sentence in both languages; names in braces are filled with live figures."""

    es: str
    en: str

    def told(self, figures: Mapping[str, str]) -> "Caption":
        """The same with its figures."""
        return Caption(self.es.format_map(figures), self.en.format_map(figures))

    def said_in(self, language: str) -> str:
        """The sentence in one of LANGUAGES."""
        return {"es": self.es, "en": self.en}[language]


@dataclass(frozen=True)
class Cue:
    """A caption and when it stands, in seconds of the video."""

    start: float
    end: float
    caption: Caption


def webvtt(cues: Iterable[Cue], language: str) -> str:
    """The cues as a WebVTT file."""
    blocks = [
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue, language)}\n"
        for number, cue in enumerate(cues, start=1)
    ]
    return "\n".join([HEADER, *blocks])


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def _escaped(cue: Cue, language: str) -> str:
    """The text, without what WebVTT would take for markup."""
    text = cue.caption.said_in(language)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
