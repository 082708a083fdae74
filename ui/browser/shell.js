// What Streamlit leaves out: a way to a page for our own elements, the language of the page, and which link is of the open page.
// As if the browser went forward to it: Streamlit then turns the page without loading anything anew.
window.movaGo = href => {
    history.pushState({}, "", href);
    dispatchEvent(new PopStateEvent("popstate"));
};

export default function({ data }) {
    document.documentElement.lang = data.language;
    const shell = document.querySelector(".st-key-shell");
    if (!shell) return;
    shell.setAttribute("role", "navigation");
    shell.setAttribute("aria-label", data.label);
    for (const link of shell.querySelectorAll("a")) {
        const here = link.textContent.includes(data.page) && !link.closest(".st-key-mark");
        if (here) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
    }
}
