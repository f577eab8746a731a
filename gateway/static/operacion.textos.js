// Every word of the operator's page, in both languages, under the same keys.
import { language } from "./pagina/preferences.js";

export const TEXTS = {
  es: {
    title: "Operación", skip: "Saltar al contenido", home: "Ir a la página de inicio",
    otherLanguage: "English", otherLanguageTold: "Switch to English",
    dark: "Colores oscuros", light: "Colores claros",
    refresh: "Actualizar ahora", pause: "Pausar", go: "Seguir",
    loading: "Preguntando al gateway…",
    refreshed: (time) => `Actualizado a las ${time}, cada 5 segundos.`,
    refreshedPaused: (time) => `Actualizado a las ${time}; en pausa.`,
    ready: "Todo en marcha", degraded: "Algo falla",
    unreachable: "No se pudo llegar al gateway.",
    unreachableHint: "Comprueba la conexión y que siga en marcha («cartelera up» o «cartelera serve gateway»). Se vuelve a intentar cada 5 segundos.",
    late: "El gateway no respondió en 15 segundos.",
    lateHint: "Puede estar saturado o parado: mira su registro. Se vuelve a intentar cada 5 segundos.",
    notUnderstood: "La respuesta del gateway no se entiende.",
    notUnderstoodHint: "Quizá responde otro programa en esta dirección, o un proxy por el camino.",
    older: (time) => `Lo de abajo es de las ${time}.`,
    retry: "Reintentar",
    keyNeeded: "Para ver el estado hace falta una llave de la API.", key: "Llave de la API", useKey: "Usar esta llave",
    keyHint: "Se guarda solo en esta pestaña. Se crea con «cartelera llaves crear».",
    forbiddenHint: "Abre la página desde una de esas redes, o pon llaves (GATEWAY_KEYS_FILE) para verla desde cualquiera.",
    tooMany: (seconds) => `Se volverá a preguntar en ${seconds} s.`,
    summary: "Ahora", services: "Servicios", data: "Datos", index: "Índice", settings: "Ajustes del gateway",
    release: "Entrega", uptime: "En marcha desde hace", perSecond: "Peticiones por segundo", inFlight: "En curso",
    answers: "Respuestas dadas", fromCache: "Dadas desde la caché", cache: "Caché",
    cacheHeld: (answers, size, limit) => `${answers === "1" ? "1 respuesta" : `${answers} respuestas`}, ${size} de ${limit}`,
    took: "Tardan (sin caché)", tookHalf: (ms) => `la mitad, hasta ${ms}`, tookMost: (ms) => `99 de cada 100, hasta ${ms}`, tookBeyond: "más de 5 s",
    errors: "Errores del servidor (5xx)", refusedByClient: "Peticiones rechazadas (4xx)", refusals: "Rechazadas por el gateway, por motivo",
    nothingYet: "nada todavía", sinceStart: "desde que arrancó",
    ofOneProcess: (n) => `Son ${n} procesos: caché, en curso y circuitos son los del que respondió; las cuentas, de todos.`,
    health: "Salud", listening: "listo", absent: "no disponible",
    breaker: "Circuito", cerrado: "cerrado (se le pregunta)", abierto: "abierto (apartado)", semiabierto: "semiabierto (a prueba)",
    since: (when) => `desde ${when}`,
    served: "Sirve", published: "Publicada", sameAsServed: "la misma", unknown: "se desconoce",
    refused: "El servicio rechazó la versión publicada y sigue con la anterior: su registro dice por qué (version_refused).",
    notYet: "La versión publicada no es la que se sirve: se está cargando, o el servicio no mira si hay otra.",
    confirmed: "Confirmada", ago: (time) => `hace ${time}`,
    lacking: (blocks) => `Bloques que ninguna película tiene: ${blocks}`,
    noAnswer: "No dice qué versiones tiene.", explain: "Qué significa este problema",
    consultas: "Consultas", recomendaciones: "Recomendaciones",
    builds: "Últimas compilaciones", version: "Versión", when: "Publicada el", films: "Películas", titles: "Títulos de plataformas",
    ratings: "Valoraciones", users: "Usuarios", size: "Tamaño", state: "Estado", noBuilds: "Todavía no hay ninguna.",
    whole: "completa", isServed: "en uso", isPublished: "publicada", isPrevious: "anterior",
    omitted: (n) => (n === 1 ? "Hay 1 más antigua que no se muestra." : `Hay ${n} más antiguas que no se muestran.`),
    rollback: "Volver a la versión anterior", rollbackTo: (version) => `Para volver a ${version}, ejecuta donde están los datos:`,
    noWayBack: "No se puede volver a", rollbackFollows: "El servicio la toma solo, sin reiniciarse.",
    copy: "Copiar", copied: "Copiada.", notCopied: "No se pudo copiar: está seleccionada, cópiala con el teclado.",
    catalogues: "Catálogos de plataformas", platform: "Plataforma", matched: "Emparejados con una película", asOf: "Catálogo del",
    simulated: "Las valoraciones de los títulos de plataformas son simuladas.", noCatalogues: "Esta versión no tiene catálogos.",
    ledger: "Registro de filas descartadas y reparadas", reason: "Motivo", count: "Cantidad", action: "Acción", files: "Archivos",
    descartado: "descartado", reparado: "reparado", conservado: "conservado", emptyLedger: "Nada se descartó ni se reparó.",
    counts: "Cuentas y entradas", builtFrom: "Hecha de", ofData: "De los datos",
    quality: "Calidad medida", noQuality: "sin medir", userModel: "Modelo de usuarios",
    userModelTold: (users, ratings) => `${users} usuarios, ${ratings} valoraciones`,
    rmse: (error) => `error típico ${error}`, rmseBiases: (error) => `(solo con medias: ${error})`,
    weights: "Pesos", learnt: "aprendidos", default: "por defecto",
    blocks: "Bloques", block: "Bloque", completo: "completo", parcial: "parcial", vacio: "vacío", ausente: "ausente",
    yes: "sí", no: "no",
    procesos: "Procesos", plazo_ms: "Plazo de una petición", peticiones_a_la_vez: "Peticiones a la vez", conexiones_de_clientes: "Conexiones de clientes",
    cache_bytes: "Caché, como mucho", cache_segundos: "Caché de navegadores y proxies", llaves: "Pide llave",
    limite_por_direccion: "Límite por dirección", limite_por_llave: "Límite por llave", cuenta_compartida: "Cuenta con otros gateways (Redis)", trazas: "Envía trazas",
  },
  en: {
    title: "Operation", skip: "Skip to the content", home: "Go to the start page",
    otherLanguage: "Español", otherLanguageTold: "Cambiar a español",
    dark: "Dark colours", light: "Light colours",
    refresh: "Refresh now", pause: "Pause", go: "Go on",
    loading: "Asking the gateway…",
    refreshed: (time) => `Refreshed at ${time}, every 5 seconds.`,
    refreshedPaused: (time) => `Refreshed at ${time}; paused.`,
    ready: "All is running", degraded: "Something fails",
    unreachable: "The gateway could not be reached.",
    unreachableHint: "Check the connection, and that it is still running (“cartelera up” or “cartelera serve gateway”). It is tried again every 5 seconds.",
    late: "The gateway did not answer in 15 seconds.",
    lateHint: "It may be saturated or stopped: look at its log. It is tried again every 5 seconds.",
    notUnderstood: "The gateway's answer cannot be understood.",
    notUnderstoodHint: "Another program may be answering at this address, or a proxy on the way.",
    older: (time) => `What is below is of ${time}.`,
    retry: "Try again",
    keyNeeded: "An API key is needed to see the state.", key: "API key", useKey: "Use this key",
    keyHint: "It is kept in this tab alone. “cartelera llaves crear” makes one.",
    forbiddenHint: "Open the page from one of those networks, or set keys (GATEWAY_KEYS_FILE) to see it from anywhere.",
    tooMany: (seconds) => `It will be asked again in ${seconds} s.`,
    summary: "Now", services: "Services", data: "Data", index: "Index", settings: "The gateway's settings",
    release: "Release", uptime: "Running for", perSecond: "Requests a second", inFlight: "In flight",
    answers: "Answers given", fromCache: "Given from the cache", cache: "Cache",
    cacheHeld: (answers, size, limit) => `${answers === "1" ? "1 answer" : `${answers} answers`}, ${size} of ${limit}`,
    took: "Time taken (not from cache)", tookHalf: (ms) => `half, up to ${ms}`, tookMost: (ms) => `99 of 100, up to ${ms}`, tookBeyond: "more than 5 s",
    errors: "Server errors (5xx)", refusedByClient: "Requests refused (4xx)", refusals: "Refused by the gateway, by reason",
    nothingYet: "nothing yet", sinceStart: "since it started",
    ofOneProcess: (n) => `There are ${n} processes: cache, in flight and breakers are of the one that answered; counts are of all.`,
    health: "Health", listening: "ready", absent: "not available",
    breaker: "Breaker", cerrado: "closed (it is asked)", abierto: "open (set aside)", semiabierto: "half open (on trial)",
    since: (when) => `since ${when}`,
    served: "Serves", published: "Published", sameAsServed: "the same", unknown: "unknown",
    refused: "The service refused the published version and goes on with the one before: its log says why (version_refused).",
    notYet: "The published version is not the one served: it is being loaded, or the service does not look for another.",
    confirmed: "Confirmed", ago: (time) => `${time} ago`,
    lacking: (blocks) => `Blocks that no film has: ${blocks}`,
    noAnswer: "It does not tell its versions.", explain: "What this problem means",
    consultas: "Queries", recomendaciones: "Recommendations",
    builds: "Latest builds", version: "Version", when: "Published on", films: "Films", titles: "Titles of platforms",
    ratings: "Ratings", users: "Users", size: "Size", state: "State", noBuilds: "There is none yet.",
    whole: "whole", isServed: "in use", isPublished: "published", isPrevious: "previous",
    omitted: (n) => (n === 1 ? "1 older one is not shown." : `${n} older ones are not shown.`),
    rollback: "Going back to the version before", rollbackTo: (version) => `To go back to ${version}, run where the data are:`,
    noWayBack: "There is no going back to", rollbackFollows: "The service takes it up by itself, with no restart.",
    copy: "Copy", copied: "Copied.", notCopied: "It could not be copied: it is selected, copy it with the keyboard.",
    catalogues: "Catalogues of platforms", platform: "Platform", matched: "Matched to a film", asOf: "Catalogue of",
    simulated: "The ratings of platforms' titles are simulated.", noCatalogues: "This version has no catalogues.",
    ledger: "Ledger of rows dropped and repaired", reason: "Reason", count: "Count", action: "Action", files: "Files",
    descartado: "dropped", reparado: "repaired", conservado: "kept", emptyLedger: "Nothing was dropped or repaired.",
    counts: "Counts and inputs", builtFrom: "Built from", ofData: "From the data",
    quality: "Quality measured", noQuality: "not measured", userModel: "Model of users",
    userModelTold: (users, ratings) => `${users} users, ${ratings} ratings`,
    rmse: (error) => `error ${error} (RMSE)`, rmseBiases: (error) => `(means alone: ${error})`,
    weights: "Weights", learnt: "learnt", default: "default",
    blocks: "Blocks", block: "Block", completo: "complete", parcial: "partial", vacio: "empty", ausente: "absent",
    yes: "yes", no: "no",
    procesos: "Processes", plazo_ms: "Deadline of a request", peticiones_a_la_vez: "Requests at once", conexiones_de_clientes: "Clients' connections",
    cache_bytes: "Cache, at most", cache_segundos: "Cache of browsers and proxies", llaves: "Asks for a key",
    limite_por_direccion: "Rate by address", limite_por_llave: "Rate by key", cuenta_compartida: "Counts with other gateways (Redis)", trazas: "Sends traces",
  },
};

