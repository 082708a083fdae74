// The takes of some shots: a row a shot; a press on a picture uses that take, the pointer plays it without sound.
const CHECK = "M5 12.5l4.5 4.5L19 7.5";
const MOST = 4; // that can be compared

function playing(card, picture, source) {
    let waiting = 0, video = null;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const stop = () => { clearTimeout(waiting); video?.remove(); video = null; };
    card.addEventListener("pointerenter", event => {
        if (still || video || event.pointerType === "touch") return;
        waiting = setTimeout(() => {
            video = made("video", { src: source, muted: true, loop: true, playsInline: true, disablePictureInPicture: true });
            video.setAttribute("aria-hidden", "true");
            video.tabIndex = -1;
            picture.append(video);
            video.play().catch(stop);
        }, 150);
    });
    card.addEventListener("pointerleave", stop);
}

function card(one, number, shot, { words, revision, upright }, state, repaint) {
    const named = words.take.replace("{n}", number), picture = made("span", { className: `picture${upright ? " upright" : ""}` });
    if (one.poster) {
        const poster = made("img", { src: one.poster, alt: one.alt, loading: "lazy" });
        poster.addEventListener("error", () => poster.replaceWith(made("span", { className: "empty", textContent: words.none })));
        picture.append(poster);
    } else picture.append(made("span", { className: "empty", textContent: words.none }));
    const over = [made("span", { className: "length", textContent: one.length })];
    if (one.chosen) over.push(made("span", { className: "used" }, icon(CHECK), words.chosen));
    const item = made("article", { className: one.chosen ? "chosen" : "" });
    if (one.done) {
        const press = made("button", { type: "button", className: "use", title: one.chosen ? words.chosen : words.choose }, picture);
        press.setAttribute("aria-label", `${words.choose}: ${shot.title}, ${named}, ${one.seed}`);
        press.setAttribute("aria-pressed", one.chosen);
        press.addEventListener("click", () => {
            if (press.getAttribute("aria-pressed") === "true") return;
            item.parentElement.querySelectorAll(".use").forEach(other => other.setAttribute("aria-pressed", other === press)); // seen at once
            state.send({ act: "choose", shot: shot.id, id: one.id, revision });
        });
        item.append(made("div", { className: "frame" }, press, ...over));
    } else item.append(made("div", { className: "frame" }, picture, ...over));
    const open = made("a", { href: one.href, textContent: words.open });
    open.setAttribute("aria-label", `${words.open}: ${shot.title}, ${named}`);
    followed(open, one.href);
    item.append(made("p", { className: "head" }, made("b", { textContent: named }), ` · ${one.seed} · `, open));
    one.lines.forEach(([kind, text]) => item.append(made("p", { className: kind, textContent: text, title: text })));
    const tick = made("input", { type: "checkbox", className: "tick", title: words.tick, checked: state.picked.has(one.id) });
    tick.setAttribute("aria-label", `${words.tick}: ${shot.title}, ${named}`);
    tick.disabled = state.picked.size >= MOST && !tick.checked;
    tick.addEventListener("change", () => { if (tick.checked) state.picked.add(one.id); else state.picked.delete(one.id); repaint(); });
    if (shot.cards.length > 1) item.append(tick);
    if (one.video) playing(item, picture, one.video);
    item.dataset.id = one.id;
    return item;
}

// The selected ones; where fewer than two are, the used one and the newest.
function compared(shot, picked) {
    const ids = shot.cards.map(one => one.id), chosen = ids.filter(id => picked.has(id));
    if (chosen.length > 1) return chosen.slice(0, MOST);
    const used = shot.cards.filter(one => one.chosen).map(one => one.id);
    return [...new Set([...used, ...ids.toReversed()])].slice(0, MOST);
}

function section(shot, data, state, repaint) {
    const head = made("header", {}, made("h3", { textContent: shot.title }), made("p", { className: "text", textContent: shot.text, title: shot.text }));
    if (shot.cards.length > 1) {
        const ids = compared(shot, state.picked), more = data.compare.endsWith("?") ? "" : "&";
        const link = made("a", { className: "act", href: data.compare + more + ids.map((id, place) => `${"abcd"[place]}=${encodeURIComponent(id)}`).join("&"), textContent: data.words.compare });
        link.setAttribute("aria-label", `${data.words.compare}: ${shot.title}`);
        followed(link, link.getAttribute("href"));
        head.append(link);
    }
    if (shot.picked) {
        const newest = made("button", { type: "button", className: "act", textContent: data.words.newest, title: data.words.about });
        newest.setAttribute("aria-label", `${data.words.newest}: ${shot.title}`);
        newest.addEventListener("click", () => { newest.disabled = true; state.send({ act: "newest", shot: shot.id, revision: data.revision }); });
        head.append(newest);
    }
    if (shot.more) {
        const more = made("button", { type: "button", className: "act", textContent: data.words.more });
        more.setAttribute("aria-label", `${data.words.more}: ${shot.title}`);
        more.addEventListener("click", () => { more.disabled = true; state.send({ act: "more", shot: shot.id, latest: shot.latest }); });
        head.append(more);
    }
    const row = made("div", { className: "row" }, ...shot.cards.map((one, place) => card(one, place + 1, shot, data, state, repaint)));
    const whole = made("section", {}, head, ...(shot.note ? [made("p", { className: "note", textContent: shot.note })] : []), ...(shot.cards.length ? [row] : []));
    whole.dataset.id = shot.id;
    return whole;
}

export default function({ parentElement, data, setTriggerValue }) {
    let root = parentElement.querySelector(".takes");
    if (!root) parentElement.append(root = made("div", { className: "takes" }));
    const state = root.state ??= { picked: new Set() };
    state.send = act => setTriggerValue("act", act);
    const rest = JSON.stringify([data.words, data.revision, data.upright, data.compare]);
    const draw = () => {
        const there = new Set(data.shots.flatMap(shot => shot.cards.map(one => one.id)));
        state.picked.forEach(id => { if (!there.has(id)) state.picked.delete(id); });
        const focused = root.getRootNode().activeElement, id = focused?.closest?.("article")?.dataset.id, kind = focused?.className?.split?.(" ")[0];
        const next = data.shots.map(shot => {
            const asked = JSON.stringify([shot, rest, [...state.picked]]), before = [...root.children].find(one => one.asked === asked);
            return before ?? Object.assign(section(shot, data, state, draw), { asked });
        });
        if (next.some((one, place) => one !== root.children[place]) || next.length !== root.children.length) {
            next.forEach((one, place) => { // what stays as it is is left where it is: a video in it plays on
                if (root.children[place] !== one) root.insertBefore(one, root.children[place] ?? null);
            });
            while (root.children.length > next.length) root.lastElementChild.remove();
            if (id) root.querySelector(`article[data-id="${id}"] ${kind ? `.${kind}` : "a"}`)?.focus();
        }
    };
    draw();
}
