for (const place of document.querySelectorAll("[data-ecslab-page]:not([data-asked])")) {
  place.dataset.asked = "yes";
  const url = place.dataset.ecslabPage;
  const proxy = url.match(/^\/.*?\/proxy\/\d+\//);
  const made = (name, attributes) => Object.assign(document.createElement(name), attributes);
  const show = () => {
    const frame = made("iframe", {title: place.dataset.title, referrerPolicy: "no-referrer"});
    // Without allow-same-origin the page has an origin of its own, and no way to Jupyter's cookies or API.
    frame.setAttribute("sandbox", "allow-scripts allow-forms allow-popups");
    frame.style.cssText = "width: 100%; border: 1px solid #8888; background: white";
    frame.height = place.dataset.height;
    frame.src = url;
    const link = made("a", {href: url, target: "_blank", rel: "noopener noreferrer"});
    link.textContent = "Open " + place.dataset.title.replace("The page at ", "") + " in a tab";
    const line = made("p", {});
    line.append(link);
    place.replaceChildren(frame, line);
  };
  const leads = /^(https?:\/\/|\/(?!\/))/.test(url);
  // not the page itself: the container would count a visitor
  if (leads) fetch(proxy ? proxy[0] : new URL("/", url), {mode: proxy ? "same-origin" : "no-cors"})
    .then((answer) => { if (answer.status < 500) show(); }, () => {});
}
