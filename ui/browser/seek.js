// Play the page's video from a place, once for each click.
export default function({ data }) {
    if (window.movaSeek === data.mark) return;
    window.movaSeek = data.mark;
    const video = document.querySelector(".st-key-screen video");
    if (!video) return;
    video.currentTime = data.at;
    video.play().catch(() => {}); // a browser that wants another click shows the place at least
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    video.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
}
