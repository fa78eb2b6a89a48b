// What is typed into cells goes to the server one save after another, in order, until the server has answered: over a
// network that is gone, a login that timed out, and another person who changed the same cell meanwhile.
//
//   request(job)      what is sent: { address, body, key }
//   say(text, css)    tells how it stands
//   accept(answer, job), refuse(answer, job)
//   conflict(answer, job)   another changed it: the question (`jiheng.choose`), or null where none is asked
//   taken(answer, job, isMine)   what the person chose; not called where the question was shut
"use strict";
jiheng.saving = (form) => {
  const LONGEST = 6, queue = [];
  let busy = false, retry = 0;
  const cut = "网络断开，内容暂存在本页，正在重试…";
  const silent = "服务器暂时没有回应，内容暂存在本页，正在重试…";
  const loggedOut = "登录已超时，请在新窗口重新登录；本页内容还在。";

  // Thrown is what may go better later; anything else is the server's word on this save.
  async function send(job) {
    const { address, body, key } = form.request(job);
    const response = await jiheng.post(address, body, key);
    const isJson = (response.headers.get("Content-Type") || "").includes("json");
    const isLater = response.status >= 500 || response.status === 429;
    const answer = isJson ? await response.json() : { error: isLater ? silent : loggedOut };
    if (!isJson || isLater || response.status === 401) throw new Error(answer.error || silent);
    return { response, answer };
  }
  async function settle({ response, answer }, job) {
    if (response.ok) { form.accept(answer, job); return; }
    const question = response.status === 409 ? form.conflict(answer, job) : null;
    if (!question) { form.refuse(answer, job); return; }
    form.refuse({ error: `${question.words}您的内容还没有保存。` }, job);
    const choice = await jiheng.choose(question);
    if (choice) form.taken(answer, job, choice === "mine");
  }
  async function pump() {
    if (busy || !queue.length) return;
    busy = true; form.say("正在保存…");
    const job = queue[0];
    job.sent = true;
    let heard;
    try {
      heard = await send(job);
    } catch (error) {
      job.sent = false; retry = Math.min(retry + 1, LONGEST);
      form.say(error instanceof TypeError ? cut : error.message, "bad");
      setTimeout(() => { busy = false; pump(); }, 1000 * 2 ** (retry - 1));
      return;
    }
    queue.shift(); retry = 0;
    // One question after the other: a second one in the same dialog would take the first one's answer away.
    try { await settle(heard, job); } finally { busy = false; }
    pump();
  }
  return { queue, isBusy: () => busy, add: (job) => { queue.push(job); pump(); }, pump };
};

// The dialog that asks whose text is to stand: "mine", "theirs", or "" where it was shut.
jiheng.choose = ({ words, theirs, mine }) => new Promise((choice) => {
  const box = document.getElementById("conflict"), fill = (name, text) => {
    const place = document.getElementById(`conflict-${name}`);
    if (place) place.textContent = text || "（空）";
  };
  fill("words", words); fill("theirs", theirs); fill("mine", mine);
  for (const whose of ["theirs", "mine"]) document.getElementById(`take-${whose}`).onclick = () => box.close(whose);
  box.returnValue = "";
  box.addEventListener("close", () => choice(box.returnValue), { once: true });
  box.showModal();
});