// What the services name by a code; a code that is new here is shown as it is.
export const NAMES = {
  es: {
    movies: "películas", titles: "títulos de plataformas", matched: "títulos emparejados", ratings: "valoraciones", users: "usuarios",
    credits: "películas con reparto", keywords: "películas con palabras clave", aliases: "otros títulos", ledger: "entradas del registro",
    ratings_of_titles: "valoraciones de títulos", ratings_of_unmatched_titles: "valoraciones de títulos sin película",
    ndcg: "acierto sin valoraciones (nDCG@10)", ndcg_rated: "acierto con valoraciones (nDCG@10)", saga_recall: "encuentra la saga (5 primeras)", search_recall: "búsqueda frente a la exacta",
    texto: "descripción", texto_multilingue: "sinopsis", temas_multilingue: "temas", titulo_multilingue: "significado del título", palabras_clave: "palabras clave",
    generos: "géneros", reparto: "reparto", direccion: "dirección", productoras: "productoras", titulo: "palabras del título", anio: "año", idioma: "idioma",
    renombre: "renombre", valoracion: "valoración", asociacion: "gustos de usuarios", busqueda_libre: "búsqueda por texto",
    amazon_titles: "títulos de Amazon", disney_titles: "títulos de Disney+", hulu_titles: "títulos de Hulu", netflix_titles: "títulos de Netflix", links: "enlaces", data: "datos",
    encoder: "codificador", multilingual_encoder: "codificador multilingüe",
    "llave-requerida": "sin llave", "llave-no-valida": "llave no válida", "demasiadas-peticiones": "sobre el límite", "servidor-saturado": "sin sitio",
    "servicio-no-disponible": "servicio caído", "servicio-apartado": "servicio apartado", "servicio-sin-respuesta": "servicio sin respuesta", "respuesta-defectuosa": "respuesta defectuosa",
    "acceso-denegado": "red no permitida", "metodo-no-permitido": "método no permitido",
  },
  en: {
    movies: "films", titles: "titles of platforms", matched: "titles matched", ratings: "ratings", users: "users",
    credits: "films with cast", keywords: "films with keywords", aliases: "other titles", ledger: "ledger entries",
    ratings_of_titles: "ratings of titles", ratings_of_unmatched_titles: "ratings of titles without a film",
    ndcg: "hits without ratings (nDCG@10)", ndcg_rated: "hits with ratings (nDCG@10)", saga_recall: "finds the collection (first 5)", search_recall: "search against the exact one",
    texto: "description", texto_multilingue: "overview", temas_multilingue: "topics", titulo_multilingue: "meaning of the title", palabras_clave: "keywords",
    generos: "genres", reparto: "cast", direccion: "director", productoras: "companies", titulo: "words of the title", anio: "year", idioma: "language",
    renombre: "renown", valoracion: "esteem", asociacion: "users' likes", busqueda_libre: "search by text",
    amazon_titles: "titles of Amazon", disney_titles: "titles of Disney+", hulu_titles: "titles of Hulu", netflix_titles: "titles of Netflix", links: "links", data: "data",
    encoder: "encoder", multilingual_encoder: "multilingual encoder",
    "llave-requerida": "no key", "llave-no-valida": "key not valid", "demasiadas-peticiones": "over the rate", "servidor-saturado": "no room",
    "servicio-no-disponible": "service down", "servicio-apartado": "service set aside", "servicio-sin-respuesta": "service timed out", "respuesta-defectuosa": "broken answer",
    "acceso-denegado": "network not allowed", "metodo-no-permitido": "method not allowed",
  },
};

