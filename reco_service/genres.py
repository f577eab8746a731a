"""TMDB's genres in Spanish, as they are told; data and filters keep TMDB's own names."""

SPANISH = {
    "Action": "Acción",
    "Adventure": "Aventura",
    "Animation": "Animación",
    "Comedy": "Comedia",
    "Crime": "Crimen",
    "Documentary": "Documental",
    "Drama": "Drama",
    "Family": "Familiar",
    "Fantasy": "Fantasía",
    "Foreign": "Extranjera",
    "History": "Historia",
    "Horror": "Terror",
    "Music": "Música",
    "Mystery": "Misterio",
    "Romance": "Romance",
    "Science Fiction": "Ciencia ficción",
    "TV Movie": "Película de TV",
    "Thriller": "Suspenso",
    "War": "Bélica",
    "Western": "Western",
}


def spanish(name: str) -> str:
    """The genre in Spanish; as it is where it is none of TMDB's."""
    return SPANISH.get(name, name)
