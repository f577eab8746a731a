// Making elements. Everything that comes from data goes in as text, never as markup.
const SVG = "http://www.w3.org/2000/svg";

function fill(node, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.setAttribute("class", value);
    else if (name in node && typeof value !== "string" && node.namespaceURI !== SVG) node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// el("p", { class: "hint" }, "text", other) → <p class="hint">text…</p>
export const el = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);

export const svg = (tag, properties = {}, ...children) => fill(document.createElementNS(SVG, tag), properties, children);

export const button = (text, onclick, properties = {}) => el("button", { type: "button", onclick, ...properties }, text);

// A heading that takes the focus, so that what came is read out and the keyboard goes on from there.
export function focusOn(node) {
  node.tabIndex = -1;
  node.focus({ preventScroll: true });
}
