"""Names of the usual languages, countries and genres in both languages of the report."""

from contracts.errors import Sentence

_LANGUAGES = """
en inglés English|fr francés French|ja japonés Japanese|hi hindi Hindi|de alemán German
ru ruso Russian|it italiano Italian|es español Spanish|cn cantonés Cantonese|zh chino Chinese
sv sueco Swedish|ko coreano Korean|da danés Danish|ta tamil Tamil|nl neerlandés Dutch
pt portugués Portuguese|fi finés Finnish|pl polaco Polish|no noruego Norwegian|te telugu Telugu
he hebreo Hebrew|fa persa Persian|ml malayalam Malayalam|sr serbio Serbian|ro rumano Romanian
tr turco Turkish|cs checo Czech|hu húngaro Hungarian|el griego Greek|th tailandés Thai
ar árabe Arabic|bn bengalí Bengali|ca catalán Catalan|eu euskera Basque|gl gallego Galician
id indonesio Indonesian|vi vietnamita Vietnamese|uk ucraniano Ukrainian|is islandés Icelandic
et estonio Estonian|lv letón Latvian|lt lituano Lithuanian|bg búlgaro Bulgarian|hr croata Croatian
sk eslovaco Slovak|sl esloveno Slovene|ka georgiano Georgian|mr maratí Marathi|kn canarés Kannada
bs bosnio Bosnian|xx ninguno None|tl tagalo Tagalog|ur urdu Urdu|af afrikáans Afrikaans
sq albanés Albanian|mk macedonio Macedonian|la latín Latin|ku kurdo Kurdish|pa panyabí Punjabi
"""

_COUNTRIES = """
US Estados_Unidos United_States|GB Reino_Unido United_Kingdom|FR Francia France
DE Alemania Germany|CA Canadá Canada|JP Japón Japan|AU Australia Australia|IT Italia Italy
HK Hong_Kong Hong_Kong|CN China China|ES España Spain|RU Rusia Russia|IN India India
IE Irlanda Ireland|BE Bélgica Belgium|NZ Nueva_Zelanda New_Zealand|CZ Chequia Czechia
DK Dinamarca Denmark|MX México Mexico|NL Países_Bajos Netherlands|CH Suiza Switzerland
ZA Sudáfrica South_Africa|KR Corea_del_Sur South_Korea|AT Austria Austria|SE Suecia Sweden
BR Brasil Brazil|AR Argentina Argentina|FI Finlandia Finland|PL Polonia Poland|NO Noruega Norway
HU Hungría Hungary|GR Grecia Greece|TR Turquía Turkey|PT Portugal Portugal|RO Rumania Romania
TH Tailandia Thailand|IL Israel Israel|IR Irán Iran|SU Unión_Soviética Soviet_Union|TW Taiwán Taiwan
LU Luxemburgo Luxembourg|CL Chile Chile|CO Colombia Colombia|CU Cuba Cuba|PE Perú Peru
IS Islandia Iceland|PH Filipinas Philippines|ID Indonesia Indonesia|EG Egipto Egypt
AE Emiratos_Árabes United_Arab_Emirates|RS Serbia Serbia|HR Croacia Croatia|BG Bulgaria Bulgaria
UA Ucrania Ukraine|SG Singapur Singapore|MY Malasia Malaysia|VE Venezuela Venezuela
UY Uruguay Uruguay|EE Estonia Estonia|LT Lituania Lithuania|LV Letonia Latvia|MA Marruecos Morocco
XC Checoslovaquia Czechoslovakia|YU Yugoslavia Yugoslavia|BA Bosnia Bosnia|SK Eslovaquia Slovakia
"""

_GENRES = """
Drama Drama Drama|Comedy Comedia Comedy|Thriller Suspense Thriller|Romance Romance Romance
Action Acción Action|Horror Terror Horror|Crime Crimen Crime|Documentary Documental Documentary
Adventure Aventura Adventure|Science_Fiction Ciencia_ficción Science_Fiction|Family Familiar Family
Mystery Misterio Mystery|Fantasy Fantasía Fantasy|Animation Animación Animation
Foreign Extranjera Foreign|Music Música Music|History Historia History|War Bélica War
Western Wéstern Western|TV_Movie Telefilme TV_Movie
"""


def _read(lines: str) -> dict[str, Sentence]:
    """Entries of code, Spanish and English name; their spaces are written as underscores."""
    entries = (entry.split() for entry in lines.replace("|", "\n").split("\n") if entry)
    spaced = ([word.replace("_", " ") for word in entry] for entry in entries)
    return {code: Sentence(es, en) for code, es, en in spaced}


LANGUAGES = _read(_LANGUAGES)
COUNTRIES = _read(_COUNTRIES)
GENRES = _read(_GENRES)


def language_name(code: str) -> Sentence:
    """The name of a language; its code where we have none."""
    return LANGUAGES.get(code, Sentence(code, code))


def country_name(code: str) -> Sentence:
    """The name of a country; its code where we have none."""
    return COUNTRIES.get(code, Sentence(code, code))


def genre_name(name: str) -> Sentence:
    """The name of a genre; as the data have it where we have none."""
    return GENRES.get(name, Sentence(name, name))
