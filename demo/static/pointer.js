// A pointer to be seen: a browser without a window draws none. It follows the mouse and never takes a click.
"use strict";
addEventListener("DOMContentLoaded", () => {
  const pointer = document.createElement("div");
  pointer.setAttribute("aria-hidden", "true");
  const parts = [["path", { d: "M2 2 L2 23 L7.5 18 L11.5 27 L15.5 25.3 L11.6 16.6 L19 16.6 Z", fill: "#111", stroke: "#fff", "stroke-width": "1.8" }]];
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 30 30", width: "30", height: "30" })) picture.setAttribute(name, value);
  for (const [name, attributes] of parts) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    picture.append(part);
  }
  const ring = document.createElement("div");
  pointer.append(ring, picture);
  Object.assign(pointer.style, { position: "fixed", left: "-99px", top: "-99px", zIndex: "2147483647", pointerEvents: "none", lineHeight: "0" });
  Object.assign(ring.style, { position: "absolute", left: "-17px", top: "-17px", width: "36px", height: "36px", borderRadius: "50%", background: "#e0453599", opacity: "0", transition: "opacity .35s" });
  document.documentElement.append(pointer);
  addEventListener("mousemove", (event) => { pointer.style.left = `${event.clientX}px`; pointer.style.top = `${event.clientY}px`; }, true);
  addEventListener("mousedown", () => { ring.style.transition = "none"; ring.style.opacity = "1"; }, true);
  addEventListener("mouseup", () => setTimeout(() => { ring.style.transition = "opacity .35s"; ring.style.opacity = "0"; }, 120), true);
});
