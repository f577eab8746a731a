// What is shown is what the address says, so that it can be shared, kept, and gone back to.
const LISTS = ["gustan", "no_gustan", "generos", "plataforma"];
const SINGLE = ["ver", "pelicula", "texto", "usuario", "actor", "director", "anio_desde", "anio_hasta", "voto_minimo", "idioma", "variedad", "una_por_saga"];
export const FILTERS = ["generos", "plataforma", "anio_desde", "anio_hasta", "voto_minimo", "idioma", "variedad", "una_por_saga"];
const TASTES = ["gustan", "no_gustan"];
const YEARS = ["anio_desde", "anio_hasta"];

export const MOST_TASTES = 49; // of each kind: the API takes fifty, and the film that is open is one

const isId = (text) => /^[0-9]{1,18}$/.test(text);

// The state: a text for each of SINGLE ("" for none), a list of texts for each of LISTS.
export function read(search = location.search) {
  const given = new URLSearchParams(search);
  const state = Object.fromEntries(SINGLE.map((name) => [name, given.get(name) ?? ""]));
  for (const name of LISTS) state[name] = [...new Set((given.get(name) ?? "").split(",").map((one) => one.trim()).filter(Boolean))];
  for (const name of TASTES) state[name] = state[name].filter(isId).slice(-MOST_TASTES);
  for (const name of YEARS) if (!/^[12][0-9]{3}$/.test(state[name])) state[name] = "";
  if (!isId(state.pelicula)) state.pelicula = "";
  return state;
}

export function written(state) {
  const query = new URLSearchParams();
  for (const name of [...SINGLE, ...LISTS]) {
    const value = LISTS.includes(name) ? state[name].join(",") : state[name];
    if (value) query.set(name, value);
  }
  const language = new URLSearchParams(location.search).get("lang");
  if (language) query.set("lang", language);
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : location.pathname;
}

let changed = () => {};
export const onChange = (listener) => {
  changed = listener;
  history.scrollRestoration = "manual"; // what is shown comes after the browser would have scrolled
  addEventListener("popstate", ({ state }) => changed({ moved: true, back: true, y: state?.y ?? 0 }));
};

// Goes to the state that `changes` make of the present one; `moved` where the reader is elsewhere then.
export function go(changes, { replace = false, moved = false } = {}) {
  const target = written({ ...read(), ...changes });
  if (replace) history.replaceState(history.state, "", target);
  else if (target !== (location.search || location.pathname)) {
    history.replaceState({ y: scrollY }, "");
    history.pushState(null, "", target);
  }
  changed({ moved });
}

export function setAddressLanguage(language) {
  const query = new URLSearchParams(location.search);
  query.set("lang", language);
  history.replaceState(history.state, "", `?${query.toString().replaceAll("%2C", ",")}`);
}

// What leads elsewhere keeps tastes and filters, and nothing else.
export const elsewhere = (changes) => {
  const state = read();
  const kept = [...FILTERS, ...TASTES].map((name) => [name, state[name]]);
  const empty = Object.fromEntries([...SINGLE.map((name) => [name, ""]), ...LISTS.map((name) => [name, []])]);
  return { ...empty, ...Object.fromEntries(kept), ...changes };
};
export const open = (id) => go(elsewhere({ pelicula: String(id) }), { moved: true });
export const hrefOf = (changes) => written(elsewhere(changes));
