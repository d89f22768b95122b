// A service's counts, its tasks and its events. Python looks at the service; this only draws.

const MARKS = { good: "●", busy: "◐", gone: "○" };

const row = (cells, attributes = {}) => {
  const line = make("tr", "", attributes);
  line.append(...cells);
  return line;
};

const table = (label, titles) => {
  const whole = make("table", "", { "aria-label": label });
  const head = make("thead");
  const body = make("tbody");
  head.append(row(titles.map((title) => make("th", title, { scope: "col" }))));
  whole.append(head, body);
  return [whole, body];
};

const task = ({ id, zone, status, address, why, tone }) => {
  const first = make("td");
  first.append(make("span", MARKS[tone], { "aria-hidden": "true" }), make("code", id));
  return row([first, make("td", zone), make("td", status), make("td", address), make("td", why)], { "data-tone": tone });
};

const event = ({ after, message }) => row([make("td", after), make("td", message)]);

function render({ model, el }) {
  const root = make("section", "", { class: "ecslab ecslab-service" });
  const heading = make("p", "", { class: "ecslab-heading", role: "status" });
  const [tasks, taskBody] = table("Tasks of the service", ["Task", "Zone", "Status", "Public IP", "Why it stopped"]);
  const [events, eventBody] = table("Events of the service, newest first", ["AWS time", "Event"]);
  events.setAttribute("class", "ecslab-events");
  const trouble = make("p", "", { class: "ecslab-error", role: "alert" });
  const foot = make("p", "", { class: "ecslab-note" });
  const live = make("span");
  const clock = make("span", "", { class: "ecslab-time", title: "Since it was created" });
  const skip = make("button", "Skip to the next change", {
    type: "button",
    title: "Let AWS time pass at once until something changes, five minutes at most. Nothing is lost.",
  });
  const again = make("button", "Look again", { type: "button" });
  const scroll = make("div", "", { class: "ecslab-scroll", role: "region", tabindex: "0", "aria-label": "Tasks" });
  scroll.append(tasks);
  foot.append(live, clock, skip, again);
  root.append(heading, scroll, events, trouble, foot);
  el.append(root);

  const draw = () => {
    const text = model.get("heading");
    if (heading.textContent !== text) heading.textContent = text; // said once
    root.setAttribute("aria-label", text.split(":")[0]);
    root.setAttribute("data-live", model.get("live"));
    taskBody.replaceChildren(...model.get("tasks").map(task));
    eventBody.replaceChildren(...model.get("events").map(event));
    trouble.textContent = model.get("trouble");
    trouble.hidden = !model.get("trouble");
    live.textContent = model.get("live") ? "live" : "no longer followed";
    clock.textContent = model.get("live") && model.get("clock") ? ` · ${model.get("clock")}` : "";
    skip.hidden = !(model.get("live") && model.get("skippable"));
    again.hidden = model.get("live");
  };
  const count = (name) => () => {
    model.set(name, model.get(name) + 1);
    model.save_changes();
  };
  const [ask, jump] = [count("asked"), count("skips")];
  const watched = ["heading", "tasks", "events", "trouble", "live", "clock", "skippable"].map((name) => `change:${name}`).join(" ");
  model.on(watched, draw);
  again.addEventListener("click", ask);
  skip.addEventListener("click", jump);
  draw();
  return () => {
    model.off(watched, draw);
    again.removeEventListener("click", ask);
    skip.removeEventListener("click", jump);
  };
}

export default { render };
