"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const json = (id) => JSON.parse($(id).textContent);
  const meta = json("meta"), specs = json("specs");
  const PAGE = 40, MINUTE = 60000, SHOWN_TAGS = 8;

  // Everything of an article is put in as text: markup in it is only letters.
  const make = (name, options, ...inside) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(options || {})) element.setAttribute(key, value);
    element.append(...inside.filter((each) => each !== null && each !== undefined && each !== ""));
    return element;
  };
  const web = (url) => (/^https?:\/\//i.test(url || "") ? url : null);
  const link = (url, ...inside) =>
    web(url) ? make("a", { href: url, rel: "noreferrer noopener", target: "_blank" }, ...inside) : make("span", {}, ...inside);

  const unpacked = async (element) => {
    const letters = atob(element.textContent);
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  };
  const chunks = new Map();
  const piece = async (kind, number) => {
    const element = document.querySelectorAll(`script.${kind}`)[Math.floor(number / meta.chunk)];
    if (!element) return null;
    if (!chunks.has(element)) chunks.set(element, await unpacked(element));
    return chunks.get(element)[number % meta.chunk];
  };

  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Kyiv", dateStyle: "medium", timeStyle: "short" });
  const dayOf = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Kyiv" });
  const ago = (minutes) =>
    minutes < 0 ? "later than this report" : minutes < 60 ? `${minutes} min ago` : minutes < 2880 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`;
  const when = (time) => (typeof time === "number" ? `${clock.format(time * MINUTE)}, ${ago(meta.made - time)}` : time || "no time");
  const utc = (text) => (text || "").slice(0, 16).replace("T", " ");

  let articles = [], found = [], shown = 0;
  const add = (rows) => {
    for (const [id, headline, lead, edition, time, labels, tags, revision, url] of rows) {
      const names = tags.map((tag) => meta.tags[tag][2]).join(" ");
      articles.push({
        number: articles.length, id, headline, lead, edition, time, labels, tags, revision, url,
        text: `${headline} ${lead} ${names}`.toLowerCase(),
      });
    }
  };

  // Asked for when days are filtered by: a calendar takes long for all of them.
  const day = (each) => (each.day ??= typeof each.time === "number" ? dayOf.format(each.time * MINUTE) : each.time || "");

  const words = () => $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
  const lit = (text, parts) => {
    const low = text.toLowerCase(), pieces = [];
    let from = 0;
    if (low.length !== text.length) return [text];
    for (;;) {
      const hits = parts.map((part) => [low.indexOf(part, from), part.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]);
      if (!hits.length || pieces.length > 200) break;
      const [at, size] = hits[0];
      pieces.push(text.slice(from, at), make("mark", {}, text.slice(at, at + size)));
      from = at + size;
    }
    return [...pieces, text.slice(from)];
  };
  const search = () => {
    const parts = words(), edition = $("edition").value, label = $("label").value, from = $("from").value, to = $("to").value;
    const wanted = $("tag").value.trim().toLowerCase();
    const tags = new Set(meta.tags.flatMap(([, , name], number) => (name.toLowerCase() === wanted ? [number] : [])));
    found = articles.filter((each) =>
      parts.every((part) => each.text.includes(part)) &&
      (edition === "" || each.edition === Number(edition)) &&
      (label === "" || each.labels.includes(Number(label))) &&
      (!wanted || each.tags.some((tag) => tags.has(tag))) &&
      (!from || day(each) >= from) && (!to || (day(each) && day(each) <= to)));
    shown = 0;
    $("list").replaceChildren();
    more();
    $("count").textContent = found.length === articles.length
      ? `${articles.length.toLocaleString("en")} articles, newest first`
      : `${found.length.toLocaleString("en")} of ${articles.length.toLocaleString("en")} articles`;
    if (!articles.length) $("count").textContent = "No articles yet. A crawl writes them: make crawl, or make demo.";
    else if (!found.length) $("count").textContent = "No article fits. Try fewer words, or clear the filters.";
  };
  const more = () => {
    const parts = words();
    $("list").append(...found.slice(shown, shown + PAGE).map((each) => item(each, parts)));
    shown += PAGE;
    $("more").hidden = shown >= found.length;
  };
  const item = (each, parts) => make("li", {},
    make("p", { class: "meta" }, ...each.labels.map((label) => make("span", { class: "badge" }, meta.labels[label])),
      `${meta.editions[each.edition]} · ${when(each.time)}${each.revision > 1 ? ` · revision ${each.revision}` : ""}`),
    make("h3", { dir: "auto" }, make("a", { href: `#article/${encodeURIComponent(each.id)}` }, ...(each.headline ? lit(each.headline, parts) : ["(no headline)"]))),
    each.lead ? make("p", { class: "lead", dir: "auto" }, ...lit(each.lead, parts)) : null,
    make("div", {}, ...each.tags.slice(0, SHOWN_TAGS).map(chip), each.tags.length > SHOWN_TAGS ? make("span", { class: "meta" }, `+${each.tags.length - SHOWN_TAGS}`) : null));
  const chip = (tag) => {
    const button = make("button", { class: "chip", type: "button", title: `${meta.tags[tag][1]}: show its articles` }, meta.tags[tag][2]);
    button.addEventListener("click", () => { $("filters").reset(); $("tag").value = meta.tags[tag][2]; location.hash = "#now"; search(); });
    return button;
  };

  const marked = (runs) => runs.map((run) => {
    if (typeof run === "string") return run;
    const [text, tag, url] = run;
    const inner = tag === null ? text : make("mark", { title: `${meta.tags[tag][1]}: ${meta.tags[tag][2]}` }, text);
    return url ? link(url, inner) : inner;
  });
  const PARAGRAPHS = { heading: "h3", quote: "blockquote" };
  const block = ([type, , lines, caption, credit, url]) => {
    const parts = [];
    if (lines.length && type === "list") parts.push(make("ul", {}, ...lines.map((line) => make("li", { dir: "auto" }, ...marked(line)))));
    else if (lines.length) parts.push(make(PARAGRAPHS[type] || "p", { dir: "auto" }, ...lines.flatMap((line, number) => (number ? [make("br"), ...marked(line)] : marked(line)))));
    if (caption || credit || url) parts.push(make("p", { class: "caption", dir: "auto" }, caption || type, credit ? ` (${credit})` : "", " ", url ? link(url, `open the ${type}`) : ""));
    return parts;
  };
  const diff = (parts) => make("p", { class: "diff", dir: "auto" }, ...parts.flatMap(([what, text]) => [
    what === "same" ? text : make(what === "gone" ? "del" : "ins", {}, text), " "]));
  const section = (title, items, empty) => [make("h3", {}, title), items.length ? make("ul", {}, ...items) : make("p", { class: "empty" }, empty)];

  const open = async (id) => {
    const each = articles.find((one) => one.id === id), page = $("article");
    if (!each) { page.replaceChildren(make("p", { class: "empty" }, `This report does not hold the article ${id}.`)); return; }
    const whole = each.number < meta.whole ? await piece("whole", each.number) : null;
    const history = each.number < meta.histories ? await piece("histories", each.number) : null;
    const top = [
      make("p", { class: "meta" }, ...each.labels.map((label) => make("span", { class: "badge" }, meta.labels[label])), `${meta.editions[each.edition]} · ${when(each.time)} · `, link(each.url, "on the site")),
      make("h2", { dir: "auto" }, ...(whole ? marked(whole.headline) : [each.headline || "(no headline)"]))];
    if (!whole) {
      page.replaceChildren(...top, make("p", { class: "note" }, "Only the newest articles are here with their text. This one: scrapy ledger history ", make("code", {}, each.id)), make("div", {}, ...each.tags.map(chip)));
      return;
    }
    const by = [whole.section, whole.authors.join(", "), whole.modified ? `changed ${utc(whole.modified)}` : ""].filter(Boolean).join(" · ");
    const text = make("div", { class: "text" }, by ? make("p", { class: "meta" }, by) : null,
      whole.lead && whole.lead.length ? make("p", { class: "first", dir: "auto" }, ...marked(whole.lead)) : null,
      ...(whole.images || []).map(([caption, credit, url]) => make("p", { class: "caption", dir: "auto" }, `Picture: ${caption || "without caption"}`, credit ? ` (${credit}) ` : " ", link(url, "open the picture"))),
      ...(whole.blocks || []).flatMap(block),
      meta.isPublic ? make("p", { class: "empty" }, "The text is on the site; this report is for publication.") : null);
    const side = make("aside", {},
      ...section("Tags, and why", whole.tags.map(([tag, reason]) => make("li", {}, chip(tag), make("span", { class: "raw", dir: "auto" }, `${meta.tags[tag][1]}: ${reason}`))), "No tag fits."),
      ...(whole.keywords.length ? section("The site's own tags", [make("li", {}, whole.keywords.join(", "))]) : []),
      ...section("On record", whole.facts.map(([name, value]) => make("li", {}, `${name}: `, make("span", { class: "raw" }, String(value)))), ""));
    const revisions = history ? history.revisions : [], moves = history ? history.feed : [];
    const below = make("div", { class: "below" },
      ...section("Revisions", revisions.map((revision) => make("li", {}, make("strong", {}, `Revision ${revision.revision}`), ` · ${utc(revision.at)} UTC · ${revision.why}`,
        ...revision.diffs.flatMap(([name, parts]) => [make("span", { class: "raw" }, name.replaceAll("_", " ")), diff(parts)]))),
      history ? "None." : "Older articles' revisions have no room here: scrapy ledger history " + each.id),
      ...section("How its entry moved in the feed", moves.map(([at, place, what]) => make("li", {}, `${utc(at)} UTC · place ${place}: ${what}`)), "No feed led to it, or the history has no room here."),
      ...(meta.isPublic ? [] : section("Why do we think so", whole.why.map(([name, sentence, raw, others]) => make("li", {}, make("strong", {}, `${name.replaceAll("_", " ")}. `), sentence,
        raw ? make("span", { class: "raw", dir: "auto" }, `It says: ${raw}`) : null,
        ...others.map(([source, other]) => make("span", { class: "raw", dir: "auto" }, `${source} says: ${other ?? "nothing"}`)))), "Nothing on record.")));
    page.replaceChildren(...top, make("div", { class: "page" }, text, side, below));
  };

  const NAMES = ["now", "over-time", "health", "article"];
  const route = async () => {
    const [name, ...rest] = location.hash.slice(1).split("/");
    const view = NAMES.includes(name) ? name : "now";
    if (view === "article") { let id = rest.join("/"); try { id = decodeURIComponent(id); } catch { /* as it stands */ } await open(id); }
    for (const each of NAMES) $(`view-${each}`).classList.toggle("is-shown", each === view);
    for (const each of document.querySelectorAll("nav a"))
      if (each.hash === `#${view}` || (view === "article" && each.hash === "#now")) each.setAttribute("aria-current", "page");
      else each.removeAttribute("aria-current");
    window.scrollTo(0, 0);
  };

  const fill = (figure, { columns, rows }) => {
    const head = make("tr", {}, ...columns.map(([, title]) => make("th", {}, title)));
    const body = rows.slice(0, 1000).map((row) => make("tr", {}, ...columns.map(([name]) => make("td", {}, String(row[name] ?? "")))));
    figure.querySelector(".scroll").replaceChildren(make("table", {}, make("thead", {}, head), make("tbody", {}, ...body)));
    if (rows.length > 1000) figure.querySelector(".scroll").append(make("p", {}, `The first 1,000 of ${rows.length} rows.`));
  };
  const draw = async (figure) => {
    const chart = specs[figure.dataset.chart], place = figure.querySelector(".chart");
    if (!chart.spec || !window.vegaEmbed) return;
    const ink = "var(--ink-2)", line = "var(--line)", font = "system-ui, sans-serif";
    const config = { font, view: { stroke: null }, axis: { labelColor: ink, titleColor: ink, gridColor: line, tickColor: line, domainColor: line, labelFontSize: 11, titleFontWeight: "normal" }, legend: { labelColor: ink, labelFontSize: 12 } };
    const spec = { ...chart.spec, data: { values: chart.rows }, width: Math.max(place.clientWidth, 200), autosize: { type: "fit", contains: "padding" }, height: chart.spec.height + 60, config };
    await window.vegaEmbed(place, spec, { renderer: "svg", actions: false, ast: true, defaultStyle: false, tooltip: { disableDefaultStyle: true } });
  };
  const drawAll = async () => {
    for (const figure of document.querySelectorAll("figure[data-chart]")) {
      try { await draw(figure); } catch (error) { const place = figure.querySelector(".chart"); if (place) place.textContent = `This chart cannot be drawn: ${error.message}`; }
      await new Promise((go) => setTimeout(go));
    }
    document.body.dataset.drawn = "yes";
  };

  const start = async () => {
    const option = (name, number) => make("option", { value: number }, name);
    $("edition").append(...meta.editions.map(option));
    $("label").append(...meta.labels.map(option));
    $("tags").append(...[...new Set(meta.tags.map((tag) => tag[2]))].sort().map((name) => make("option", { value: name })));
    if (window.innerWidth <= 760) $("more-filters").open = false;
    $("filters").addEventListener("input", search);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
    $("filters").addEventListener("reset", () => setTimeout(search));
    $("more").addEventListener("click", more);
    window.addEventListener("hashchange", route);
    for (const figure of document.querySelectorAll("figure[data-chart] details"))
      figure.addEventListener("toggle", () => fill(figure.closest("figure"), specs[figure.closest("figure").dataset.chart]), { once: true });
    $("view-now").classList.add("is-shown");
    for (const [number, element] of document.querySelectorAll("script.heads").entries()) {
      add(await unpacked(element));
      if (!number) { search(); document.body.dataset.shown = "yes"; }
    }
    search();
    document.body.dataset.ready = "yes";
    await route();
    let width = window.innerWidth, wait;
    window.addEventListener("resize", () => { if (window.innerWidth !== width) { width = window.innerWidth; clearTimeout(wait); wait = setTimeout(drawAll, 200); } });
    // The charts' script is long: it runs when the list is there.
    setTimeout(() => { document.body.append(make("script", {}, $("chart-script").textContent)); drawAll(); }, 50);
  };
  start();
})();
