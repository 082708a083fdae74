// What is typed reaches the server in a pause, not only when the field is left: a reload then loses nothing.
const PAUSE = 1000; // milliseconds

export default function({ data }) {
    let timer = 0;
    const typed = event => {
        const field = event.target.closest?.(`.st-key-${data.field} textarea`);
        if (!field) return;
        clearTimeout(timer);
        // Streamlit takes a text when its field is left; the cursor stays in it.
        timer = setTimeout(() => field.dispatchEvent(new FocusEvent("focusout", { bubbles: true })), PAUSE);
    };
    document.addEventListener("input", typed);
    return () => {
        document.removeEventListener("input", typed);
        clearTimeout(timer);
    };
}
