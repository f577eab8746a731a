// What the pages share: asking the gateway, and showing films with the reasons for them.
"use strict";
const aviso = document.getElementById("aviso");
const numero = new Intl.NumberFormat("es", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
let pregunta = new AbortController();

// Everything that comes from data goes in as text, never as markup.
function pieza(etiqueta, texto = "", ...hijos) {
  const nodo = document.createElement(etiqueta);
  if (texto !== "") nodo.append(String(texto));
  nodo.append(...hijos);
  return nodo;
}
const tenue = (texto) => Object.assign(pieza("span", texto), { className: "tenue" });

// Asks one thing at a time: a new question cancels the one under way.
async function pedir(ruta) {
  pregunta.abort();
  pregunta = new AbortController();
  const llave = sessionStorage.getItem("llave");
  const cabeceras = { "Accept-Language": "es", ...(llave ? { "X-API-Key": llave } : {}) };
  const respuesta = await fetch(ruta, { signal: pregunta.signal, headers: cabeceras });
  const cuerpo = await respuesta.json();
  if (!respuesta.ok) throw Object.assign(new Error(cuerpo.detail), { tipo: cuerpo.type });
  return cuerpo;
}
// Where the installation asks for an API key: this tab remembers it until it is closed.
const SIN_LLAVE = ["/problemas/llave-requerida", "/problemas/llave-no-valida"];
function pedirLlave(repetir) {
  const campo = Object.assign(pieza("input"), { type: "password", autocomplete: "off", required: true });
  campo.setAttribute("aria-label", "Llave de la API");
  campo.placeholder = "Llave de la API";
  const hoja = pieza("form", "", campo, Object.assign(pieza("button", "Usar esta llave"), { className: "accion" }));
  hoja.addEventListener("submit", (evento) => {
    evento.preventDefault();
    sessionStorage.setItem("llave", campo.value.trim());
    aviso.replaceChildren();
    repetir();
  });
  aviso.append(hoja);
}
// `decir` words a problem where its own sentence is for programmers.
async function mostrar(ruta, pintar, decir = ({ message }) => message) {
  try {
    pintar(await pedir(ruta));
  } catch (fallo) {
    if (fallo.name === "AbortError") return;
    aviso.textContent = fallo.tipo ? decir(fallo) : "No se pudo obtener la respuesta.";
    if (SIN_LLAVE.includes(fallo.tipo)) pedirLlave(() => mostrar(ruta, pintar, decir));
  }
}

function motivo({ texto, aporte }, mayor) {
  const barra = Object.assign(pieza("i"), { className: aporte < 0 ? "contra" : "" });
  barra.style.width = `${Math.min(1, Math.abs(aporte) / mayor) * 100}%`;
  return Object.assign(pieza("div", "", pieza("span", texto), barra, pieza("b", numero.format(aporte))), { className: "motivo" });
}
// Told beside the score, and count nothing in it.
const APARTE = ["saga", "plataformas"];
// The first few reasons, the others folded away; `base` is told, but not measured by.
const A_LA_VISTA = 5;
function motivos(porque, base = "") {
  const medidos = porque.filter((uno) => uno.bloque !== base);
  const mayor = Math.max(...medidos.map((uno) => Math.abs(uno.aporte)), 1e-9);
  const filas = porque.filter((uno) => !APARTE.includes(uno.bloque)).map((uno) => motivo(uno, uno.bloque === base ? Infinity : mayor));
  const donde = porque.filter((uno) => uno.bloque === "plataformas").map((uno) => Object.assign(pieza("p", uno.texto), { className: "tenue donde" }));
  const resto = filas.splice(filas.length > A_LA_VISTA + 1 ? A_LA_VISTA : filas.length);
  const plegados = resto.length ? [pieza("details", "", pieza("summary", `${resto.length} motivos más`), ...resto)] : [];
  return [...filas, ...plegados, ...donde];
}
function ficha({ titulo, anio, puntaje, porque }, ...notas) {
  const saga = porque.filter((uno) => uno.bloque === "saga").map((uno) => tenue(uno.texto));
  const cabeza = pieza("h3", `${titulo} (${anio})`, ...saga, tenue(`puntaje ${numero.format(puntaje)}`));
  return Object.assign(pieza("article", "", cabeza, ...notas.map((nota) => pieza("p", nota)), ...motivos(porque)), { className: "ficha" });
}

// A list of films to pick one from; `elegir` is told of the one picked.
function opciones(lista, peliculas, elegir) {
  lista.replaceChildren(...peliculas.map((pelicula) => {
    const boton = pieza("button", pelicula.titulo, tenue(pelicula.anio));
    boton.type = "button";
    boton.onclick = () => elegir(pelicula);
    return pieza("li", "", boton);
  }));
}
