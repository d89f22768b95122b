// VPC, its subnets, a security group, a public IP: choices go to Python, which answers with rows and warnings.

const field = (label, control) => {
  const row = make("label", "", { class: "ecslab-field" });
  row.append(make("span", label), control);
  return row;
};

const options = (rows) => rows.map(({ id, label }) => make("option", label, { value: id }));

const TITLES = ["Zone", "Name", "Addresses", "Kind", "Way out", "Free"];

const subnetTable = () => {
  const table = make("table");
  const [head, body, titles] = [make("thead"), make("tbody"), make("tr")];
  titles.append(...TITLES.map((title) => make("th", title, { scope: "col" })));
  head.append(titles);
  table.append(head, body);
  return { table, body };
};

const subnetRow = (subnet) => {
  const row = make("tr");
  const spoken = `${subnet.az}, ${subnet.cidr}, ${subnet.kind}, ${subnet.way}, ${subnet.free} free addresses`;
  const radio = make("input", "", { type: "radio", name: "subnet", value: subnet.id, "aria-label": spoken });
  const label = make("label");
  label.append(radio, make("span", subnet.az));
  const zone = make("td");
  zone.append(label);
  const rest = [subnet.name || subnet.id, subnet.cidr, subnet.kind, subnet.way, subnet.free];
  row.append(zone, ...rest.map((text, place) => make("td", text, { "data-title": TITLES[place + 1] })));
  row.setAttribute("data-kind", subnet.kind);
  return { row, radio, id: subnet.id };
};

function render({ model, el }) {
  const closing = new AbortController();
  const on = (element, kind, action) => element.addEventListener(kind, action, { signal: closing.signal });
  const save = (name, value) => {
    model.set(name, value);
    model.save_changes();
  };

  const root = make("form", "", { class: "ecslab ecslab-network", "aria-label": "Network of the task" });
  const vpc = make("select");
  const group = make("select");
  const publicIp = make("input", "", { type: "checkbox" });
  const again = make("button", "Look again", { type: "button" });
  const verdict = make("div", "", { class: "ecslab-verdict", role: "status" });
  const error = make("p", "", { class: "ecslab-error", role: "alert" });
  const { table, body } = subnetTable();
  const subnets = make("fieldset");
  const scroll = make("div", "", { class: "ecslab-scroll" });
  scroll.append(table);
  subnets.append(make("legend", "Subnet"), scroll);
  root.append(
    field("VPC", vpc), subnets, field("Security group", group), field("Public IP", publicIp), verdict, error, again,
  );
  el.append(root);

  let rows = [];
  const drawChoices = () => {
    vpc.value = model.get("vpc");
    group.value = model.get("group");
    publicIp.checked = model.get("public_ip");
    for (const { row, radio, id } of rows) {
      radio.checked = id === model.get("subnet");
      row.setAttribute("data-chosen", radio.checked);
    }
  };
  const drawSubnets = () => {
    rows = model.get("subnets").map(subnetRow);
    for (const { row, radio, id } of rows) {
      on(row, "click", () => id === model.get("subnet") || save("subnet", id));
      on(radio, "change", () => id === model.get("subnet") || save("subnet", id));
    }
    body.replaceChildren(...rows.map(({ row }) => row));
    subnets.disabled = false;
    drawChoices();
    drawNews();
  };
  const drawOptions = () => {
    vpc.replaceChildren(...options(model.get("vpcs")));
    group.replaceChildren(...options(model.get("groups")));
    drawChoices();
  };
  const drawNews = () => {
    const [warnings, failure] = [model.get("warnings"), model.get("error")];
    const list = make("ul");
    list.append(...warnings.map((warning) => make("li", warning)));
    verdict.replaceChildren(warnings.length ? list : make("span", model.get("fine")));
    verdict.hidden = Boolean(failure);
    error.textContent = failure;
    error.hidden = !failure;
    if (failure) subnets.disabled = false;
    root.setAttribute("data-status", failure ? "error" : warnings.length ? "warning" : "ready");
  };

  on(root, "submit", (event) => event.preventDefault()); // Enter must not reload the page
  on(vpc, "change", () => {
    root.setAttribute("data-status", "busy");
    subnets.disabled = true; // until Python has answered, the rows are those of another VPC
    save("vpc", vpc.value);
  });
  on(group, "change", () => save("group", group.value));
  on(publicIp, "change", () => save("public_ip", publicIp.checked));
  on(again, "click", () => save("asked", model.get("asked") + 1));
  const watched = [
    ["change:vpcs change:groups", drawOptions],
    ["change:subnets", drawSubnets],
    ["change:vpc change:subnet change:group change:public_ip", drawChoices],
    ["change:warnings change:error", drawNews],
  ];
  for (const [events, draw] of watched) model.on(events, draw);
  drawOptions();
  drawSubnets();
  drawNews();
  return () => {
    closing.abort();
    for (const [events, draw] of watched) model.off(events, draw);
  };
}

export default { render };
