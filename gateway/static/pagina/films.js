// A list of films, each with the reasons for it shown as small bars, and what the reader thinks of it.
import { hrefOf, open } from "./address.js";
import { el, svg } from "./dom.js";
import { poster } from "./poster.js";
import { t, twoDecimals } from "./texts.js";

const AT_A_GLANCE = 4;
const TOLD_ASIDE = ["saga", "plataformas"]; // told beside the score, and count nothing in it
const OF_MANY = ["idioma", "renombre", "valoracion", "anio"]; // true of so many films that they persuade nobody
const BELOW_SIGHT = 0.005; // would read 0,00

// Reasons are measured by the greatest of the list, so that bars can be compared between films.
export const greatest = (films, base) =>
  Math.max(1e-9, ...films.flatMap((film) => film.porque.filter((one) => one.bloque !== base).map((one) => Math.abs(one.aporte))));

function bar({ texto, aporte }, most) {
  const length = el("i", { class: aporte < 0 ? "against" : "" });
  length.style.width = `${Math.min(1, Math.abs(aporte) / most) * 100}%`;
  const track = el("span", { class: "track", "aria-hidden": "true" }, length);
  return el("li", { class: "reason" }, el("span", {}, texto), most === Infinity ? el("span") : track, el("b", {}, twoDecimals(aporte)));
}

// Bars for the reasons `porque`; `base` is one that is told without a bar, such as the mean of all ratings.
export function reasons(porque, most, base = "") {
  const counted = porque.filter((one) => !TOLD_ASIDE.includes(one.bloque) && Math.abs(one.aporte) >= BELOW_SIGHT);
  const ordered = [...counted.filter((one) => !OF_MANY.includes(one.bloque)), ...counted.filter((one) => OF_MANY.includes(one.bloque))];
  const rows = ordered.map((one) => bar(one, one.bloque === base ? Infinity : most));
  const rest = rows.splice(rows.length > AT_A_GLANCE + 1 ? AT_A_GLANCE : rows.length);
  return [
    el("ul", { class: "reasons", "aria-label": t("why") }, rows),
    rest.length ? el("details", { class: "rest" }, el("summary", {}, t("moreReasons", rest.length)), el("ul", { class: "reasons" }, rest)) : null,
  ];
}

const THUMB = "M2 21h4V9H2v12zm20-11a2 2 0 0 0-2-2h-6.3l1-4.6v-.3a1.5 1.5 0 0 0-.5-1L13.200 1 6.600 7.600A2 2 0 0 0 6 9v10a2 2 0 0 0 2 2h9a2 2 0 0 0 1.800-1.200l3-7c.1-.2.2-.5.2-.8v-2z";

const icon = (turned) => svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: turned ? "icon turned" : "icon" }, svg("path", { d: THUMB }));

// "I like it" and "I do not"; `opinion` is 1, -1 or 0, and `say(film, pressed)` gives the one that holds then.
export function opinions(film, opinion, say, { wide = false } = {}) {
  const one = (value, text, label) =>
    el("button", {
      type: "button", class: "opinion", "data-focus": `${label} ${film.id}`, "data-value": String(value), "aria-label": t(label, film.titulo), title: t(text),
      onclick: () => press(both, say(film, value)),
    }, icon(value < 0), wide ? el("span", {}, t(text)) : null);
  const both = el("span", { class: "opinions" }, one(1, "like", "likeFilm"), one(-1, "dislike", "dislikeFilm"));
  press(both, opinion);
  return both;
}

// Shows an opinion on the buttons for it.
export function press(both, opinion) {
  for (const one of both.children) one.setAttribute("aria-pressed", String(Number(one.dataset.value) === opinion));
}

export const filmLink = (film, content) =>
  el("a", {
    href: hrefOf({ pelicula: String(film.id) }), "data-film": String(film.id),
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      open(film.id);
    },
  }, content ?? film.titulo);

// One film of a list. `notes` stand before the reasons.
function entry(film, most, { opinion, say, notes, base, score = true }) {
  const saga = film.porque.find((one) => one.bloque === "saga");
  const where = film.porque.find((one) => one.bloque === "plataformas");
  return el(
    "li", { class: "film", "data-id": String(film.id) }, poster(film),
    el("div", { class: "grow" },
      el("div", { class: "head" },
        el("h3", {}, filmLink(film), el("span", { class: "hint" }, ` ${film.anio}`)),
        saga ? el("span", { class: "tag" }, saga.texto) : null,
        score ? el("span", { class: "hint score" }, t("scoreOf", twoDecimals(film.puntaje))) : null,
        say ? opinions(film, opinion(film.id), say) : null),
      notes?.(film), reasons(film.porque, most, base),
      where ? el("p", { class: "hint where" }, where.texto) : null),
  );
}

export function filmList(films, how = {}) {
  const most = greatest(films, how.base);
  return el("ol", { class: "films" }, films.map((film) => entry(film, most, how)));
}

// Films without reasons, to begin with: a poster each.
export const wall = (films) =>
  el("ul", { class: "wall" }, films.map((film) => el("li", {}, filmLink(film, [poster(film), el("span", { class: "caption" }, film.titulo, el("small", {}, ` ${film.anio}`))]))));

export const notesOf = (notes) => notes.map((note) => el("p", { class: "hint note" }, note));