// The ledger's reason codes in plain words; tests hold them to those of the ETL.
export const REASONS = {
  es: {
    torn_row: "media fila: el original la traía partida en dos", wrong_cell_count: "la fila tiene más o menos celdas que la cabecera",
    no_id: "la fila no tiene id", bad_id: "el id no es un número entero (de un título: no es como s123)",
    no_release_date: "la película no tiene fecha de estreno", bad_release_date: "la fecha de estreno no es una fecha", date_rewritten: "la fecha estaba escrita de otra forma",
    no_title: "sin título ni nombre", title_from_original: "faltaba el título: vale el original",
    duplicate_id: "id repetido: queda la fila con más votos", no_such_movie: "la fila es de una película que no está",
    null_to_zero: "un importe vacío pasó a 0", not_a_number: "la celda no es un número", negative_number: "un importe negativo pasó a 0",
    not_a_literal: "la celda anidada no se puede leer: cuenta como vacía", unexpected_shape: "la celda anidada tiene otra forma: quedó lo que encaja",
    placeholder: "un texto que dice que no hay texto quedó vacío", control_characters: "se quitaron caracteres de control", zero_width_characters: "se quitaron caracteres invisibles",
    bad_type: "el título no es película ni serie", kind_from_duration: "no decía si es película o serie: lo dice la duración",
    not_a_name: "un nombre sin ninguna letra salió de la lista", rating_to_g: "filas sin clasificación por edad: pasan a «g»",
    duration_in_rating: "la duración estaba en el lugar de la clasificación", no_duration: "filas sin duración", bad_duration: "la duración no está en minutos ni temporadas", zero_duration: "la duración es 0: cuenta como desconocida",
    bad_date_added: "la fecha de alta no es una fecha", bad_release_year: "el año no está entre 1870 y 2100",
    rating_out_of_range: "la valoración no está entre 0,5 y 5", not_in_links: "links.csv no dice de qué película es",
    duplicate_rating: "el mismo usuario la valoró otra vez después", no_links: "sin links.csv no se sabe de qué películas son",
    platform_film: "son de una plataforma cuyo catálogo no está", no_such_title: "los catálogos no tienen ese título", too_few_users: "todas son de un solo usuario",
  },
  en: {
    torn_row: "half a row: the original had it torn in two", wrong_cell_count: "the row has more or fewer cells than the header",
    no_id: "the row has no id", bad_id: "the id is not a whole number (of a title: not like s123)",
    no_release_date: "the film has no release date", bad_release_date: "the release date is not a date", date_rewritten: "the date was written in another form",
    no_title: "no title and no name", title_from_original: "the title was missing: the original one stands in",
    duplicate_id: "id that comes twice: the row with most votes stays", no_such_movie: "the row is of a film that is not there",
    null_to_zero: "an empty amount became 0", not_a_number: "the cell is not a number", negative_number: "a negative amount became 0",
    not_a_literal: "the nested cell cannot be read: it counts as empty", unexpected_shape: "the nested cell has another shape: what fits was kept",
    placeholder: "a text that says there is no text was emptied", control_characters: "control characters were removed", zero_width_characters: "invisible characters were removed",
    bad_type: "the title is neither film nor series", kind_from_duration: "film or series was not said: the duration tells",
    not_a_name: "a name without any letter left the list", rating_to_g: "rows without an age rating: they become “g”",
    duration_in_rating: "the duration stood in the age rating's place", no_duration: "rows without a duration", bad_duration: "the duration is neither minutes nor seasons", zero_duration: "the duration is 0: it counts as unknown",
    bad_date_added: "the date added is not a date", bad_release_year: "the year is none from 1870 to 2100",
    rating_out_of_range: "the rating is not from 0.5 to 5", not_in_links: "links.csv does not say of which film it is",
    duplicate_rating: "the same user rated it again later", no_links: "without links.csv their films are unknown",
    platform_film: "they are of a platform whose catalogue is not there", no_such_title: "the catalogues have no such title", too_few_users: "all are of one user",
  },
};

