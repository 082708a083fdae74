// A film that plays from its takes: two layers on one screen, the next shot ready in the one behind. Below it the strip.
const SHOWN_EARLY = 0.25; // of a frame: what is left away after a shot's last one must not be seen
const DUCK_IN = 0.25, DUCK_OUT = 0.6, DRIFT = 0.3; // seconds: as media/music.py has them; how far the music may be off

const PATHS = {
    play: "M8 5v14l11-7z", pause: "M7 5h4v14H7zM13 5h4v14h-4z", back: "M6 5v14M19 5v14L9 12z", on: "M18 5v14M5 5v14l10-7z",
    loud: "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7", quiet: "M4 9v6h4l5 4V5L8 9zM17 9.5l5 5M22 9.5l-5 5", wide: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
};

function button(name, label, act) {
    const one = made("button", { type: "button", title: label, className: name }, icon(PATHS[name]));
    one.setAttribute("aria-label", label);
    one.addEventListener("click", act);
    return one;
}

const time = seconds => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;

// One of the two layers: a video, or the picture of a shot that has none yet, which is held for its length.
function layer(failed) {
    const video = made("video", { playsInline: true, preload: "auto", disablePictureInPicture: true });
    const picture = made("img", { alt: "" }), note = made("p");
    const whole = made("div", { className: "layer" }, video, picture, note);
    const one = { whole, video, shot: null, source: "", held: 0, since: 0, running: false };
    const place = () => { if (one.shot?.source && one.wanted !== null) video.currentTime = one.wanted; };
    video.addEventListener("loadedmetadata", place);
    video.addEventListener("error", () => { if (one.source) failed(one); });
    // The frame of the shot that is shown, counted from its first.
    one.local = () => {
        if (!one.shot) return 0;
        if (one.shot.source) return video.currentTime * one.fps - one.shot.start;
        return one.held + (one.running ? (performance.now() - one.since) / 1000 * one.fps : 0);
    };
    one.cue = (shot, local, fps) => {
        one.pause();
        Object.assign(one, { shot, fps, held: local, wanted: shot ? Math.max(0, (shot.start + local) / fps + 0.001) : null });
        whole.classList.toggle("still", !shot?.source);
        note.textContent = shot && !shot.source ? shot.state : "";
        if (picture.getAttribute("src") !== (shot?.poster ?? "")) picture.src = shot?.poster ?? "";
        picture.hidden = !shot?.poster;
        const source = shot?.source ?? "";
        if (source !== one.source) {
            one.source = source;
            if (source) { video.poster = shot.poster; video.src = source; } else { video.removeAttribute("src"); video.load(); }
        } else if (video.readyState > 0) place();
    };
    one.play = () => {
        if (one.running) return Promise.resolve();
        one.running = true;
        one.since = performance.now();
        return one.shot?.source ? video.play() : Promise.resolve();
    };
    one.pause = () => {
        if (!one.running) return;
        one.held = one.local();
        one.running = false;
        video.pause();
    };
    one.ready = () => !one.shot?.source || video.readyState >= 2;
    one.over = () => Boolean(one.shot?.source) && video.ended;
    return one;
}

// A person's music, which goes where the film goes; quieter where somebody speaks.
function score(note) {
    const audio = made("audio", { preload: "auto" });
    let music = null;
    const one = { audio };
    audio.addEventListener("error", () => { if (music) note.textContent = one.failed; });
    one.set = (given, failed) => {
        one.failed = failed;
        note.textContent = "";
        music = given;
        audio.loop = Boolean(given?.loops);
        if (given?.source === audio.getAttribute("src")) return;
        if (given) audio.src = given.source; else audio.removeAttribute("src");
    };
    const volume = seconds => {
        const shares = music.speech.map(([begins, ends]) => 1 - Math.max(0, (begins - seconds) / DUCK_IN, (seconds - ends) / DUCK_OUT));
        return 10 ** ((music.level - music.duck * Math.max(0, ...shares)) / 20);
    };
    one.follow = (seconds, playing, quiet) => {
        const length = audio.duration;
        if (!music || !(length > 0)) return;
        if (!playing || (!music.loops && seconds >= length)) { audio.pause(); return; }
        const wanted = music.loops ? seconds % length : seconds, away = Math.abs(audio.currentTime - wanted);
        audio.muted = quiet;
        audio.volume = Math.min(1, volume(seconds));
        if ((music.loops ? Math.min(away, length - away) : away) > DRIFT && !audio.seeking) audio.currentTime = wanted;
        if (audio.paused) audio.play().catch(() => {});
    };
    return one;
}

