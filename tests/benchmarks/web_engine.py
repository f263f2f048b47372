"""ODK's web engine (npm package @getodk/xforms-engine) in node, for the benchmark: installed into a throw-away folder."""

import json
import subprocess
from pathlib import Path

PACKAGES = ("@getodk/xforms-engine@0.22.0", "jsdom@26")
# The package is made for browsers; in node it looks for a page's classes, and for __dirname and require as globals.
SCRIPT = """
import { JSDOM } from 'jsdom';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
const page = new JSDOM('');
globalThis.__dirname = process.cwd();
globalThis.require = createRequire(import.meta.url);
const names = ['window', 'document', 'DOMParser', 'XMLSerializer', 'Node', 'Element', 'Document', 'XPathResult', 'XPathEvaluator',
  'XPathExpression', 'Attr', 'Text', 'Comment', 'CDATASection', 'ProcessingInstruction', 'HTMLElement', 'NodeFilter', 'XMLDocument',
  'DocumentFragment'];
for (const name of names) if (page.window[name]) globalThis[name] = page.window[name];
const engine = await import('@getodk/xforms-engine');
const { xml, answers, walks } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const times = [], alone = [];
let load = Infinity, held = null;
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
for (let walk = 0; walk < walks; walk++) {
  const start = performance.now();
  held = await engine.createInstance(xml);
  load = Math.min(load, performance.now() - start);
  const nodes = new Map(held.root.currentState.children.map((each) => [each.currentState.reference, each]));
  for (const [name, value] of answers) {
    const node = nodes.get('/data/' + name);
    const began = performance.now();
    if (node.nodeType === 'select') node.selectValue(value); else node.setValue(value);
    const taken = performance.now() - began;
    if (walk) { times.push(taken); if (name.startsWith('alone_')) alone.push(taken); }
  }
}
globalThis.gc?.();
const memory = (process.memoryUsage().heapUsed - before) / 2 ** 20;
console.log(JSON.stringify({ load, times, alone, memory, title: held.root.currentState.reference }));
"""


def install(folder: Path) -> Path | None:
    """The folder with the engine and the script; None (and why, printed) when npm cannot fetch it."""
    folder.mkdir()
    (folder / "package.json").write_text("{}", encoding="utf-8")
    (folder / "run.mjs").write_text(SCRIPT, encoding="utf-8")
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", *PACKAGES]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    if run.returncode:
        print(f"without ODK's web engine: npm says {run.stderr.strip()[-200:]}")
        return None
    return folder


def run(
    folder: Path, xml: str, answers: list[tuple[str, str]], walks: int = 2
) -> tuple[float, list[float], list[float], float] | None:
    """Seconds to open, per answer, per answer that nothing reads; MiB held. None (and why, printed) when it fails."""
    case = folder / "case.json"
    case.write_text(json.dumps({"xml": xml, "answers": answers, "walks": walks}), encoding="utf-8")
    command = ["node", "--expose-gc", "run.mjs", case.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode:
        print(f"ODK's web engine failed: {done.stderr.strip()[-300:]}")
        return None
    said = json.loads(done.stdout.splitlines()[-1])
    seconds = [[each / 1e3 for each in said[key]] for key in ("times", "alone")]
    return said["load"] / 1e3, seconds[0], seconds[1], said["memory"]
