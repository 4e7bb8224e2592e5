/** How the browser tests handle the page of the lab. */

import { setTimeout as delay } from "node:timers/promises";
import type { Answer } from "../../tools/lab/messages.ts";
import { BrowserPage } from "./_chromium.ts";

/** Keeps what the worker tells the page. */
const RECORDER = `{
  const Plain = Worker;
  window.answers = [];
  window.confirm = () => true;
  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => answers.push(data));
    }
  };
}`;

/** The page of the lab in a browser. */
export class LabPage implements AsyncDisposable {
  private constructor(readonly browser: BrowserPage, readonly url: URL) {}

  static async open(chromium: string, url: URL): Promise<LabPage> {
    const browser = await BrowserPage.open(chromium, url);
    const lab = new LabPage(browser, url);
    await browser.send("Page.enable");
    await browser.send("Page.addScriptToEvaluateOnNewDocument", {
      source: RECORDER,
    });
    await lab.load();
    return lab;
  }

  /** Opens the page anew, and waits for what a closed tab has left. */
  async load(): Promise<Answer & { kind: "kept" }> {
    await this.browser.send("Page.navigate", { url: this.url.href });
    return await this.next("kept");
  }

  /** Ends the process of the page, as a tab that crashes. */
  async crash(): Promise<void> {
    // There is no answer from a page that has crashed.
    this.browser.send("Page.navigate", { url: "chrome://crash" })
      .catch(() => {});
    await delay(1000);
  }

  set(id: string, value: string | number): Promise<void> {
    const text = JSON.stringify(String(value));
    return this.browser.evaluate(
      `{ const element = document.getElementById("${id}");
        element.value = ${text};
        element.dispatchEvent(new Event("change")); }`,
    );
  }

  /** Forgets the answers so far, and clicks. */
  click(id: string): Promise<void> {
    return this.browser.evaluate(
      `{ answers.length = 0; document.getElementById("${id}").click(); }`,
    );
  }

  /** Pastes a table; the answer is `"data"` or an error. */
  async paste(table: string): Promise<Answer> {
    await this.set("pasted", table);
    await this.click("paste");
    return await this.next("data");
  }

  async useTiny(): Promise<void> {
    await this.click("use-embedded");
    await this.until(
      `document.getElementById("model-text").textContent.includes("tiny")`,
    );
  }

  /** Waits for an expression of the page to be true. */
  async until(expression: string): Promise<void> {
    // Between two documents there is none to ask.
    const ask = () => this.browser.evaluate(expression).catch(() => false);
    while (!await ask()) await delay(50);
  }

  /** Waits for an answer of a kind, or for an error. */
  async next<K extends Answer["kind"]>(
    kind: K,
  ): Promise<Answer & { kind: K }> {
    const found = `answers.find(({ kind }) =>
      kind === "error" || kind === "${kind}")`;
    await this.until(`!!${found}`);
    return await this.browser.evaluate(found);
  }

  /** The steps so far: their loss, and whether they came again from an earlier tab. */
  steps(): Promise<{ loss: number; replayed: boolean }[]> {
    return this.browser.evaluate(
      `answers.filter(({ event }) => event?.kind === "step")
        .map(({ event: { loss, replayed = false } }) => ({ loss, replayed }))`,
    );
  }

  problem(): Promise<string> {
    return this.browser.evaluate(
      `document.getElementById("problem").textContent`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser[Symbol.asyncDispose]();
  }
}
