// A pasted picture goes into the field for files as if it had been chosen there.
export default function({ data }) {
    const paste = event => {
        const file = [...(event.clipboardData?.files ?? [])].find(one => one.type.startsWith("image/"));
        const field = document.querySelector(`.st-key-${data.field} input[type=file]`);
        if (!file || !field) return;
        const picked = new DataTransfer();
        picked.items.add(file);
        field.files = picked.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
        event.preventDefault();
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
}
