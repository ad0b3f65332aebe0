// What a page does beside being read. Without this file everything can still be read and sent.
"use strict";

function isTyping(element) {
  return element.matches("input, select, textarea") || element.isContentEditable;
}

document.addEventListener("keydown", (event) => {
  const search = document.getElementById("q");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.key === "/" && isPlain && search && !isTyping(event.target)) {
    event.preventDefault();
    search.focus();
  }
});

// A part that renews itself keeps still while nobody sees it, or somebody is in the middle of it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const live = event.target;
  const selection = document.getSelection();
  const isSelecting = selection && !selection.isCollapsed && live.contains(selection.anchorNode);
  const isOpen = live.querySelector("details[open]");
  if (document.hidden || live.contains(document.activeElement) || isSelecting || isOpen) {
    event.preventDefault();
  }
});

for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, () => document.body.classList.add("stale"));
}
document.addEventListener("htmx:afterSwap", () => document.body.classList.remove("stale"));
