"""The words that generate_raw.py makes people, titles and credits of."""

GENRES = (
    "18 Drama,35 Comedy,53 Thriller,10749 Romance,28 Action,27 Horror,80 Crime,99 Documentary,"
    "12 Adventure,878 Science Fiction,10751 Family,9648 Mystery,14 Fantasy,16 Animation,"
    "10769 Foreign,10402 Music,36 History,10752 War,37 Western,10770 TV Movie"
).split(",")
PLACES = (
    "US United States of America/en/English,GB United Kingdom/en/English,FR France/fr/Français,"
    "DE Germany/de/Deutsch,IT Italy/it/Italiano,ES Spain/es/Español,JP Japan/ja/日本語,"
    "RU Russia/ru/Pусский,LT Lithuania/lt/Lietuvi\x9akai,CI Cote D'Ivoire/fr/Français"
).split(",")
FIRST = (
    "Tom Ana John Maria Robert Kate James Penélope Michael Zoë David Chloë Paul Amélie Peter Inés "
    "George Sofía Mark Ingrid Bruce Julie Steven Nicole Kevin Anne-Marie Samuel Marion Frank Uma "
    "Daniel Catherine François Juliette José Giulia Björn Liv Jürgen Hanna Andrzej Agnieszka Emir "
    "Noémie Jean-Luc Isabelle Akira Setsuko Wong Maggie Satyajit Shabana Omar Fatma Pedro Carmen"
).split()
LAST = (
    "Smith Johnson O'Brien García Müller Lee Brown Dupont Rossi O'Hara Kim Martin Núñez D'Angelo "
    "Jones Sørensen Taylor Kowalski Walker Peña White Ivanov Harris Lefèvre Clark L'Herbier "
    "Lewis Mifune Young Čapek King Şahin Wright Þórsson Scott Nykvist Green O'Toole Baker Quiñones "
    "Adams Bergström Nelson Dvořák Hill Moreau Campbell Ozu Mitchell Kurosawa Roberts Ray Carter "
    "D'Onofrio Phillips Almodóvar Evans Szabó Turner Ólafsson Parker McDonald Collins Fitzgerald "
    "Edwards Stewart Morris Rogers Reed Cook Morgan Bell Murphy Bailey Rivera Cooper Richardson Cox"
).split()
NON_LATIN = [
    "三船敏郎",
    "Андрей Тарковский",
    "王家卫",
    "송강호",
    "يوسف شاهين",
    "Θόδωρος Αγγελόπουλος",
]
ODD_NAMES = [
    'Dwayne "The Rock" O\'Neal',
    "Beth\xa0Burvant",
    "Tony Hendra\t",
    "A\\B Unit",
    'Jim "J" Doe',
]
WORDS = (
    "night love man house last day world blood life dead girl city story king dark war heart woman "
    "secret moon street summer black time road island boy river return wild american star fire "
    "home dream lost stranger family red land ghost dance winter murder train angel school song "
    "friend shadow sea kiss wedding brother game money storm mother devil killer golden garden "
    "hunter paradise mountain revenge father mirror child hotel train's king's devil's lover's "
    "café rosé niño señor façade über letter bridge prison doctor soldier journey wolf queen "
    "detective island's memory silence promise circus desert bank robber orchestra lighthouse"
).split()
ROLES = ["Himself", "Herself", "Narrator", "Bartender", "Detective", "Nurse", "Additional Voices"]
JOBS = (
    "Writing/Screenplay,Production/Producer,Editing/Editor,Camera/Director of Photography,"
    "Sound/Original Music Composer,Art/Production Design,Costume & Make-Up/Costume Design,"
    "Production/Casting,Crew/Stunt Coordinator,Visual Effects/Animation,Sound/Foley,"
    "Production/Executive Producer,Lighting/Gaffer"
).split(",")
