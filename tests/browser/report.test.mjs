// The HTML report, as somebody opens it who knows nothing of logscan.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const here = path.dirname(fileURLToPath(import.meta.url));
const report = pathToFileURL(path.join(here, "../../reports/leak-exhaustion.html")).href;
const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(existsSync);
const args = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

let browser;
before(async () => { browser = await chromium.launch({ executablePath, args }); });
after(async () => { await browser.close(); });

async function open(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, ...options });
  const page = await context.newPage();
  const seen = { requests: [], errors: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && seen.errors.push(message.text()));
  await page.goto(report);
  return { page, seen };
}

test("the page asks for nothing and complains of nothing", async () => {
  const { seen } = await open();
  assert.deepEqual(seen.requests, [report]);
  assert.deepEqual(seen.errors, []);
});

test("the answer stands on the first screen, with and without script", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const { page } = await open({ javaScriptEnabled });
    for (const text of ["session-never-closed", "What to do", "test_debug.log:"]) {
      const box = await page.getByText(text).first().boundingBox();
      assert.ok(box && box.y + box.height <= 720, `${text} is below the first screen`);
    }
  }
});

test("lanes and pool are drawn and named for those who cannot see them", async () => {
  const { page } = await open();
  const charts = await page.locator('svg[role="img"]').all();
  assert.ok(charts.length > 0);
  for (const chart of charts) {
    assert.ok((await chart.locator("title").first().textContent()).length > 0);
  }
});

test("details open by keyboard", async () => {
  const { page } = await open();
  const details = page.locator("details").first();
  const before = await details.getAttribute("open");
  await details.locator("summary").focus();
  await page.keyboard.press("Enter");
  assert.notEqual(await details.getAttribute("open"), before);
});

test("nothing has to be scrolled sideways", async () => {
  for (const width of [1280, 600]) {
    const { page } = await open({ viewport: { width, height: 720 } });
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
  }
});

test("text can be read in light and in dark", async () => {
  for (const colorScheme of ["light", "dark"]) {
    const { page } = await open({ colorScheme });
    const ratio = await page.evaluate(() => {
      const light = (colour) => {
        const parts = colour.match(/[\d.]+/g).slice(0, 3).map((part) => {
          const value = part / 255;
          return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
      };
      const style = getComputedStyle(document.body);
      const [one, other] = [light(style.color), light(style.backgroundColor)];
      return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    });
    assert.ok(ratio >= 4.5, `${ratio} in ${colorScheme}`);
  }
});
