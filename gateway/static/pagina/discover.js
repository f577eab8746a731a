// Discover: a start, a film's card, and the films like it, for a description or by the reader's tastes.
import { elsewhere, go, hrefOf, MOST_TASTES, read } from "./address.js";
import { address, ask, askCatalogue, askFilm } from "./asking.js";
import { button, el, focusOn } from "./dom.js";
import { filmList, notesOf, opinions, press, wall } from "./films.js";
import { asBody, asParameters, chosen, clearFilters, filterPanel, recount } from "./filters.js";
import { poster } from "./poster.js";
import { change, nothing, show } from "./states.js";
import { day, languageName, number, t } from "./texts.js";

const PAGE = 12, MOST = 100;
const NAMED = 12; // tastes by name; the rest are counted

let shown = null; // what the places on the page were made for, so that a change only touches what it changes
let places = {};
let count = PAGE;

const opinionOf = (state) => (id) => (state.gustan.includes(String(id)) ? 1 : state.no_gustan.includes(String(id)) ? -1 : 0);

// Takes the opinion that was pressed, or takes it back if it held already; gives the one that holds now.
function say(film, pressed) {
  const id = String(film.id), state = read();
  const opinion = opinionOf(state)(id) === pressed ? 0 : pressed;
  const without = (list) => list.filter((one) => one !== id);
  go({
    gustan: opinion > 0 ? [...without(state.gustan), id] : without(state.gustan),
    no_gustan: opinion < 0 ? [...without(state.no_gustan), id] : without(state.no_gustan),
  });
  return opinion;
}

// Paints what the address says; asks only for what has changed since.
export function discover(main, state, { moved = false, fresh = false, back = false, y = 0 } = {}) {
  const open = places.filters?.querySelector("details")?.open;
  const about = JSON.stringify([state.pelicula, state.texto]);
  const listed = Boolean(state.pelicula || state.texto || state.gustan.length || state.no_gustan.length);
  const same = !fresh && shown?.about === about && shown.listed === listed && main.contains(places.list);
  if (!same) {
    if (!fresh) count = PAGE;
    places = { start: el("div"), card: el("section", { class: "card" }), tray: el("div", { class: "tray", "aria-live": "polite" }), filters: el("div"), head: el("h2"), list: el("section", { class: "results", "aria-label": t("discover") }) };
    if (!listed) start(main).then(() => { if (back) scrollTo({ top: y }); });
    else build(main, state, fresh && open);
    if (moved && !back) scrollTo({ top: 0 });
  } else if (back) filters(open); // other filters than those it was made with, perhaps
  shown = { about, listed };
  if (!listed) return;
  tray(state);
  reshape(state, same).then(() => { if (back) scrollTo({ top: y }); });
  recount(places.filters.firstElementChild);
  if (same && state.pelicula) cardOpinion(state);
  if (moved && !same) focusOn(places.head);
}

function start(main) {
  main.replaceChildren(places.start, places.list);
  const describe = (text) => el("a", { class: "chip", href: hrefOf({ texto: text }), onclick: (event) => { event.preventDefault(); go(elsewhere({ texto: text }), { moved: true }); } }, text);
  return show(places.start, async () => {
    const found = await askCatalogue();
    if (!found.peliculas) return nothing(t("emptyCatalogue"), t("emptyCatalogueHint"));
    return [
      el("h2", {}, t("startHere")), wall(found.conocidas),
      found.por_texto ? [el("h2", {}, t("ideas")), el("p", { class: "chips" }, t("ideaTexts").map(describe))] : null,
      el("p", { class: "hint" }, t("catalogue", number(found.peliculas), found.anio_desde, found.anio_hasta)),
    ];
  });
}

function build(main, state, open = false) {
  const right = el("div", { class: "column" }, places.head, places.tray, places.filters, places.list);
  main.replaceChildren(el("div", { class: state.pelicula ? "two" : "one" }, state.pelicula ? places.card : null, right));
  if (state.pelicula) {
    show(places.card, async (signal) => card(await askFilm(state.pelicula, signal), read()), {
      missing: () => { main.firstElementChild.className = "one"; places.card.remove(); }, // the list says so
    });
  }
  filters(open);
}

function filters(open = false) {
  show(places.filters, async () => {
    const panel = await filterPanel({ open: open });
    panel.addEventListener("cleared", () => filters(true));
    return panel;
  });
}

async function heading(state) {
  const tasted = state.gustan.length + state.no_gustan.length > 0;
  const { head } = places;
  const film = state.pelicula ? await askFilm(state.pelicula).catch(() => null) : null;
  if (head !== places.head || !head.isConnected) return; // the reader has gone elsewhere
  const base = state.pelicula ? (film ? t("similarTo", `${film.titulo} (${film.anio})`) : t("similar")) : state.texto ? t("forText", state.texto) : t("forTastes");
  head.textContent = tasted && (film || state.texto) ? `${base} ${t("andTastes")}` : base;
  document.title = `${head.textContent} · ${t("title")}`;
}

function asked(state, k, signal) {
  const tasted = state.gustan.length + state.no_gustan.length > 0;
  const { diversidad, max_por_saga, ...filtering } = asParameters(state);
  if (state.pelicula && !tasted) return ask(address(`v1/peliculas/${state.pelicula}/similares`, { k, ...filtering, diversidad, max_por_saga }), { signal });
  if (state.texto && !tasted && !diversidad && !max_por_saga) return ask(address("v1/buscar", { texto: state.texto, k, ...filtering }), { signal });
  const seeds = state.pelicula && !state.no_gustan.includes(state.pelicula) ? [state.pelicula] : [];
  const liked = [...new Set([...seeds, ...state.gustan])].map(Number), disliked = state.no_gustan.map(Number);
  const body = { k, gustan: liked.length ? liked : undefined, no_gustan: disliked.length ? disliked : undefined, texto: state.texto || undefined, ...asBody(state) };
  return ask("v1/recomendaciones", { signal, body });
}

