// The inbox page: asks again and again, and changes only what has changed.

const TEXTS = {
  zh: {
    title: "吹哨报到 · 待办", other: "English", leave: "退出", person: "以演示人员身份登录",
    token: "粘贴登录凭证", enter: "登录", none: "暂无待办。", count: "待办 {n} 项",
    more: "只列出最先到期的待办。", due: "期限：", details: "详情",
    lost: "连接中断，正在重试；以下内容可能不是最新。",
    ended: "登录已失效，请重新登录。", unsent: "未能送达，请再试一次。",
    byApi: "须附文字或材料，本页不能办理，请通过接口提交（见README“通过接口反馈”）：",
  },
  en: {
    title: "Whistle desk · inbox", other: "中文", leave: "Sign out", person: "Sign in for the demo as",
    token: "Paste a token", enter: "Sign in", none: "Nothing waits for you.", count: "Waiting: {n}",
    more: "Only those due first are shown.", due: "Due: ", details: "Details",
    lost: "The connection is lost, trying again; what is below may be out of date.",
    ended: "You were signed out; sign in again.", unsent: "It did not get through; try again.",
    byApi: "Needs words or proofs, so not on this page but by the API (README, “Feed back by the API”): ",
  },
};

const part = (id) => document.getElementById(id);
const state = {
  lang: localStorage.lang ?? (navigator.language.startsWith("zh") ? "zh" : "en"),
  token: sessionStorage.token ?? null,
  etag: null, // of the inbox as it is shown
  asked: 0, // only the answer to the latest question counts
  timer: null,
  refresh: 5,
};
const shown = new Map(); // key of a duty → its element and the JSON that it shows
const ids = new Map(); // key of a command not yet answered → its id: sent again, it counts once

// ------------------------------------------------------------------------------- the service

async function ask(path, { method = "GET", body, headers = {} } = {}) {
  const sent = { "Accept-Language": state.lang, ...headers };
  if (state.token) sent.Authorization = `Bearer ${state.token}`;
  if (body) sent["Content-Type"] = "application/json";
  const answer = await fetch(path, {
    method, headers: sent, body: body && JSON.stringify(body), cache: "no-store",
  });
  if (answer.status === 401) leave(TEXTS[state.lang].ended);
  return answer;
}

async function refresh() {
  clearTimeout(state.timer);
  if (!state.token) return;
  const mine = ++state.asked;
  try {
    const answer = await ask("inbox?limit=50", {
      headers: state.etag ? { "If-None-Match": state.etag } : {},
    });
    const inbox = answer.status === 200 ? await answer.json() : null;
    if (mine !== state.asked || !state.token) return;
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    if (inbox) {
      state.etag = answer.headers.get("ETag");
      show(inbox);
    }
    say(shown.size ? TEXTS[state.lang].count.replace("{n}", shown.size) : TEXTS[state.lang].none);
  } catch {
    if (mine !== state.asked || !state.token) return;
    state.etag = null;
    say(TEXTS[state.lang].lost);
  }
  if (!document.hidden) state.timer = setTimeout(refresh, state.refresh * 1000);
}

async function press(button, wrong, item, offer) {
  const key = `${item.matter} ${item.clock} ${offer.do.type}`;
  if (!ids.has(key)) ids.set(key, newId());
  button.disabled = true;
  try {
    const answer = await ask("commands", {
      method: "POST",
      body: { command: { id: ids.get(key), matter: item.matter, do: offer.do } },
    });
    const said = await answer.json();
    if (answer.status >= 500) throw new Error(answer.status);
    ids.delete(key);
    wrong.textContent = answer.ok ? "" : (said.detail ?? said.title);
    await refresh();
  } catch {
    wrong.textContent = TEXTS[state.lang].unsent;
  }
  button.disabled = false;
}

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0")).join("");
}

// ------------------------------------------------------------------------------- the page

function make(tag, name, text) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (text) made.textContent = text; // never as HTML: residents write what they like
  return made;
}

const local = (at) => at.slice(0, 16).replace("T", " ");

function say(text) {
  if (part("status").textContent !== text) part("status").textContent = text;
}

