// @ts-check
/** What somebody in a hurry leaves behind: a clock, in the words of the browser, that knows of nothing else. */

const time = /** @type {HTMLElement} */ (document.getElementById("time"));
const date = /** @type {HTMLElement} */ (document.getElementById("date"));

function show() {
  const now = new Date();
  document.title = time.textContent = now.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  date.textContent = now.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

document.documentElement.lang = navigator.language;
show();
setInterval(show, 1_000);
