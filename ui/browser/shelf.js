// Videos as a shelf: the whole card opens, the pointer plays it without sound, star and tick lie over the picture.
const TICK = "M5 12.5l4.5 4.5L19 7.5", STAR = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z";

function mark(name, path, attribute, on, label, toggled) {
    const button = made("button", { type: "button", className: `mark ${name}`, title: label }, icon(path));
    if (attribute === "aria-checked") button.setAttribute("role", "checkbox");
    button.setAttribute("aria-label", label);
    button.setAttribute(attribute, on);
    button.addEventListener("click", () => {
        const next = button.getAttribute(attribute) !== "true";
        button.setAttribute(attribute, next); // seen at once; the page says the same when it comes
        toggled(next);
    });
    return button;
}

function marks(one, words, full, send) {
    const tick = mark("tick", TICK, "aria-checked", one.picked, words.select, on => send({ act: "pick", id: one.id, on }));
    tick.disabled = full && !one.picked;
    return [tick, mark("star", STAR, "aria-pressed", one.favourite, words.favourite, on => send({ act: "favourite", id: one.id, on }))];
}

function playing(card, picture, source) {
    let waiting = 0, video = null;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stop = () => { clearTimeout(waiting); video?.remove(); video = null; };
    const start = () => {
        if (still || video) return;
        waiting = setTimeout(() => {
            video = made("video", { src: source, muted: true, loop: true, playsInline: true, disablePictureInPicture: true });
            video.setAttribute("aria-hidden", "true");
            video.tabIndex = -1;
            picture.querySelector("img")?.after(video);
            video.play().catch(stop);
        }, 150);
    };
    card.addEventListener("pointerenter", event => { if (event.pointerType !== "touch") start(); });
    card.addEventListener("pointerleave", stop);
}

function card(one, { words, full, plain }, send) {
    const picture = made("div", { className: `picture${one.upright ? " upright" : ""}` });
    if (one.poster) {
        const poster = made("img", { src: one.poster, alt: one.alt, loading: "lazy" });
        poster.addEventListener("error", () => poster.replaceWith(made("span", { className: "empty", textContent: words.none })));
        picture.append(poster);
    } else picture.append(made("span", { className: "empty", textContent: words.none }));
    picture.append(made("span", { className: "length", textContent: one.length }));
    const link = made("a", { href: one.href, textContent: one.title });
    followed(link, one.href);
    const lines = one.lines.map(([kind, text]) => made("p", { className: kind, textContent: text, title: text }));
    const item = made("article", { className: `card${one.picked ? " picked" : ""}` }, picture, link, ...lines, ...(plain ? [] : marks(one, words, full, send)));
    item.dataset.id = one.id;
    if (one.video) playing(item, picture, one.video);
    return item;
}

function group(cards, data, send) {
    const items = cards.map(one => card(one, data, send));
    if (items.length === 1) return items[0];
    const family = made("section", { className: "family" }, made("h3", { textContent: data.words.family.replace("{n}", items.length) }), ...items);
    family.style.setProperty("--size", items.length);
    return family;
}

export default function({ parentElement, data, setTriggerValue }) {
    let root = parentElement.querySelector(".shelf");
    if (!root) parentElement.append(root = made("div"));
    root.className = `shelf${data.picking ? " picking" : ""}`;
    const asked = JSON.stringify(data);
    if (root.asked === asked) return;
    root.asked = asked;
    const focused = root.getRootNode().activeElement, id = focused?.closest?.("article")?.dataset.id;
    const kind = focused?.classList?.contains("tick") ? ".tick" : focused?.classList?.contains("star") ? ".star" : "a";
    root.replaceChildren(...data.groups.map(cards => group(cards, data, act => setTriggerValue("act", act))));
    if (id) root.querySelector(`article[data-id="${id}"] ${kind}`)?.focus();
}
