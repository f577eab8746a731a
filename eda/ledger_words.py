"""Every reason of the ETL's ledger, in plain words for people who never saw the code."""

from contracts.errors import Sentence

REASONS = {
    "torn_row": Sentence(
        "Una fila del archivo venía partida en dos; ninguna mitad sirve.",
        "A row of the file was torn in two; neither half is of use.",
    ),
    "wrong_cell_count": Sentence(
        "La fila tiene más o menos celdas que la cabecera.",
        "The row has more or fewer cells than the header.",
    ),
    "no_id": Sentence("La fila no dice de qué película es.", "The row does not say whose it is."),
    "bad_id": Sentence(
        "El identificador no es un número (o, de un título, no es como s123).",
        "The id is not a number (or, of a title, not like s123).",
    ),
    "no_release_date": Sentence(
        "La película no tiene fecha de estreno y quedó fuera.",
        "The film has no release date and was left out.",
    ),
    "bad_release_date": Sentence(
        "La fecha de estreno no es una fecha y la película quedó fuera.",
        "The release date is no date, and the film was left out.",
    ),
    "date_rewritten": Sentence(
        "La fecha estaba escrita de otra forma y se puso en la normal.",
        "The date was written in another form and was put in the usual one.",
    ),
    "no_title": Sentence(
        "No hay ningún título por el que llamarla.", "There is no title to call it by."
    ),
    "title_from_original": Sentence(
        "Faltaba el título; se usa el original.", "The title was missing; the original one is used."
    ),
    "duplicate_id": Sentence(
        "Otra fila con el mismo identificador; se queda la de más votos o la primera.",
        "Another row of the same id; the one of most votes, or the first, stays.",
    ),
    "no_such_movie": Sentence(
        "La fila habla de una película que no está en el catálogo.",
        "The row is of a film that is not in the catalogue.",
    ),
    "null_to_zero": Sentence(
        "Un importe vacío pasó a ser 0 (desconocido).", "An empty amount became 0 (unknown)."
    ),
    "not_a_number": Sentence(
        "Donde va un número hay otra cosa; cuenta como desconocido.",
        "There is something else where a number belongs; it counts as unknown.",
    ),
    "negative_number": Sentence("Un importe negativo pasó a ser 0.", "An amount below 0 became 0."),
    "not_a_literal": Sentence(
        "La celda con una lista dentro no se puede leer; cuenta como vacía.",
        "The cell with a list inside cannot be read; it counts as empty.",
    ),
    "unexpected_shape": Sentence(
        "La lista tiene otra forma de la esperada; se guardó lo que encajaba.",
        "The list has another shape than expected; what fits was kept.",
    ),
    "placeholder": Sentence(
        "Un texto del tipo «sin sinopsis» se vació, porque no dice nada.",
        "A text like “no overview found” was emptied, for it says nothing.",
    ),
    "control_characters": Sentence(
        "Se quitaron del texto caracteres de control invisibles.",
        "Invisible control characters were taken out of the text.",
    ),
    "zero_width_characters": Sentence(
        "Se quitaron del texto caracteres sin anchura.",
        "Characters of no width were taken out of the text.",
    ),
    "bad_type": Sentence(
        "No se sabe si el título es película o serie; quedó fuera.",
        "Whether the title is a film or a series is not known; it was left out.",
    ),
    "kind_from_duration": Sentence(
        "Faltaba si es película o serie; lo dice su duración.",
        "Whether it is a film or a series was missing; its duration tells.",
    ),
    "not_a_name": Sentence(
        "Un «nombre» sin ninguna letra se quitó de la lista.",
        "A “name” without any letter was taken off the list.",
    ),
    "rating_to_g": Sentence(
        "Títulos sin clasificación por edades, que pasaron a «g».",
        "Titles without an age rating, which became “g”.",
    ),
    "duration_in_rating": Sentence(
        "La duración estaba en la columna de la clasificación y volvió a la suya.",
        "The duration stood in the age rating's column and was put in its own.",
    ),
    "no_duration": Sentence("Títulos sin duración.", "Titles without a duration."),
    "bad_duration": Sentence(
        "La duración no son minutos ni temporadas; cuenta como desconocida.",
        "The duration is neither minutes nor seasons; it counts as unknown.",
    ),
    "zero_duration": Sentence(
        "La duración es 0; cuenta como desconocida.", "The duration is 0; it counts as unknown."
    ),
    "bad_date_added": Sentence(
        "La fecha de alta no es una fecha; cuenta como desconocida.",
        "The date of addition is no date; it counts as unknown.",
    ),
    "bad_release_year": Sentence(
        "El año no es posible; cuenta como desconocido.",
        "The year is not possible; it counts as unknown.",
    ),
    "rating_out_of_range": Sentence(
        "La valoración no está entre 0,5 y 5 y quedó fuera.",
        "The rating is not from 0.5 to 5 and was left out.",
    ),
    "not_in_links": Sentence(
        "Nada dice a qué película corresponde esta valoración.",
        "Nothing says which film this rating is of.",
    ),
    "duplicate_rating": Sentence(
        "El usuario volvió a valorar lo mismo; cuenta la última vez.",
        "The user rated the same again; the last time counts.",
    ),
    "no_links": Sentence(
        "Sin el archivo de enlaces no se sabe de qué películas son estas valoraciones.",
        "Without the links file it is not known which films these ratings are of.",
    ),
    "platform_film": Sentence(
        "Las valoraciones son de una plataforma cuyo catálogo no está.",
        "The ratings are of a platform whose catalogue is not there.",
    ),
    "no_such_title": Sentence(
        "Los catálogos no tienen el título que se valora.",
        "The catalogues do not hold the title that is rated.",
    ),
    "too_few_users": Sentence(
        "Todas las valoraciones son de un solo usuario: no se aprende nada de ellas.",
        "All ratings are of a single user: nothing can be learnt from them.",
    ),
}
"""What each reason means, by its code."""

ACTIONS = {
    "dropped": Sentence("descartado", "dropped"),
    "repaired": Sentence("reparado", "repaired"),
    "kept": Sentence("conservado", "kept"),
}
"""What was done."""