function player(root) {
    let shots = [], fps = 24, frames = 0, words = {}, at = 0, playing = false, request = 0, tail = 0, quiet = false, unlocked = false, report = () => {};
    const screen = made("div", { className: "screen" }), strip = made("ol", { className: "strip" }), alert = made("p", { className: "alert" });
    alert.setAttribute("role", "alert");
    const failed = one => { if (one === front) { pause(); alert.textContent = words.failed.replace("{n}", one.shot.number); } };
    const layers = [layer(failed), layer(failed)];
    let [front, behind] = layers;
    screen.append(...layers.map(one => one.whole));
    const seek = made("input", { type: "range", min: 0, max: 0, step: 1, value: 0 }), shown = made("output");
    const back = button("back", "", () => jump(-1)), toggle = button("play", "", () => playing ? pause() : start()), on = button("on", "", () => jump(1));
    const loud = button("loud", "", () => { quiet = !quiet; hear(); paint(); }), wide = button("wide", "", () => screen.requestFullscreen?.());
    const controls = made("div", { className: "controls" }, back, toggle, on, seek, shown, loud, wide);
    const about = made("p", { className: "about" }), bed = score(about);
    root.append(screen, alert, controls, about, strip, bed.audio);

    const film = () => Math.min(frames, Math.max(0, (shots[at]?.begins ?? 0) + front.local()));
    const first = shot => shot.begins + shot.overlap; // where it is alone on the screen
    const next = () => shots[at + 1];
    const hear = (share = 0) => {
        layers.forEach(one => { one.video.muted = quiet; });
        front.video.volume = Math.sqrt(1 - share);
        behind.video.volume = Math.sqrt(share);
    };
    const face = (one, name, label) => {
        if (one.className !== name) { one.className = name; one.replaceChildren(icon(PATHS[name])); }
        one.title = label;
        one.setAttribute("aria-label", label);
    };
    const paint = () => {
        const now = film();
        bed.follow(now / fps, playing, quiet);
        if (root.getRootNode().activeElement !== seek || playing) seek.value = Math.round(now);
        shown.textContent = `${time(now / fps)} / ${time(frames / fps)}`;
        seek.setAttribute("aria-valuetext", shown.textContent);
        face(toggle, playing ? "pause" : "play", playing ? words.pause : words.play);
        face(loud, quiet ? "quiet" : "loud", quiet ? words.unmute : words.mute);
        root.dataset.shot = shots[at]?.number ?? "";
        root.dataset.playing = playing;
        [...strip.children].forEach((item, place) => {
            const current = place === at;
            if (item.classList.contains("current") === current) return;
            item.classList.toggle("current", current);
            if (current) strip.scrollTo({ left: item.offsetLeft - strip.clientWidth / 2 + item.clientWidth / 2, behavior: "auto" });
        });
    };
    const uncover = () => { // the layer in front is seen as soon as it has a picture
        front.whole.style.opacity = 1;
        front.whole.style.zIndex = 2;
        behind.whole.style.zIndex = 1;
        behind.whole.style.opacity = 1;
    };
    const prepare = () => { const shot = next(); behind.cue(shot ?? null, shot && !shot.blends ? shot.overlap - shot.j_cut : 0, fps); };
    const advance = () => {
        if (!next()) { pause(); return; }
        at += 1;
        [front, behind] = [behind, front];
        const left = behind;
        tail = shots[at].l_cut;
        hear(tail ? 1 : 0);
        front.play().catch(pause);
        const swap = () => { uncover(); if (!tail) { left.pause(); prepare(); } };
        if (front.ready()) swap(); else { left.pause(); front.video.addEventListener("loadeddata", swap, { once: true }); }
    };
    const along = (shot, local) => { // the next shot plays beside the one that is seen
        if (behind.running) return;
        if (behind.shot !== shot || Math.abs(behind.local() - local) > 2) behind.cue(shot, local, fps);
        behind.play().catch(() => {});
    };
    const lead = (shot, now) => { // a J-cut: its sound before its picture
        along(shot, now - shot.begins);
        hear(Math.min(1, Math.max(0, (now - shot.begins) / shot.j_cut + 1)));
    };
    const fall = now => { // an L-cut: the sound of the shot before goes on
        const share = Math.max(0, (now - shots[at].begins) / tail);
        if (share < 1) { hear(1 - share); return; }
        tail = 0;
        behind.pause();
        prepare();
        hear();
    };
    const blend = (shot, now) => {
        const share = Math.min(1, Math.max(0, (now - shot.begins + 1) / (shot.overlap + 1)));
        along(shot, Math.max(0, now - shot.begins));
        behind.whole.style.zIndex = 3;
        behind.whole.style.opacity = behind.ready() ? share : 0;
        hear(share);
    };
    const follow = () => {
        if (!playing) return;
        const shot = shots[at], now = shot.begins + front.local(), coming = next();
        if (front.over() || now >= shot.begins + shot.frames - SHOWN_EARLY) advance();
        else if (tail) fall(now);
        else if (coming?.blends && now >= coming.begins) blend(coming, now);
        else if (coming?.j_cut && now >= coming.begins - coming.j_cut) lead(coming, now);
        paint();
        request = requestAnimationFrame(follow);
    };
    const pause = () => {
        playing = false;
        cancelAnimationFrame(request);
        layers.forEach(one => one.pause());
        paint();
    };
    const unlock = () => { // a phone lets a video play later only if it was played by a touch
        if (unlocked || !behind.shot?.source) return;
        unlocked = true;
        const { video } = behind;
        video.muted = true;
        video.play().then(() => { if (!behind.running) video.pause(); hear(); }).catch(() => {});
    };
    const start = () => {
        if (!shots.length) return;
        if (film() >= frames - 0.5) show(0);
        playing = true;
        alert.textContent = "";
        hear(tail ? 1 : 0);
        unlock();
        front.play().catch(pause);
        if (tail) behind.play().catch(() => {});
        request = requestAnimationFrame(follow);
        paint();
    };
    const show = now => { // stand, or play on, at a frame of the film
        const was = playing;
        if (was) { playing = false; cancelAnimationFrame(request); }
        at = Math.max(0, shots.findLastIndex(shot => now >= first(shot)));
        tail = 0;
        front.cue(shots[at] ?? null, now - (shots[at]?.begins ?? 0), fps);
        uncover();
        prepare();
        hear();
        if (was) { playing = true; front.play().catch(pause); request = requestAnimationFrame(follow); }
        paint();
    };
    const jump = step => {
        const aim = step < 0 && film() - first(shots[at]) > fps ? at : at + step;
        if (shots[aim]) show(first(shots[aim])); else if (step < 0) show(0);
    };
    const keys = event => {
        if (!root.isConnected) { document.removeEventListener("keydown", keys); return; }
        const target = event.composedPath()[0];
        if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
        const types = target.matches?.("input:not([type=range]), textarea, select, [contenteditable=true], [role=radio], [role=slider]");
        const presses = target.matches?.("button, a, summary, [role=button]");
        if (types) return;
        if (event.key === " " && !presses) { event.preventDefault(); if (playing) pause(); else start(); }
        if (target === seek) return;
        if (event.key === "ArrowLeft") { event.preventDefault(); jump(-1); }
        if (event.key === "ArrowRight") { event.preventDefault(); jump(1); }
    };
    document.addEventListener("keydown", keys);
    seek.addEventListener("input", () => show(Number(seek.value)));
    screen.addEventListener("click", () => { if (playing) pause(); else start(); });

    const update = (data, send) => {
        const asked = JSON.stringify(data);
        report = send;
        if (root.asked === asked) return;
        const played = JSON.stringify([data.shots, data.fps]), before = shots[at]?.id, local = before ? front.local() : 0;
        root.asked = asked;
        ({ words, fps, frames } = data);
        screen.classList.toggle("upright", data.upright);
        bed.set(data.music, words.music);
        [[back, words.back], [on, words.on], [wide, words.wide]].forEach(([one, label]) => { one.title = label; one.setAttribute("aria-label", label); });
        seek.setAttribute("aria-label", words.seek);
        seek.max = frames;
        if (root.played !== played) {
            pause();
            root.played = played;
            ({ shots } = data);
            const same = shots.find(shot => shot.id === before);
            show(same ? Math.min(same.begins + Math.max(0, local), same.begins + same.frames - 1) : 0);
        }
        draw(strip, data, { go: shot => { alert.textContent = ""; show(first(shot)); report({ act: "select", id: shot.id }); }, move: (id, aim) => report({ act: "move", id, before: aim, revision: data.revision }) });
        paint();
    };
    return { update, pause };
}

