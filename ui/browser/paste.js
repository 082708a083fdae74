// A pasted picture, or a file that is dropped on the zone, goes into the field for files as if it had been chosen there.
export default function({ data }) {
    const give = file => {
        const field = document.querySelector(`.st-key-${data.field} input[type=file]`);
        if (!file || !field) return false;
        const picked = new DataTransfer();
        picked.items.add(file);
        field.files = picked.files;
        field.dispatchEvent(new Event("change", { bubbles: true }));
        return true;
    };
    const paste = event => {
        const file = [...(event.clipboardData?.files ?? [])].find(one => one.type.startsWith("image/"));
        if (give(file)) event.preventDefault();
    };
    const zoneOf = event => data.zone ? event.target.closest?.(`.st-key-${data.zone}`) : null;
    const isOurs = event => zoneOf(event) && event.dataTransfer?.types.includes("Files");
    const over = event => {
        document.querySelector(`.st-key-${data.zone}`)?.classList.toggle("dropping", Boolean(isOurs(event)));
        if (isOurs(event)) event.preventDefault();
    };
    const leave = event => {
        if (data.zone && !event.relatedTarget) document.querySelector(`.st-key-${data.zone}`)?.classList.remove("dropping");
    };
    const drop = event => {
        zoneOf(event)?.classList.remove("dropping");
        // The field for files takes what is dropped on itself.
        if (!isOurs(event) || event.target.closest("[data-testid=stFileUploader]")) return;
        if (give(event.dataTransfer.files[0])) event.preventDefault();
    };
    const heard = Object.entries({ paste, ...(data.zone ? { dragover: over, dragleave: leave, drop } : {}) });
    heard.forEach(([name, act]) => document.addEventListener(name, act));
    return () => heard.forEach(([name, act]) => document.removeEventListener(name, act));
}
