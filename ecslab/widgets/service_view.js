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
  const { foot, drawFoot, buttons } = liveFoot(model, "Since it was created");
  const scroll = make("div", "", { class: "ecslab-scroll", role: "region", tabindex: "0", "aria-label": "Tasks" });
  scroll.append(tasks);
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
    drawFoot();
  };
  return follow(model, ["heading", "tasks", "events"], draw, buttons);
}

export default { render };
