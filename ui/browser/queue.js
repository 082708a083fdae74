// The queued jobs as rows of one height: dragged with a pointer, moved with buttons, several at once.
const ICONS = {
    top: "M5 4h14M12 20V9M7 13l5-5 5 5", up: "M12 20V5M6 11l6-6 6 6", down: "M12 4v15M6 13l6 6 6-6",
    bottom: "M5 20h14M12 4v11M7 11l5 5 5-5", duplicate: "M9 9h11v11H9zM5 15H4V4h11v1", remove: "M6 6l12 12M18 6L6 18",
    elsewhere: "M4 7h10M4 17h10M14 3l5 4-5 4M14 13l5 4-5 4", clear: "M6 6l12 12M18 6L6 18",
};
const IN_ROWS = ["top", "up", "down", "duplicate", "remove"], OF_SEVERAL = ["top", "up", "down", "bottom", "duplicate", "remove"];

function row(one, { words, picked }, act, repaint) {
    const tick = made("input", { type: "checkbox", checked: picked.has(one.id) });
    tick.setAttribute("aria-label", `${words.select}: ${one.title}`);
    tick.addEventListener("change", () => {
        if (tick.checked) picked.add(one.id); else picked.delete(one.id);
        repaint();
    });
    const title = made("a", { className: "title", href: one.href, textContent: one.title, title: one.title, draggable: false });
    followed(title, one.href);
    const picture = one.poster ? made("img", { src: one.poster, alt: "", loading: "lazy", draggable: false }) : made("span", { className: "none" });
    picture.addEventListener("error", () => picture.replaceWith(made("span", { className: "none" })));
    const names = one.elsewhere ? [...IN_ROWS, "elsewhere"] : IN_ROWS;
    const buttons = names.map(name => {
        const button = made("button", { type: "button", title: words[name] }, icon(ICONS[name]));
        button.disabled = (one.first && ["top", "up"].includes(name)) || (one.last && name === "down");
        button.setAttribute("aria-label", `${words[name]}: ${one.title}`);
        button.dataset.act = name;
        button.addEventListener("click", () => act(name, [one.id]));
        return button;
    });
    const item = made("li", { draggable: true },
        made("span", { className: "place", textContent: one.place, title: words.drag }), tick, picture, title,
        made("span", { className: "facts", textContent: one.facts }), made("div", { className: "acts" }, ...buttons),
        made("time", { textContent: one.ends }));
    item.dataset.id = one.id;
    item.classList.toggle("picked", picked.has(one.id));
    return item;
}

function draggable(list, state, act) {
    const clear = () => { list.classList.remove("end"); list.querySelectorAll(".over").forEach(one => one.classList.remove("over")); };
    const target = event => {
        const item = event.target.closest?.("li");
        if (!item) return null;
        const box = item.getBoundingClientRect();
        return event.clientY < box.top + box.height / 2 ? item : item.nextElementSibling;
    };
    list.addEventListener("dragstart", event => {
        const id = event.target.closest("li").dataset.id;
        state.dragged = state.picked.has(id) ? [...state.picked] : [id];
        event.dataTransfer.setData("text/plain", id);
        event.dataTransfer.effectAllowed = "move";
        list.querySelectorAll("li").forEach(one => one.classList.toggle("dragged", state.dragged.includes(one.dataset.id)));
    });
    list.addEventListener("dragover", event => {
        if (!state.dragged) return;
        event.preventDefault();
        clear();
        const before = target(event);
        if (before) before.classList.add("over"); else list.classList.add("end");
    });
    list.addEventListener("drop", event => {
        event.preventDefault();
        if (state.dragged) act("place", state.dragged, target(event)?.dataset.id ?? null);
    });
    list.addEventListener("dragend", () => {
        state.dragged = null;
        clear();
        list.querySelectorAll(".dragged").forEach(one => one.classList.remove("dragged"));
    });
}

function bar({ words, picked }, act, repaint) {
    const buttons = OF_SEVERAL.map(name => {
        const button = made("button", { type: "button" }, icon(ICONS[name]), words[name]);
        button.addEventListener("click", () => act(name, [...picked]));
        return button;
    });
    const none = made("button", { type: "button" }, words.clear);
    none.addEventListener("click", () => { picked.clear(); repaint(); });
    const count = made("b", { textContent: words.selected.replace("{n}", picked.size) });
    return made("div", { className: "bar", hidden: !picked.size }, count, ...buttons, none);
}

function draw(root, data, state, send) {
    const act = (name, ids, before = null) => send("act", { act: name, ids, before });
    const repaint = () => draw(root, data, state, send);
    const there = new Set(data.rows.map(one => one.id));
    state.picked.forEach(id => { if (!there.has(id)) state.picked.delete(id); });
    const shown = { words: data.words, picked: state.picked };
    const focused = root.getRootNode().activeElement, id = focused?.closest?.("li")?.dataset.id, named = focused?.dataset?.act;
    const list = made("ol", {}, ...data.rows.map(one => row(one, shown, act, repaint)));
    draggable(list, state, act);
    root.replaceChildren(bar(shown, act, repaint), list, ...(data.more ? [made("p", { className: "more", textContent: data.more })] : []));
    const again = id && list.querySelector(`li[data-id="${id}"]`);
    again?.querySelector(named ? `[data-act="${named}"]` : "input")?.focus();
}

export default function({ parentElement, data, setTriggerValue }) {
    let root = parentElement.querySelector(".queue");
    if (!root) parentElement.append(root = made("div", { className: "queue" }));
    const state = root.state ??= { picked: new Set(), dragged: null, asked: "" };
    const asked = JSON.stringify(data);
    if (state.asked === asked || state.dragged) return;
    state.asked = asked;
    draw(root, data, state, setTriggerValue);
}
