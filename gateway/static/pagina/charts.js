// Small charts drawn by hand as SVG: each has a name, and its figures also as a table.
import { el, svg } from "./dom.js";
import { money, number, t } from "./texts.js";

const HEIGHT = 240, LEFT = 44, BOTTOM = 26, TOP = 22;
const MANY = 8; // bars from which a phone has no room for the figure of each

const narrow = () => matchMedia("(max-width: 40rem)").matches;
const width = () => (narrow() ? 380 : 640); // in units of the drawing: letters stay readable where it is shrunk

const hint = (text) => svg("title", {}, text);

function table(caption, head, rows) {
  return el("details", { class: "as-table" }, el("summary", {}, t("asTable")),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      el("table", {}, el("caption", { class: "unseen" }, caption),
        el("thead", {}, el("tr", {}, head.map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, rows.map(([first, ...rest]) => el("tr", {}, el("th", { scope: "row" }, first), rest.map((cell) => el("td", {}, cell))))))));
}

// Bars for [{ name, value }]: how many films each has.
export function bars(label, data, nameHead) {
  const most = Math.max(1, ...data.map((one) => one.value));
  const WIDTH = width();
  const told = !narrow() || data.length <= MANY;
  const step = WIDTH / data.length, room = HEIGHT - BOTTOM - TOP;
  const drawn = data.map(({ name, value }, i) => {
    const height = (value / most) * room, x = i * step + step * 0.12, y = HEIGHT - BOTTOM - height;
    return svg("g", {}, hint(`${name}: ${number(value)}`),
      svg("rect", { x, y, width: step * 0.76, height, rx: 3, class: "bar" }),
      told ? svg("text", { x: x + step * 0.38, y: y - 6, class: "value" }, number(value, { notation: "compact" })) : null,
      svg("text", { x: x + step * 0.38, y: HEIGHT - 8, class: "axis" }, data.length > MANY || narrow() ? name.slice(0, 3) : name.slice(0, 9)));
  });
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" }, drawn);
  return el("figure", {}, el("figcaption", {}, label), chart, table(label, [nameHead, t("amount")], data.map(({ name, value }) => [name, number(value)])));
}

const scaled = (value) => Math.log10(1 + value);

// Returns of films over time, each a point; a film whose budget is unknown is a hollow one on the line.
export function returns(label, films) {
  const WIDTH = width();
  const years = films.map((film) => film.anio);
  const first = Math.min(...years), last = Math.max(...years, first + 1);
  const top = Math.max(scaled(10), ...films.map((film) => scaled(film.retorno_pelicula)));
  const x = (year) => LEFT + 8 + ((year - first) / (last - first)) * (WIDTH - LEFT - 24);
  const y = (value) => HEIGHT - BOTTOM - (scaled(value) / top) * (HEIGHT - BOTTOM - TOP);
  const lines = [0, 1, 10, 100, 1000, 1e4, 1e5, 1e6].filter((value) => scaled(value) <= top).map((value) => [
    svg("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), class: value === 1 ? "even" : "grid" }),
    svg("text", { x: LEFT - 6, y: y(value) + 4, class: "axis end" }, number(value, { notation: "compact" })),
  ]);
  const points = films.map((film) => {
    const known = film.budget_pelicula > 0;
    const said = `${film.titulo} (${film.anio}): ${known ? number(film.retorno_pelicula, { maximumFractionDigits: 2 }) : t("noBudget")}`;
    const at = { cx: x(film.anio), cy: y(film.retorno_pelicula) };
    return svg("g", {}, hint(said), known ? svg("line", { x1: at.cx, x2: at.cx, y1: HEIGHT - BOTTOM, y2: at.cy, class: "stem" }) : null, svg("circle", { ...at, r: 5, class: known ? "point" : "point hollow" }));
  });
  const named = [first, Math.round((first + last) / 2), last].map((year, i) => svg("text", { x: x(year), y: HEIGHT - 6, class: ["axis start", "axis", "axis end"][i] }, String(year)));
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label, class: "chart" }, lines, points, named);
  const rows = films.map((film) => [film.titulo, String(film.anio), film.budget_pelicula ? number(film.retorno_pelicula, { maximumFractionDigits: 2 }) : t("noBudget"), film.budget_pelicula ? money(film.budget_pelicula) : "", film.revenue_pelicula ? money(film.revenue_pelicula) : ""]);
  return el("figure", {}, el("figcaption", {}, label), chart,
    el("p", { class: "hint legend" }, t("returnAxis"), el("span", {}, el("i", { class: "key even" }), t("breakEven")), el("span", {}, el("i", { class: "key hollow" }), t("noBudget"))),
    table(label, [t("film"), t("year"), t("return"), t("budget"), t("revenue")], rows));
}
