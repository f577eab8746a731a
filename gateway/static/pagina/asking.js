// Asking the gateway: one function for all answers, one kind of fault for whatever can go wrong.
import { language } from "./preferences.js";

const KEY = "llave"; // an API key stays in this tab until it is closed

export class Fault extends Error {
  // `problem` is the problem document (RFC 9457), null where there was no understandable answer.
  constructor(kind, problem = null, retryAfter = null) {
    super(problem?.detail ?? kind);
    Object.assign(this, { kind, problem, retryAfter });
  }

  is(slug) { return this.problem?.type === `/problemas/${slug}`; }

  get needsKey() { return this.is("llave-requerida") || this.is("llave-no-valida"); }
}

export function setKey(key) {
  try { sessionStorage.setItem(KEY, key); } catch { /* then it is asked for again */ }
}

function headers(extra) {
  let key = null;
  try { key = sessionStorage.getItem(KEY); } catch { /* storage forbidden */ }
  return { "Accept-Language": language(), ...(key ? { "X-API-Key": key } : {}), ...extra };
}

// The answer to a GET of `path`, or to a POST of `body`; raises Fault, or AbortError once `signal` says so.
export async function ask(path, { signal, body } = {}) {
  const posted = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const extra = body === undefined ? {} : { "Content-Type": "application/json" };
  let response, content;
  try {
    response = await fetch(path, { signal, headers: headers(extra), ...posted });
    content = await response.text();
  } catch (fault) {
    if (signal?.aborted) throw fault;
    throw new Fault("unreachable");
  }
  let answer;
  try { answer = JSON.parse(content); } catch { throw new Fault("notUnderstood"); }
  if (answer === null || typeof answer !== "object") throw new Fault("notUnderstood");
  if (!response.ok) throw new Fault("problem", answer, Number(response.headers.get("retry-after")) || null);
  return answer;
}

export const address = (path, parameters = {}) => {
  const given = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null && value !== undefined && value !== false);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${path}?${query}` : path;
};
// A name in a path; "." and ".." would be taken for steps, and a space after a name counts nothing.
export const segment = (text) => encodeURIComponent(/^\.{1,2}$/.test(text) ? `${text} ` : text);

let catalogue = null;
// What there is to choose from; asked once, and again after a fault.
export function askCatalogue() {
  catalogue ??= ask("v1/catalogo").catch((fault) => { catalogue = null; throw fault; });
  return catalogue;
}

const cards = new Map();
// A film's card; kept, for a film liked is named in every list that follows.
export function askFilm(id, signal) {
  const key = `${language()} ${id}`;
  if (!cards.has(key)) cards.set(key, ask(`v1/peliculas/${id}`).catch((fault) => { cards.delete(key); throw fault; }));
  const film = cards.get(key);
  return signal ? film.then((answer) => { signal.throwIfAborted(); return answer; }) : film;
}
