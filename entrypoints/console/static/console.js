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

// An instant is told in UTC; where whoever reads it is, stands beside it in its title.
function tellLocally() {
  for (const time of document.querySelectorAll("time[title]:not([data-told])")) {
    time.title += `, here ${new Date(time.dateTime).toLocaleString()}`;
    time.dataset.told = "";
  }
}
tellLocally();
document.addEventListener("htmx:afterSwap", tellLocally);

// A whole row leads where its first link does; what is selected in it can still be copied.
document.documentElement.classList.add("scripted");
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr.leads");
  const isAsItIs = event.defaultPrevented || event.target.closest("a, button, input, label");
  if (row && !isAsItIs && document.getSelection().isCollapsed) row.querySelector("a.lead").click();
});
