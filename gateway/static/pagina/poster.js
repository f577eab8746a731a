// A poster drawn from what is known of the film; the operator's own image where there is an address for it.
import { el, svg } from "./dom.js";

const WIDTH = 120, HEIGHT = 180;
const LINE = 11; // letters
const LINES = 5;
const own = document.querySelector('meta[name="carteles"]')?.content ?? "";

// The same number for the same film, always: FNV-1a over id and title.
function seed(film) {
  let hash = 2166136261;
  for (const letter of `${film.id} ${film.titulo}`) hash = Math.imul(hash ^ letter.codePointAt(0), 16777619);
  return hash >>> 0;
}

function lines(title) {
  const made = [""];
  for (const word of title.split(/\s+/)) {
    const last = made.length - 1;
    if (made[last] && made[last].length + word.length + 1 > LINE) made.push(word);
    else made[last] = made[last] ? `${made[last]} ${word}` : word;
  }
  const shown = made.slice(0, LINES).map((line) => (line.length > LINE + 3 ? `${line.slice(0, LINE + 1)}…` : line));
  if (made.length > LINES) shown[LINES - 1] = `${shown[LINES - 1].replace(/…$/, "")}…`;
  return shown;
}

const MOTIFS = [
  (n) => [30, 22, 14].map((radius, i) => svg("circle", { cx: 24 + (n % 72), cy: 60, r: radius, class: `tone${i}` })),
  (n) => [0, 1, 2, 3].map((i) => svg("rect", { x: -20 + i * 42, y: -20, width: 18, height: 240, class: `tone${i % 3}`, transform: `rotate(${12 + (n % 24)} 60 90)` })),
  (n) => [0, 1, 2].map((i) => svg("path", { d: `M0 ${72 + i * 14} Q ${20 + (n % 80)} ${18 + i * 18} 120 ${64 + i * 16} V 180 H 0 Z`, class: `tone${i}` })),
  (n) => [0, 1, 2].map((i) => svg("path", { d: `M60 ${14 + i * 10} L${108 - i * 9} ${96 - i * 4} H${12 + i * 9} Z`, class: `tone${i}`, transform: `rotate(${(n % 5) * 18} 60 66)` })),
];

function drawn(film) {
  const n = seed(film);
  const art = MOTIFS[n % MOTIFS.length](n >>> 8);
  const words = lines(film.titulo);
  const text = words.map((line, i) => svg("text", { x: 9, y: HEIGHT - 24 - (words.length - 1 - i) * 16, class: "name" }, line));
  const picture = svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "poster", "aria-hidden": "true", focusable: "false" },
    svg("rect", { width: WIDTH, height: HEIGHT, class: "ground" }), art,
    svg("rect", { y: 78, width: WIDTH, height: HEIGHT - 78, class: "shade" }), text,
    svg("text", { x: 9, y: HEIGHT - 8, class: "when" }, film.anio),
  );
  picture.style.setProperty("--hue", n % 360); // by the script's own door, which the page's policy allows
  return picture;
}

// What stands for a film; decorative, its title is always beside it.
export function poster(film) {
  if (!own) return drawn(film);
  const source = own.replace("{id}", encodeURIComponent(film.id)).replace("{titulo}", encodeURIComponent(film.titulo)).replace("{anio}", encodeURIComponent(film.anio));
  const image = el("img", { class: "poster", alt: "", loading: "lazy", decoding: "async", src: source, referrerpolicy: "no-referrer" });
  image.addEventListener("error", () => image.replaceWith(drawn(film)), { once: true });
  return image;
}