// The strip: a shot a card, as wide for all; a press goes there, a card that is dragged takes another place.
function draw(strip, { shots, words, selected }, { go, move }) {
    const held = strip.getRootNode().activeElement?.closest?.("li")?.dataset.id;
    strip.setAttribute("aria-label", words.strip);
    const cards = shots.map(shot => {
        const picture = shot.poster ? made("img", { src: shot.poster, alt: "", loading: "lazy", draggable: false }) : made("span", { className: "none" });
        picture.addEventListener("error", () => picture.replaceWith(made("span", { className: "none" })));
        const lines = shot.notes.map(([kind, text]) => made("span", { className: kind, textContent: text }));
        const press = made("button", { type: "button", title: shot.title }, picture, made("span", { className: "facts" }, made("b", { textContent: shot.number }), ` ${shot.length}`), ...lines.flatMap(one => [" ", one]));
        press.setAttribute("aria-label", [words.shot.replace("{n}", shot.number), shot.length, ...shot.notes.map(note => note[1]), shot.title].join(", "));
        press.setAttribute("aria-pressed", shot.id === selected);
        press.addEventListener("click", () => go(shot));
        const item = made("li", { draggable: true }, press);
        item.dataset.id = shot.id;
        return item;
    });
    strip.replaceChildren(...cards);
    if (held) strip.querySelector(`li[data-id="${held}"] button`)?.focus();
    let dragged = null;
    const clear = () => strip.querySelectorAll(".over, .after").forEach(one => one.classList.remove("over", "after"));
    const aim = event => {
        const item = event.target.closest?.("li");
        if (!item) return undefined;
        const box = item.getBoundingClientRect();
        return event.clientX < box.left + box.width / 2 ? item : item.nextElementSibling;
    };
    strip.ondragstart = event => {
        dragged = event.target.closest("li").dataset.id;
        event.dataTransfer.setData("text/plain", dragged);
        event.dataTransfer.effectAllowed = "move";
    };
    strip.ondragover = event => {
        if (!dragged) return;
        event.preventDefault();
        clear();
        const before = aim(event);
        if (before) before.classList.add("over"); else strip.lastElementChild?.classList.add("after");
    };
    strip.ondrop = event => {
        event.preventDefault();
        const before = aim(event);
        if (dragged && before !== undefined && before?.dataset.id !== dragged) move(dragged, before?.dataset.id ?? null);
    };
    strip.ondragend = () => { dragged = null; clear(); };
}

export default function({ parentElement, data, setTriggerValue }) {
    let root = parentElement.querySelector(".cut");
    if (!root) {
        parentElement.append(root = made("div", { className: "cut" }));
        root.player = player(root);
    }
    root.player.update(data, act => setTriggerValue("act", act));
    return () => { if (!root.isConnected) root.player.pause(); };
}
