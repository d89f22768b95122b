// Shows the guestbook, and lets a visitor sign it. The entries are the back's: it answers under the page's own name.
const form = document.getElementById("sign");
const book = document.getElementById("book");

function list(lines) {
  book.replaceChildren(...lines.map((line) => Object.assign(document.createElement("li"), {textContent: line})));
}

async function show() {
  try {
    const answer = await fetch("api/entries");
    if (!answer.ok) throw new Error(answer.status);
    const {entries} = await answer.json();
    list(entries.length ? entries.map(({name, text}) => `${name}: ${text}`) : ["Nobody has signed yet."]);
  } catch {
    list(["The guestbook cannot be opened: its back does not answer."]);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const entry = JSON.stringify(Object.fromEntries(new FormData(form)));
  await fetch("api/entries", {method: "POST", body: entry}).catch(() => {});
  form.reset();
  await show();
});
show();
