// Bring a card into view once for each mark; the person scrolls as they like after that.
export default function({ data }) {
    if (window.movaInView === data.mark) return;
    window.movaInView = data.mark;
    const card = document.querySelector(`.st-key-${data.card}`);
    if (!card) return;
    card.style.scrollMarginTop = "4.5rem"; // below the page's own bar
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    card.scrollIntoView({ block: "start", behavior: still ? "instant" : "smooth" });
}
