"use strict";
// The key stays in the memory of this page: it is neither stored nor put into an address.
const shown = (id) => document.getElementById(id);
const made = (tag, text = "", values = {}) => Object.assign(document.createElement(tag), { textContent: text }, values);
const words = document.body.dataset;
const headers = () => ({
  "Accept-Language": document.documentElement.lang,
  ...(shown("key").value ? { Authorization: `Bearer ${shown("key").value.trim()}` } : {}),
});
const base = location.pathname.replace(/\/api\/docs\/?$/, "");
let description = {};

const resolved = (schema) =>
  schema?.$ref ? description.components.schemas[schema.$ref.split("/").pop()] ?? {} : schema ?? {};

function example(schema, depth = 0) {
  const one = resolved(schema);
  if (one.default !== undefined) return one.default;
  if (one.const !== undefined) return one.const;
  if (one.enum) return one.enum[0];
  if (one.anyOf) return one.anyOf.some((kind) => kind.type === "null") ? null : example(one.anyOf[0], depth);
  if (one.type === "object" && depth < 4) {
    const needed = Object.entries(one.properties ?? {}).filter(([name]) => (one.required ?? []).includes(name));
    return Object.fromEntries(needed.map(([name, kind]) => [name, example(kind, depth + 1)]));
  }
  return { string: "", integer: 0, number: 0, boolean: false, array: [] }[one.type] ?? null;
}

function operation(path, method, told) {
  const box = made("details");
  const summary = made("summary");
  summary.append(made("code", `${method.toUpperCase()} ${path}`), ` ${told.description ?? told.summary ?? ""}`);
  const form = made("form");
  const fields = (told.parameters ?? []).map((one) => {
    const label = made("label", one.name);
    const input = made("input", "", { required: Boolean(one.required), placeholder: one.description ?? one.in });
    label.htmlFor = input.id = `${method}-${path}-${one.name}`;
    form.append(label, input);
    return [one, input];
  });
  const json = told.requestBody?.content?.["application/json"];
  const body = json && made("textarea", JSON.stringify(example(json.schema), null, 2), { ariaLabel: words.body });
  if (body) form.append(body);
  form.append(made("button", words.send));
  const answer = made("pre");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let address = path;
    const query = new URLSearchParams();
    const sent = headers();
    for (const [one, input] of fields) {
      if (one.in === "path") address = address.replace(`{${one.name}}`, encodeURIComponent(input.value));
      else if (!input.value) continue;
      else if (one.in === "query") query.append(one.name, input.value);
      else sent[one.name] = input.value;
    }
    if (body) sent["Content-Type"] = "application/json";
    answer.textContent = "…";
    try {
      const got = await fetch(`${base}${address}${query.size ? `?${query}` : ""}`, {
        method: method.toUpperCase(), headers: sent, body: body ? body.value : undefined,
      });
      const kind = got.headers.get("content-type") ?? "";
      const text = /json|text/.test(kind) ? await got.text() : words.size.replace("{kind}", kind).replace("{n}", (await got.blob()).size);
      answer.textContent = `${got.status} ${got.statusText}\n${text}`;
    } catch {
      answer.textContent = words.unreachable;
    }
  });
  box.append(summary, form, answer);
  return box;
}

shown("open").addEventListener("submit", async (event) => {
  event.preventDefault();
  const got = await fetch(`${base}/api/v1/openapi.json`, { headers: headers() });
  if (!got.ok) {
    const problem = await got.json();
    shown("said").textContent = `${problem.title} ${problem.detail}`;
    return;
  }
  description = await got.json();
  shown("about").textContent = description.info.description;
  shown("said").textContent = "";
  shown("paths").replaceChildren(
    ...Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, told]) => operation(path, method, told))),
  );
});
