// The rest of the statistics: a line to fill in for each, its answer in the assignment's own sentence.
import { ask, address, segment } from "./asking.js";
import { el } from "./dom.js";
import { show } from "./states.js";
import { t } from "./texts.js";

const PLATFORMS = [["netflix", "Netflix"], ["amazon", "Amazon Prime Video"], ["disney", "Disney+"], ["hulu", "Hulu"]];
const units = () => [["min", t("minutesUnit")], ["season", t("seasonsUnit")]];

const inPath = (endpoint) => (...values) => [endpoint, ...values.map(segment)].join("/");

// [name of the question, its address, its parameters with an example each]
const QUESTIONS = [
  ["q_score", inPath("score_titulo"), [["p_title", "Toy Story"]]],
  ["q_votes", inPath("votos_titulo"), [["p_title", "Toy Story"]]],
  ["q_duration", inPath("peliculas_duracion"), [["p_title", "Toy Story"]]],
  ["q_five", inPath("recomendacion"), [["p_title", "Toy Story"]]],
  ["q_language", inPath("peliculas_idioma"), [["p_language", "español"]]],
  ["q_country", inPath("peliculas_pais"), [["p_country", "Argentina"]]],
  ["q_saga", inPath("franquicia"), [["p_saga", "Toy Story Collection"]]],
  ["q_company", inPath("productoras_exitosas"), [["p_company", "Pixar Animation Studios"]]],
  ["q_platform", inPath("get_count_platform"), [["p_platform", PLATFORMS]]],
  ["q_longest", (platform, unit) => address("get_max_duration", { platform, duration_type: unit }), [["p_platform", PLATFORMS], ["p_unit", units]]],
  ["q_scored", inPath("get_score_count"), [["p_platform", PLATFORMS], ["p_scored", "3.5"], ["p_year", "2012"]]],
  ["q_repeated", inPath("get_actor"), [["p_platform", PLATFORMS], ["p_year", "2018"]]],
];

function field([name, example]) {
  if (typeof example === "string") return el("input", { type: "text", value: example, maxlength: "200", required: true });
  const choices = typeof example === "function" ? example() : example;
  return el("select", {}, choices.map(([value, text]) => el("option", { value }, text)));
}

// What is written with a comma in Spanish is sent with a point.
const sent = (text) => text.trim().replace(/^([0-9]+),([0-9]+)$/, "$1.$2");

function question([name, path, parameters]) {
  const fields = parameters.map(field);
  const labelled = parameters.map(([name], i) => el("label", { class: "field" }, t(name), fields[i]));
  const place = el("div", { "aria-live": "polite" });
  const answer = () => {
    const target = path(...fields.map((one) => sent(one.value)));
    show(place, async (signal) => {
      const found = await ask(target, { signal });
      const said = Array.isArray(found) ? found.join(" · ") : found.mensaje;
      return [el("p", { lang: "es" }, said), el("p", {}, el("a", { href: target, class: "hint" }, t("asJson")))];
    }, { suggest: (one) => { fields[0].value = one; answer(); } });
  };
  const form = el("form", { class: "row", onsubmit: (event) => { event.preventDefault(); answer(); } }, labelled, el("button", {}, t("show")));
  return el("li", { class: "tile", "data-question": name }, el("h3", {}, t(name)), form, place);
}

export const questions = () => el("section", {}, el("h2", {}, t("questions")), el("p", { class: "hint" }, t("questionsLead")), el("ul", { class: "questions" }, QUESTIONS.map(question)));
