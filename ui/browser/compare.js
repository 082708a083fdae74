// Up to four videos on one clock. The first that still runs is the clock. One that is not there yet has its place.
const DRIFT = 0.08; // seconds that nobody sees

const time = seconds => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;

const button = (label, act) => {
    const one = made("button", { type: "button", textContent: label });
    one.addEventListener("click", act);
    return one;
};

// A film's figure; it stays as it is as long as what it shows does not change.
function figureOf({ letter, source, poster, words, facts, state, id }, words_, keep) {
    const said = made("span", {}, made("b", { textContent: letter }), facts ? ` · ${facts}` : "");
    const caption = made("figcaption", {}, said);
    if (!source) {
        const picture = poster ? [made("img", { src: poster, alt: "" })] : [];
        const place = made("div", { className: "place" }, ...picture, made("p", { textContent: state }));
        return { video: null, figure: made("figure", {}, place, caption) };
    }
    const video = made("video", { src: source, poster, preload: "auto", playsInline: true, muted: true });
    video.setAttribute("aria-label", `${letter}: ${words}`);
    video.addEventListener("error", () => said.append(" · ", made("span", { role: "alert", textContent: words_.failed })));
    if (words_.keep) {
        const one = button(words_.keep, () => keep(id));
        one.setAttribute("aria-label", `${words_.keep}: ${letter}`);
        caption.append(one);
    }
    return { video, figure: made("figure", {}, video, caption) };
}

function player(root, words, fps, name) {
    let slots = [], playing = false, frame = 0, loud = "A", last = {};
    const grid = made("div", { className: "films" });
    const play = button(words.play, () => playing ? pause() : start());
    const seek = made("input", { type: "range", min: 0, max: 0, step: 0.01, value: 0 });
    const shown = made("output", { textContent: time(0) });
    const sound = made("fieldset", {});
    seek.setAttribute("aria-label", words.seek);

    const films = () => slots.map(slot => slot.video).filter(Boolean);
    const length = () => Math.max(0, ...films().map(video => video.duration || 0));
    const longest = () => films().find(video => (video.duration || 0) >= length());
    const leading = () => films().find(video => !video.ended) ?? longest();
    const clock = () => leading()?.currentTime ?? 0;
    const show = () => {
        seek.max = length();
        if (root.getRootNode().activeElement !== seek || playing) seek.value = clock();
        shown.textContent = `${time(clock())} / ${time(length())}`;
        seek.setAttribute("aria-valuetext", shown.textContent);
        play.textContent = playing ? words.pause : words.play;
    };
    const goTo = seconds => {
        const at = Math.min(Math.max(seconds, 0), length());
        films().forEach(video => { video.currentTime = Math.min(at, video.duration || 0); });
        seek.value = at;
    };
    const pause = () => {
        playing = false;
        cancelAnimationFrame(frame);
        films().forEach(video => video.pause());
        show();
    };
    const follow = () => {
        const running = films().filter(video => !video.ended), first = running[0];
        if (!first) return pause();
        running.slice(1).filter(video => !video.seeking && Math.abs(video.currentTime - first.currentTime) > DRIFT)
            .forEach(video => { video.currentTime = first.currentTime; });
        show();
        frame = requestAnimationFrame(follow);
    };
    const start = async () => {
        if (clock() >= length() - 0.05) goTo(0);
        playing = true;
        show();
        try {
            await Promise.all(films().filter(video => clock() < video.duration).map(video => video.play()));
            frame = requestAnimationFrame(follow);
        } catch { pause(); }
    };
    const step = frames => { pause(); goTo(clock() + frames / fps); show(); };
    const hear = letter => {
        loud = letter;
        slots.forEach(slot => {
            if (slot.video) slot.video.muted = slot.letter !== letter;
            slot.figure.classList.toggle("loud", slot.letter === letter);
        });
        const choice = sound.querySelector(`input[value="${letter}"]`);
        if (choice) choice.checked = true;
    };
    const choices = letters => {
        if (sound.dataset.letters === letters.join()) return;
        sound.dataset.letters = letters.join();
        const choice = (letter, label) => {
            const radio = made("input", { type: "radio", name, value: letter, checked: letter === loud });
            radio.addEventListener("change", () => hear(letter));
            return made("label", {}, radio, label);
        };
        const each = letters.map(letter => choice(letter, words.sound_of.replace("{letter}", letter)));
        sound.replaceChildren(made("legend", { textContent: words.sound }), ...each, choice("", words.none));
    };
    const slotFor = (film, keep) => {
        const asked = JSON.stringify(film), before = slots.find(slot => slot.asked === asked);
        if (before) return before;
        const slot = { ...figureOf(film, words, keep), asked, letter: film.letter };
        slot.figure.addEventListener("pointerenter", () => { if (loud) hear(film.letter); });
        slot.video?.addEventListener("click", () => hear(film.letter));
        ["loadedmetadata", "seeked"].forEach(event => slot.video?.addEventListener(event, show));
        slot.video?.addEventListener("loadedmetadata", () => {
            slot.video.currentTime = Math.min(clock(), slot.video.duration);
            if (playing) slot.video.play().catch(pause);
        });
        return slot;
    };

    seek.addEventListener("input", () => { goTo(Number(seek.value)); show(); });
    const controls = made("div", { className: "controls" }, play, button(words.back, () => step(-1)), button(words.on, () => step(1)), seek, shown);
    root.replaceChildren(grid, controls, made("div", { className: "controls" }, sound));
    const update = (data, keep) => {
        const next = data.map(film => slotFor(film, keep));
        if (next.some((slot, place) => slot !== slots[place]) || next.length !== slots.length) {
            slots = next;
            grid.dataset.count = slots.length;
            grid.replaceChildren(...slots.map(slot => slot.figure));
        }
        choices(slots.filter(slot => slot.video).map(slot => slot.letter));
        hear(loud);
        play.disabled = !films().length;
        show();
    };
    return { update, pause };
}

export default function({ parentElement, data, key, setTriggerValue }) {
    let root = parentElement.querySelector(".pair");
    if (!root) {
        parentElement.append(root = made("div", { className: "pair" }));
        root.player = player(root, data.words, data.fps, `sound-${key}`);
    }
    root.player.update(data.films, id => setTriggerValue("kept", id));
    return () => root.player.pause();
}
