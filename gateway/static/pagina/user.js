// For a user: whether to recommend a film, and what to watch now, by what he or she has rated.
import { elsewhere, go, read } from "./address.js";
import { address, ask, askCatalogue, askFilm, segment } from "./asking.js";
import { button, el, focusOn } from "./dom.js";
import { filmLink, filmList, greatest, notesOf, reasons } from "./films.js";
import { asParameters, filterPanel, recount } from "./filters.js";
import { poster } from "./poster.js";
import { combobox } from "./search.js";
import { nothing, show } from "./states.js";
import { t, twoDecimals } from "./texts.js";

const LISTED = 12;
const MEAN = "media"; // the mean of all ratings is told among the reasons, and dwarfs them
const LOWEST = 1, HIGHEST = 5;

let places = null;

// Paints what the address says: a verdict on a film, a list, or the question alone.
export function user(main, state, { moved = false, fresh = false, back = false, y = 0 } = {}) {
  const open = places?.filters.querySelector("details")?.open;
  if (fresh || !places || !main.contains(places.answer)) build(main, state, fresh && open);
  else if (back) filters(open);
  if (moved) named(state);
  const asked = JSON.stringify([state.usuario, state.pelicula]);
  const filtering = JSON.stringify(asParameters(state));
  if (places.asked === asked && places.filtering === filtering) return;
  const same = places.asked === asked;
  Object.assign(places, { asked, filtering });
  places.user.value = state.usuario;
  recount(places.filters.firstElementChild);
  places.filters.hidden = Boolean(state.pelicula); // they are for lists
  if (!state.usuario) return places.answer.replaceChildren();
  if (!/^[0-9]{1,18}$/.test(state.usuario)) return refuse(t("badUser"), places.user);
  const shown = state.pelicula ? judged(state) : listed(state, same);
  if (back) shown.then(() => scrollTo({ top: y })); else if (moved) scrollTo({ top: 0 });
}

function named(state) {
  places.film.value = "";
  if (state.pelicula) askFilm(state.pelicula).then((found) => { if (read().pelicula === state.pelicula) places.film.value = found.titulo; }, () => {});
}

function refuse(text, field) {
  places.answer.replaceChildren(nothing(text));
  field.focus();
}

function build(main, state, open = false) {
  const number = el("input", { id: "user-id", inputmode: "numeric", maxlength: "18", placeholder: t("userHint"), autocomplete: "off" });
  const film = el("input", { id: "user-film", type: "search", placeholder: t("userFilmHint") });
  places = { user: number, film, filters: el("div"), answer: el("section", { "aria-label": t("forUser") }), example: el("p") };
  const ask_ = (changes) => {
    const who = number.value.trim();
    if (!who) return refuse(t("userFirst"), number);
    go(elsewhere({ ver: "usuario", usuario: who, ...changes }));
  };
  const form = el("form", { class: "who", onsubmit: (event) => event.preventDefault() },
    el("div", {}, el("label", { for: "user-id" }, t("user")), number),
    el("div", { class: "search" }, el("label", { for: "user-film" }, t("userFilm")), film),
    button(t("whatToWatch"), () => { film.value = ""; ask_({}); }, { class: "primary" }));
  main.replaceChildren(el("h2", {}, t("userTitle")), el("p", { class: "lead" }, t("userLead")), form, places.example, places.filters, places.answer);
  combobox(film, { pick: (picked) => ask_({ pelicula: String(picked.id) }) });
  number.addEventListener("keydown", (event) => { // about the film that is there, if any
    if (event.key === "Enter") ask_(film.value ? { pelicula: read().pelicula } : {});
  });
  named(state);
  example(number, ask_);
  filters(open);
}

function example(number, ask_) {
  show(places.example, async () => {
    const found = await askCatalogue();
    if (!found.usuarios) return el("span", { class: "hint" }, t("noUsers"));
    const id = String(found.usuario_de_ejemplo);
    return button(t("tryUser", id), () => { number.value = id; ask_({}); }, { class: "chip" });
  });
}

function filters(open = false) {
  show(places.filters, async () => {
    const panel = await filterPanel({ open });
    panel.addEventListener("cleared", () => filters(true));
    return panel;
  });
}

const worded = (fault) => (fault.is("usuario-no-encontrado") ? t("noHistory", read().usuario) : null);

function judged(state) {
  return show(places.answer, async (signal) => {
    const film = await askFilm(state.pelicula, signal);
    const answer = await ask(address(`recomendacion_usuario/${state.usuario}/${segment(film.titulo)}`, { id: film.id }), { signal });
    return verdict(answer);
  }, { worded }).then(toHead);
}

function verdict(answer) {
  const { pelicula: film, valoracion_estimada: rating, umbral: threshold, valoracion_propia: own } = answer;
  const place = (value) => `${((value - LOWEST) / (HIGHEST - LOWEST)) * 100}%`;
  const scale = el("div", { class: "scale", role: "img", "aria-label": t("expected", twoDecimals(rating), twoDecimals(threshold)) }, el("i"), el("b"));
  scale.firstChild.style.width = place(rating);
  scale.lastChild.style.left = place(threshold);
  return el("article", { class: `verdict ${answer.recomendar ? "yes" : "no"}` }, poster(film),
    el("div", { class: "grow" },
      el("h2", {}, answer.recomendar ? t("yes") : t("no")),
      el("p", {}, filmLink(film, el("b", {}, film.titulo)), el("span", { class: "hint" }, ` ${film.anio}`)),
      scale, el("p", {}, t("expected", twoDecimals(rating), twoDecimals(threshold))),
      own === null || own === undefined ? null : el("p", { class: "hint" }, t("ownRating", twoDecimals(own))),
      notesOf(answer.avisos), reasons(answer.porque, greatest([answer], MEAN), MEAN)));
}

// The heading is read out, and the keyboard goes on from there; where it is a filter's list, the filter keeps it.
function toHead() {
  const head = places.answer.querySelector("h2");
  if (head && !places.filters.contains(document.activeElement)) focusOn(head);
}

function listed(state, keep) {
  return show(places.answer, async (signal) => {
    const answer = await ask(address(`v1/usuarios/${state.usuario}/recomendaciones`, { k: LISTED, ...asParameters(state) }), { signal });
    const films = answer.resultados;
    const notes = (film) => el("p", {}, el("span", { class: "tag" }, t("expectedShort", twoDecimals(film.valoracion_estimada))));
    return [
      el("h2", {}, t("listFor", state.usuario)), el("p", { class: "hint" }, t("rated", answer.valoradas), " ", films.length ? t("listOrder") : ""), notesOf(answer.avisos),
      films.length ? filmList(films, { notes, score: false }) : nothing(t("nothing"), t("nothingHint")),
    ];
  }, { worded, keep }).then(toHead);
}
