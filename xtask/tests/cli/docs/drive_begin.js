// Appended to a copy of the page: does what a person does, and leaves what went wrong as text.
const wrong = [];
addEventListener("error", (event) => wrong.push(`error: ${event.message}`));
addEventListener("unhandledrejection", (event) => wrong.push(`rejected: ${event.reason}`));
addEventListener("securitypolicyviolation", (event) => wrong.push(`blocked: ${event.blockedURI}`));
const check = (words, truth) => { if (!truth) wrong.push(words); };
const pause = () => new Promise((done) => setTimeout(done, 60));
const tell = (words) => document.body.replaceChildren("dri" + `ven: ${words}.`);
const title = () => document.querySelector("main h1").textContent;
async function press(key, target = document.body) {
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  await pause();
}
(async () => {
