#!/usr/bin/env bash
# Un paseo por la API con curl. Termina con estado distinto de 0 si algo no responde lo esperado.
#
#   CARTELERA        dirección del gateway (http://127.0.0.1:8000)
#   CARTELERA_LLAVE  llave de la API, si la instalación la pide
set -euo pipefail

CARTELERA=${CARTELERA:-http://127.0.0.1:8000}
LLAVE=${CARTELERA_LLAVE:-}

headers=(--header 'Accept: application/json, application/problem+json')
if [ -n "$LLAVE" ]; then headers+=(--header "X-API-Key: $LLAVE"); fi

say() { printf '\n# %s\n' "$*"; }

# --fail-with-body: un 4xx o 5xx muestra su cuerpo y termina con error.
# --retry: curl espera lo que diga Retry-After ante un 429 o un 503.
ask() { curl --silent --show-error --fail-with-body --max-time 20 --retry 3 "${headers[@]}" "$@"; echo; }

say '¿Está lista? Dice también con qué versión de los datos responde cada servicio.'
ask "$CARTELERA/salud/lista"

say 'Estrenos de un mes, en español. La frase lista para mostrar viene en «mensaje».'
ask "$CARTELERA/cantidad_filmaciones_mes/enero"

say 'La popularidad de una película; «otras_versiones» son los años de las que se llaman igual.'
ask "$CARTELERA/score_titulo/Cinderella"

# Todo argumento de la ruta vale también como parámetro. Con --get, curl los pone en la dirección,
# y --data-urlencode codifica espacios y acentos.
say 'El retorno de un actor, con espacios en el nombre.'
ask --get "$CARTELERA/get_actor" --data-urlencode 'nombre=Tom Hanks'

say 'Cuántos títulos tiene una plataforma; basta la inicial.'
ask "$CARTELERA/get_count_platform/d"

say 'Buscar por título, con erratas. De aquí salen los «id».'
ask --get "$CARTELERA/v1/peliculas" --data-urlencode 'q=toi stori' --data 'k=3'

say 'Cinco títulos parecidos: lo mínimo.'
ask --get "$CARTELERA/recomendacion" --data-urlencode 'titulo=Toy Story'

say 'Parecidas a Toy Story (862), de 2000 en adelante y de géneros dados, con los motivos.'
ask --get "$CARTELERA/v1/peliculas/862/similares" \
    --data 'k=2' --data 'anio_desde=2000' --data-urlencode 'generos=Animation,Comedy'

say 'Películas para una descripción, en español.'
ask --get "$CARTELERA/v1/buscar" \
    --data 'k=2' --data-urlencode 'texto=un tiburón aterroriza una playa en verano'

say 'Una mezcla: gusta Spirited Away (129), no gusta Titanic (597).'
ask "$CARTELERA/v1/recomendaciones" --header 'Content-Type: application/json' \
    --data '{"gustan": [129], "no_gustan": [597], "filtros": {"anio_desde": 1980}, "k": 2}'

say 'Si recomendarle una película a un usuario, y qué recomendarle.'
ask "$CARTELERA/recomendacion_usuario/1/Inception"
ask "$CARTELERA/v1/usuarios/1/recomendaciones?k=1"

# Los errores son documentos «problem+json», con sugerencias. Aquí se espera un 404, así que
# se mira el estado en lugar de usar --fail-with-body.
say 'Un título con erratas: 404 con sugerencias.'
answer=$(curl --silent --max-time 20 "${headers[@]}" --write-out '\n%{http_code}' \
    "$CARTELERA/score_titulo/Toi%20Stori")
echo "$answer"
if [ "${answer##*$'\n'}" != 404 ]; then
    echo 'curl.sh: se esperaba un 404' >&2
    exit 1
fi