export function t(key, ...gaps) {
  const text = TEXTS[language()][key];
  return typeof text === "function" ? text(...gaps) : text;
}

export const named = (code) => NAMES[language()][code] ?? code;
export const reason = (code) => REASONS[language()][code] ?? code;

const SIZES = [["gigabyte", 1e9], ["megabyte", 1e6], ["kilobyte", 1e3]];
const formats = new Map();
function format(make, options) {
  const key = `${language()} ${make.name} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new make(language(), options));
  return formats.get(key);
}
export const number = (value, options = {}) => format(Intl.NumberFormat, { useGrouping: "always", ...options }).format(value);
const together = (text) => text.replaceAll(" ", "\u00a0"); // a number and its unit stay on one line
const unit = (value, name) => together(number(value, { style: "unit", unit: name, maximumFractionDigits: 1 }));

export function bytes(count) {
  const [name, size] = SIZES.find(([, least]) => count >= least) ?? ["byte", 1];
  return unit(count / size, name);
}
export const milliseconds = (ms) => (ms < 1000 ? unit(ms, "millisecond") : unit(ms / 1000, "second"));

// The two largest units: 3 d 4 h, 12 min 5 s.
export function duration(seconds) {
  const parts = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]].map(([name, size], i, all) => [Math.floor((i ? seconds % all[i - 1][1] : seconds) / size), name]);
  const first = Math.max(0, parts.findIndex(([count]) => count));
  const shown = seconds < 1 ? [parts[3]] : parts.slice(first, first + 2).filter(([count]) => count);
  return shown.map(([count, name]) => together(number(count, { style: "unit", unit: name, unitDisplay: "short" }))).join(" ");
}
const moment = (options) => (iso) => `${format(Intl.DateTimeFormat, { ...options, hourCycle: "h23", timeZone: "UTC" }).format(new Date(iso))}\u00a0UTC`;
export const instant = moment({ dateStyle: "medium", timeStyle: "short" });
export const exactly = moment({ dateStyle: "medium", timeStyle: "medium" });
export const clock = moment({ timeStyle: "medium" });
export const day = (iso) => format(Intl.DateTimeFormat, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${iso}T00:00:00Z`));