function show({ items, next }) {
  const list = part("duties");
  const keys = new Set();
  items.forEach((item, place) => {
    const key = `${item.matter} ${item.clock}`;
    const data = JSON.stringify(item);
    keys.add(key);
    const before = shown.get(key);
    if (before?.data !== data) {
      const element = row(item, before?.element.querySelector("details").open ?? false);
      if (before) before.element.replaceWith(element);
      shown.set(key, { element, data });
    }
    const { element } = shown.get(key);
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  });
  for (const [key, { element }] of shown) {
    if (keys.has(key)) continue;
    element.remove();
    shown.delete(key);
  }
  part("more").hidden = !next;
}

function row(item, open) {
  const texts = TEXTS[state.lang];
  const made = make("li", `duty ${item.lateness.code}`);
  made.dataset.matter = item.matter;
  made.dataset.what = item.what.code;
  const about = [item.category, item.place, item.matter].filter(Boolean).join(" · ");
  const until = make("p", "due", texts.due);
  const time = make("time", null, local(item.due));
  time.dateTime = item.due;
  until.append(time);
  const wrong = make("p", "wrong");
  wrong.setAttribute("role", "alert");
  const offers = make("div", "offers");
  for (const offer of item.offers) {
    const button = make("button", null, offer.label);
    button.type = "button";
    button.addEventListener("click", () => press(button, wrong, item, offer));
    offers.append(button);
  }
  if (item.by_api.length) {
    const acts = item.by_api.map((each) => `${each.label} (${each.name})`).join(", ");
    offers.append(make("p", "by-api", texts.byApi + acts));
  }
  const details = make("details");
  details.append(make("summary", null, texts.details), make("div"));
  details.addEventListener("toggle", () => details.open && tell(details.lastChild, item));
  details.open = open;
  made.append(
    make("h2", null, item.what.label), make("span", "lateness", item.lateness.label),
    make("p", "matter", about), until, offers, wrong, details,
  );
  return made;
}

async function tell(into, item) {
  const path = `matters/${encodeURIComponent(item.matter)}`;
  try {
    const [matter, history] = await Promise.all(
      [path, `${path}/timeline`].map(async (each) => (await ask(each)).json()));
    const duty = matter.duties?.find((each) => each.clock === item.clock);
    const lines = make("ol");
    for (const line of history.items ?? []) {
      const entry = make("li");
      entry.append(make("time", null, local(line.at)), ` ${line.text}`);
      lines.append(entry);
    }
    into.replaceChildren(
      make("p", "words", matter.words), make("p", "why", duty?.why), lines);
  } catch {
    into.textContent = TEXTS[state.lang].unsent;
  }
}

// ------------------------------------------------------------------------------- coming and going

async function begin() {
  document.documentElement.lang = state.lang === "zh" ? "zh-CN" : "en";
  document.title = TEXTS[state.lang].title;
  for (const each of document.querySelectorAll("[data-text]")) {
    each.textContent = TEXTS[state.lang][each.dataset.text];
  }
  part("entry").hidden = Boolean(state.token);
  part("leave").hidden = !state.token;
  part("me").textContent = "";
  part("duties").replaceChildren();
  part("more").hidden = true;
  shown.clear();
  state.etag = null;
  try {
    if (!state.token) return await offerPeople();
    const answer = await ask("me");
    if (answer.ok) {
      const me = await answer.json();
      part("me").textContent = `${me.name} · ${me.id}`;
      state.refresh = me.refresh;
    }
  } catch { /* the inbox tells that the service is not there */ }
  await refresh();
}

async function offerPeople() {
  const { items } = await (await ask("demo")).json();
  part("people").hidden = !items.length;
  part("person").replaceChildren(...items.map((person) => {
    const option = make("option", null, `${person.name} · ${person.role} · ${person.id}`);
    option.value = person.id;
    return option;
  }));
}

async function enter(token) {
  sessionStorage.token = state.token = token;
  say("");
  await begin();
}

function leave(why = "") {
  state.token = null;
  sessionStorage.removeItem("token");
  say(why);
  begin();
}

part("people").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await ask(`demo/${part("person").value}`, { method: "POST" });
  if (answer.ok) await enter((await answer.json()).token);
});
part("paste").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = part("token").value.trim();
  part("token").value = "";
  enter(token);
});
part("leave").addEventListener("click", () => leave());
part("language").addEventListener("click", () => {
  localStorage.lang = state.lang = state.lang === "zh" ? "en" : "zh";
  say("");
  begin();
});
document.addEventListener("visibilitychange", () => document.hidden || refresh());
begin();
