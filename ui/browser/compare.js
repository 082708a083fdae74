// Two videos on one clock. A is the clock as long as it runs; where it is shorter, B is.
const DRIFT = 0.08; // seconds that nobody sees

const made = (name, fields = {}, ...inside) => {
    const one = Object.assign(document.createElement(name), fields);
    one.append(...inside);
    return one;
};

const time = seconds => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;

function film({ source, poster, words }, letter, failed) {
    const video = made("video", { src: source, poster, preload: "auto", playsInline: true, muted: letter !== "A" });
    video.setAttribute("aria-label", `${letter}: ${words}`);
    const caption = made("figcaption", {}, letter);
    video.addEventListener("error", () => caption.append(" · ", made("span", { role: "alert", textContent: failed })));
    return { video, figure: made("figure", {}, caption, video) };
}

function soundChoice(words, videos, name) {
    const choice = (label, place) => {
        const radio = made("input", { type: "radio", name, checked: place === 0 });
        radio.addEventListener("change", () => videos.forEach((video, at) => { video.muted = at !== place; }));
        return made("label", {}, radio, label);
    };
    const choices = [words.sound_a, words.sound_b, words.none].map(choice);
    return made("fieldset", {}, made("legend", { textContent: words.sound }), ...choices);
}

function build(root, { films, fps, words }, name) {
    const [a, b] = films.map((one, place) => film(one, "AB"[place], words.failed));
    const videos = [a.video, b.video];
    const play = made("button", { type: "button", textContent: words.play });
    const seek = made("input", { type: "range", min: 0, max: 0, step: 0.01, value: 0 });
    const shown = made("output", { textContent: time(0) });
    seek.setAttribute("aria-label", words.seek);
    let playing = false, frame = 0;

    const length = () => Math.max(...videos.map(video => video.duration || 0));
    const longer = () => (a.video.duration || 0) >= (b.video.duration || 0) ? a.video : b.video;
    const clock = () => (a.video.ended ? longer() : a.video).currentTime;
    const show = () => {
        seek.max = length();
        if (document.activeElement !== seek || playing) seek.value = clock();
        shown.textContent = `${time(clock())} / ${time(length())}`;
        seek.setAttribute("aria-valuetext", shown.textContent);
        play.textContent = playing ? words.pause : words.play;
    };
    const goTo = seconds => {
        const at = Math.min(Math.max(seconds, 0), length());
        videos.forEach(video => { video.currentTime = Math.min(at, video.duration || 0); });
        seek.value = at;
    };
    const pause = () => {
        playing = false;
        cancelAnimationFrame(frame);
        videos.forEach(video => video.pause());
        show();
    };
    const follow = () => {
        const running = videos.filter(video => !video.ended);
        if (!running.length) return pause();
        if (running.length === 2 && !b.video.seeking && Math.abs(b.video.currentTime - a.video.currentTime) > DRIFT)
            b.video.currentTime = a.video.currentTime;
        show();
        frame = requestAnimationFrame(follow);
    };
    const start = async () => {
        if (clock() >= length() - 0.05) goTo(0);
        playing = true;
        show();
        try {
            await Promise.all(videos.filter(video => clock() < video.duration).map(video => video.play()));
            frame = requestAnimationFrame(follow);
        } catch { pause(); }
    };
    const step = frames => { pause(); goTo(clock() + frames / fps); show(); };
    const stepper = (label, frames) => {
        const one = made("button", { type: "button", textContent: label });
        one.addEventListener("click", () => step(frames));
        return one;
    };

    play.addEventListener("click", () => playing ? pause() : start());
    seek.addEventListener("input", () => { goTo(Number(seek.value)); show(); });
    videos.forEach(video => ["loadedmetadata", "seeked"].forEach(event => video.addEventListener(event, show)));
    const controls = made("div", { className: "controls" }, play, stepper(words.back, -1), stepper(words.on, 1), seek, shown);
    const sound = made("div", { className: "controls" }, soundChoice(words, videos, name));
    root.replaceChildren(a.figure, b.figure, controls, sound);
    return pause;
}

export default function({ parentElement, data, key }) {
    let root = parentElement.querySelector(".pair");
    if (!root) parentElement.append(root = made("div", { className: "pair" }));
    const asked = JSON.stringify(data);
    if (root.dataset.asked !== asked) {
        root.dataset.asked = asked;
        root.stop?.();
        root.stop = build(root, data, `sound-${key}`);
    }
    return () => root.stop?.();
}