// The list for the address as it is; `keep` leaves the old one standing until the new one is here.
function reshape(state, keep) {
  heading(state);
  return show(places.list, async (signal) => {
    const answer = await asked(state, count, signal);
    const films = answer.similares ?? answer.resultados;
    if (places.tray.querySelector(".unnamed")) tray(state); // the service may have been away when it was asked
    const notes = answer.avisos ?? (answer.aviso ? [answer.aviso] : []);
    const how = state.texto ? el("p", { class: "hint" }, t("byDescription")) : null;
    if (!films.length) return [how, nothing(notes.join(" ") || t("nothing"), t("nothingHint")), unfiltered()];
    const more = films.length === count && count < MOST ? button(t("more"), () => furtherFrom(films.length), { class: "more" }) : null;
    return [how, notesOf(notes), filmList(films, { opinion: opinionOf(state), say }), more];
  }, { keep, more: (fault) => (fault.problem?.status < 500 ? unfiltered() : null) });
}

// A way out of filters that nothing passes, or that are none.
const unfiltered = () => (chosen(read()) ? button(t("clearFilters"), () => { clearFilters(); filters(true); }) : null);

async function furtherFrom(place) {
  count = Math.min(MOST, count + PAGE);
  await reshape(read(), true);
  places.list.querySelectorAll(".films h3 a")[place]?.focus();
}

function tray(state) {
  const { tray: place } = places;
  const chip = (id, mark) => {
    const name = el("span", { class: "unnamed" }, `#${id}`);
    const opinion = mark === "liked" ? 1 : -1;
    const remove = button("×", () => say({ id }, opinion), { class: "remove", "aria-label": t("forget", `#${id}`) });
    askFilm(id).then((film) => { name.textContent = film.titulo; name.className = ""; remove.setAttribute("aria-label", t("forget", film.titulo)); }, () => {});
    return el("span", { class: `taste ${mark}` }, el("span", { "aria-hidden": "true" }, mark === "liked" ? "♥" : "✕"), name, remove);
  };
  const all = [...state.gustan.map((id) => [id, "liked"]), ...state.no_gustan.map((id) => [id, "disliked"])];
  if (!all.length) return change(place, [el("p", { class: "hint" }, t("tasteHint"))]);
  const rest = all.length > NAMED ? el("span", { class: "hint" }, t("otherTastes", all.length - NAMED)) : null;
  const full = [state.gustan, state.no_gustan].some((list) => list.length >= MOST_TASTES) ? el("span", { class: "hint" }, t("mostTastes", MOST_TASTES)) : null;
  change(place, [el("span", { class: "strong" }, `${t("tastes")}:`), ...all.slice(-NAMED).map(([id, mark]) => chip(id, mark)), rest, full, button(t("forgetAll"), () => go({ gustan: [], no_gustan: [] }), { class: "plain" })].filter(Boolean));
}

function cardOpinion(state) {
  const both = places.card.querySelector(".opinions");
  if (both && places.film) press(both, opinionOf(state)(places.film.id));
}

const fact = (name, value) => (value === null || value === "" || value?.length === 0 ? null : [el("dt", {}, t(name)), el("dd", {}, value)]);

function where(film) {
  if (!film.plataformas.length) return el("p", { class: "hint" }, t("nowhere"));
  const one = ({ nombre, fecha_catalogo: date }) => el("li", {}, el("b", {}, nombre), date ? el("span", { class: "hint" }, ` ${t("asOf", day(date))}`) : null);
  return el("ul", { class: "platforms" }, film.plataformas.map(one));
}

function card(film, state) {
  places.film = film;
  const names = film.titulos_alternativos;
  return [
    el("div", { class: "face" }, poster(film),
      el("div", { class: "grow" },
        el("h2", {}, film.titulo, el("span", { class: "hint" }, ` ${film.anio}`)),
        names.length ? el("p", { class: "hint" }, `${t("alternative")}: ${names.slice(0, 3).join(", ")}`) : null,
        el("p", { class: "stars" }, film.voto_total ? t("ratingOf", number(film.voto_promedio, { maximumFractionDigits: 1 }), number(film.voto_total)) : t("noRating")),
        opinions(film, opinionOf(state)(film.id), say, { wide: true }))),
    el("h3", {}, t("whereToWatch")), where(film),
    el("details", { class: "facts", open: matchMedia("(min-width: 56rem)").matches }, // on a phone the films like it come first
      el("summary", {}, t("card")),
      film.sinopsis ? el("p", { lang: "en" }, film.sinopsis) : el("p", { class: "hint" }, t("noOverview")),
      el("dl", {},
        fact("directedBy", film.directores.join(", ")), fact("cast", film.reparto.slice(0, 6).join(", ")), fact("genres", film.generos.map((name) => t("genre", name)).join(", ")),
        fact("runtime", film.duracion ? t("minutes", number(film.duracion)) : ""), fact("released", day(film.fecha_estreno)),
        fact("originalLanguage", film.idioma_original ? languageName(film.idioma_original) : ""), fact("saga", film.saga ?? ""),
        fact("countries", film.paises.join(", ")), fact("keywords", film.palabras_clave.slice(0, 8).join(", ")))),
  ];
}
