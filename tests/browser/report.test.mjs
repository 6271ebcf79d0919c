// The HTML reports, as somebody opens them who knows nothing of logscan.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const folder = path.join(here, "../../reports");
const pages = readdirSync(folder).filter((name) => name.endsWith(".html")).sort();
const reports = pages.filter((name) => !name.startsWith("diff-"));
const main = "leak-exhaustion.html";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const args = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
// What Jenkins sends with every archived page: no script, no style, nothing from elsewhere.
const JENKINS = "sandbox; default-src 'none'; img-src 'self'; style-src 'self';";

let browser;
let server;
let jenkins;
before(async () => {
  browser = await chromium.launch({ executablePath, args });
  server = createServer((request, response) => {
    const name = path.basename(decodeURIComponent(request.url));
    if (!pages.includes(name)) { response.writeHead(404).end(); return; }
    const headers = { "content-type": "text/html", "content-security-policy": JENKINS };
    response.writeHead(200, headers).end(readFileSync(path.join(folder, name)));
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  jenkins = `http://127.0.0.1:${server.address().port}/`;
});
after(async () => {
  await browser.close();
  server.close();
});

const address = (name) => pathToFileURL(path.join(folder, name)).href;

async function open(name = main, options = {}, url = address(name)) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  const seen = { requests: [], complaints: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("dialog", (dialog) => { seen.complaints.push(dialog.message()); dialog.dismiss(); });
  await page.goto(url);
  return { page, seen, close: () => context.close() };
}

async function violations(page) {
  await page.evaluate(axe);
  const results = await page.evaluate(() => window.axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  return results.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(" ")}`);
}

const field = (page, name) => page.locator(`#filter [name="${name.toLowerCase()}"]`);
const shown = (page) => page.locator("#shown").textContent();
const fragment = (page) => page.evaluate(() => location.hash);

test("there are pages to open", () => {
  assert.ok(reports.length >= 20 && pages.length > reports.length, pages.join(" "));
});

for (const name of pages) {
  test(`${name}: no request, no complaint, no violation`, async () => {
    for (const colorScheme of ["light", "dark"]) {
      const { page, seen, close } = await open(name, { colorScheme });
      assert.deepEqual(seen.requests, [address(name)]);
      assert.deepEqual(await violations(page), [], colorScheme);
      assert.deepEqual(seen.complaints, []);
      await close();
    }
  });

  test(`${name}: valid HTML`, async () => {
    const validator = new HtmlValidate({
      extends: ["html-validate:recommended"],
      rules: {
        // Matters of taste, and of names that come from logs.
        "long-title": "off", "no-trailing-whitespace": "off", "void-style": "off",
        // An element has a role here only where its own does not say enough.
        "prefer-native-element": "off",
        // The drawing comes from a library that writes it so.
        "no-self-closing": "off", "attribute-boolean-style": "off",
      },
    });
    const report = await validator.validateFile(path.join(folder, name));
    const said = report.results.flatMap((file) => file.messages.map(
      (message) => `${message.line}:${message.column} ${message.ruleId} ${message.message}`));
    assert.deepEqual(said, []);
  });
}

for (const name of reports) {
  test(`${name}: the answer holds without script, and under the policy of Jenkins`, async () => {
    const { page, close } = await open(name);
    const answer = await page.locator("h1").textContent();
    const cause = await page.locator("h2.cause").allTextContents();
    const proof = (await page.locator(".answer .lines .text").allTextContents()).slice(0, 1);
    await close();
    for (const how of [
      await open(name, { javaScriptEnabled: false }),
      await open(name, {}, jenkins + name),
    ]) {
      for (const text of [answer, ...cause, ...proof]) {
        const wanted = text.replaceAll(/\s+/g, " ").trim();
        const body = (await how.page.locator("body").innerText()).replaceAll(/\s+/g, " ");
        assert.ok(body.includes(wanted), wanted);
      }
      assert.equal(await how.page.locator("#filter").isVisible().catch(() => false), false);
      await how.close();
    }
  });
}

test("the answer stands on the first screen, with and without script", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open(main, { javaScriptEnabled });
    for (const text of ["session-never-closed", "What to do", "test_debug.log:", "tests failed"]) {
      const box = await page.getByText(text).first().boundingBox();
      assert.ok(box && box.y + box.height <= 720, `${text} is below the first screen`);
    }
  }
});

test("a range that is brushed is followed by everything", async () => {
  const { page, seen } = await open();
  const area = await page.locator("#chart").boundingBox();
  const before = await shown(page);
  await page.mouse.move(area.x + area.width * 0.15, area.y + 30);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.22, area.y + 60, { steps: 5 });
  await page.mouse.up();
  const after = await shown(page);
  assert.notEqual(after, before);
  assert.match(after, /Shown: 1 of 3 findings, 0 of 2 failed tests; \+0\.\d+ s to \+0\.\d+ s/);
  assert.match(await fragment(page), /^#from=0\.\d+&to=0\.\d+/);
  assert.equal(await page.locator("article:visible").count(), 1);
  assert.equal(await page.locator('[data-number="findings"]').textContent(), "1");
  assert.ok(await page.locator("#within").isVisible());
  await page.getByRole("button", { name: "Show all" }).click();
  await page.waitForFunction((text) => document.getElementById("shown").textContent === text, before);
  assert.equal(await page.locator("article:visible").count(), 3);
  assert.deepEqual(seen.complaints, []);
});

test("worker, test, class and text filter the page, and the address keeps them", async () => {
  const { page } = await open();
  await field(page, "Class").selectOption("leak");
  assert.match(await shown(page), /1 of 3 findings/);
  await field(page, "Class").selectOption("");
  await field(page, "Worker").selectOption("gw1");
  assert.match(await shown(page), /1 of 3 findings, 0 of 2 failed tests/);
  await field(page, "Worker").selectOption("");
  await field(page, "Test").fill("test_schedule_job_8");
  assert.match(await shown(page), /2 of 3 findings, 1 of 2 failed tests/);
  assert.ok(await page.locator("#within tbody tr").count() > 0);
  await field(page, "Text").fill("checkouts timed out");
  assert.match(await shown(page), /1 of 3 findings/);
  const hash = await fragment(page);
  assert.match(hash, /test=test_schedule_job_8/);
  const again = await open(main, {}, address(main) + hash);
  assert.equal(await shown(again.page), await shown(page));
});

test("hover and focus give the lines", async () => {
  const { page } = await open();
  const mark = page.locator("#mark");
  const idle = await mark.textContent();
  await page.locator("#chart").focus();
  await page.keyboard.press("ArrowRight");
  const service = await mark.textContent();
  assert.match(service, /^service postgres at localhost:55432: ready, \+0 s to .*test_debug\.log:\d+/);
  await page.keyboard.press("ArrowRight");
  assert.notEqual(await mark.textContent(), service);
  await page.keyboard.press("Escape");
  assert.equal(await mark.textContent(), idle);
  const area = await page.locator("#chart").boundingBox();
  await page.mouse.move(area.x + area.width * 0.2, area.y + 30);
  assert.equal(await mark.textContent(), service);
});

test("one walks from lane to evidence and back by keyboard", async () => {
  const { page } = await open();
  await field(page, "Text").fill("session #1");
  await page.locator("#chart").focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#mark").textContent(), /^session #1 .*still open/);
  await page.keyboard.press("Enter");
  const found = await page.evaluate(() => document.activeElement.id);
  assert.match(found, /^F1-\d+$/);
  assert.match(await fragment(page), /at=2%3A\d+/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "chart");
  await page.keyboard.press("[");
  assert.notEqual(await field(page, "From").inputValue(), "");
});

test("a click leads from a bar to its evidence, and from there to the bar", async () => {
  const { page } = await open();
  const bar = await page.evaluate(() => {
    const { bars, frame, length } = JSON.parse(document.getElementById("marks").textContent);
    const index = bars.end.indexOf("still open");
    const [left, right] = frame;
    return { x: left + (bars.from[index] / length) * (right - left) + 3, y: bars.top[index] + 2 };
  });
  await page.locator("#chart").evaluate((chart) => chart.scrollIntoView({ block: "center" }));
  const area = await page.locator("#chart > svg").first().boundingBox();
  const scale = area.width / 1120;
  await page.mouse.click(area.x + bar.x * scale, area.y + bar.y * scale);
  assert.match(await page.evaluate(() => document.activeElement.id), /^F1-\d+$/);
  await page.locator(".found .place a").click();
  assert.equal(await page.evaluate(() => document.activeElement.id), "chart");
  assert.match(await page.locator("#mark").textContent(), /^session #1 .*still open/);
});

test("a failed test is found from its bar", async () => {
  const { page } = await open();
  await field(page, "Test").fill("test_schedule_job_9");
  await page.locator("#chart").focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.locator("#mark").textContent(), /^test .*failed/);
  await page.keyboard.press("Enter");
  assert.match(await page.evaluate(() => document.activeElement.id), /^(failed|F\d)-\d+$/);
});

test("lanes and pool are named for those who cannot see them", async () => {
  const { page } = await open();
  const charts = await page.locator('svg[role="img"]').all();
  assert.ok(charts.length > 0);
  for (const chart of charts) {
    assert.ok((await chart.locator("title").first().textContent()).length > 0);
  }
});

test("nothing has to be scrolled sideways", async () => {
  for (const name of pages) {
    for (const width of [1280, 600]) {
      const { page, close } = await open(name, { viewport: { width, height: 720 } });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${name}: ${overflow} px too wide at ${width}`);
      await close();
    }
  }
});

test("printed pages show everything and no controls", async () => {
  const { page } = await open();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("#filter").isVisible(), false);
  assert.equal(await page.locator("article:visible").count(), 3);
});

test("the pages look as they should", { skip: !process.env.SCREENSHOTS }, async () => {
  for (const [name, options, url] of [
    ["script", {}, address(main)],
    ["no-script", { javaScriptEnabled: false }, address(main)],
    ["jenkins", {}, jenkins + main],
    ["dark", { colorScheme: "dark" }, address(main)],
  ]) {
    const { page, close } = await open(main, options, url);
    await page.screenshot({ path: path.join(folder, "screenshots", `${name}.png`) });
    await close();
  }
});
