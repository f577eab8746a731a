// The statistics endpoints as small charts, and the rest of the questions as forms of one line.
import { go, read } from "./address.js";
import { address, ask, segment } from "./asking.js";
import { bars, returns } from "./charts.js";
import { el } from "./dom.js";
import { questions } from "./questions.js";
import { show } from "./states.js";
import { t, TEXTS, twoDecimals } from "./texts.js";

const PEOPLE = {
  actor: { path: (name) => address(`get_actor/${segment(name)}`, { con_peliculas: true }), title: "actorReturns", example: "Tom Hanks" },
  director: { path: (name) => `get_director/${segment(name)}`, title: "directorReturns", example: "Steven Spielberg" },
};

let places = null;

// Paints the view; what the address says of people is asked for when it changes.
export function statistics(main, state, { moved = false, fresh = false, back = false, y = 0 } = {}) {
  if (fresh || !places || !main.contains(places.months)) build(main);
  for (const kind of Object.keys(PEOPLE)) {
    const name = state[kind] || PEOPLE[kind].example;
    if (places[kind].dataset.shown === name) continue;
    places[kind].dataset.shown = name;
    places[`${kind}Field`].value = name;
    person(kind, name);
  }
  if (moved) scrollTo({ top: back ? y : 0 });
}

function build(main) {
  places = { months: el("div"), weekdays: el("div"), actor: el("div"), director: el("div") };
  const forms = Object.keys(PEOPLE).map((kind) => {
    const field = el("input", { type: "search", maxlength: "100", required: true, "aria-label": t(kind) });
    places[`${kind}Field`] = field;
    const form = el("form", { class: "row", onsubmit: (event) => { event.preventDefault(); if (field.value.trim()) go({ [kind]: field.value.trim() }); } }, field, el("button", {}, t("show")));
    return el("section", { class: "tile" }, el("h2", {}, t(PEOPLE[kind].title)), form, places[kind]);
  });
  main.replaceChildren(
    el("p", { class: "lead" }, t("statisticsLead")),
    el("div", { class: "tiles" }, el("section", { class: "tile" }, el("h2", {}, t("byMonth")), places.months), el("section", { class: "tile" }, el("h2", {}, t("byWeekday")), places.weekdays), forms),
    questions());
  calendar(places.months, "cantidad_filmaciones_mes", "months", "byMonth");
  calendar(places.weekdays, "cantidad_filmaciones_dia", "weekdays", "byWeekday");
}

// One question a month, or a weekday: they are asked in Spanish, and told in the page's language.
function calendar(place, endpoint, names, label) {
  show(place, async (signal) => {
    const answers = await Promise.all(TEXTS.es[names].map((name) => ask(`${endpoint}/${segment(name)}`, { signal })));
    return bars(t(label), answers.map(({ cantidad }, i) => ({ name: t(names)[i], value: cantidad })), t(label).split(" ").at(-1));
  });
}

function person(kind, name) {
  show(places[kind], async (signal) => {
    const answer = await ask(PEOPLE[kind].path(name), { signal });
    const said = answer[kind];
    const total = answer.retorno_total ?? answer.retorno_total_director;
    return [
      el("p", {}, el("b", {}, said), `: ${t("return").toLowerCase()} ${twoDecimals(total)} · ${twoDecimals(answer.retorno_promedio)} / ${t("film").toLowerCase()}`),
      answer.peliculas.length ? returns(t("returnsOf", said, answer.peliculas.length), answer.peliculas) : null,
    ];
  }, { suggest: (one) => go({ ...read(), [kind]: one }) });
}
