// Runs tests/device/run.py in the 32-bit MicroPython, whose objects, small integers and ticks are
// those of a board.
//
//   node vm32.mjs MICROPYTHON.MJS TREE HEAP_BYTES REPORT [FILE ...]
//
// This MicroPython cannot see its own stack, so it collects garbage only when it returns to us, and
// takes more memory when the heap is full. So the tests are taken one step at a time, the heap is
// looked at between steps, and REPORT says in JSON where it had to grow. FILEs are run instead of
// all that run.py names.

import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import url from "node:url";

const [program, tree, heapBytes, report, ...files] = process.argv.slice(2);
const { loadMicroPython } = await import(url.pathToFileURL(program).href);
const vm = await loadMicroPython({
  heapsize: Number(heapBytes),
  stdout: (line) => console.log(line),
  stderr: (line) => console.log(line),
});

// The VM's files are JavaScript's memory, as a board's are in its flash.
function copy(from, to) {
  vm.FS.mkdir(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    const target = `${to}/${entry.name}`;
    if (entry.isDirectory()) copy(source, target);
    else vm.FS.writeFile(target, fs.readFileSync(source));
  }
}
copy(tree, "/tree");

// `used` and `held` are globals: what Python gives to JavaScript as a number costs it no memory.
vm.runPython(`
import gc, os, sys
os.chdir("/tree")
sys.path[:] = ["", ".frozen"]
def look():
    global used, held
    used = gc.mem_alloc()
    held = used + gc.mem_free()
def take_step():
    global done
    done = next(steps, None)
    gc.collect()
    look()
look()
`);

const steps = [];
const held = vm.globals.get("held");
function note(name, before) {
  const grown = vm.globals.get("held") - held;
  steps.push({ name, before, after: vm.globals.get("used"), grown });
}

let failure = null;
try {
  vm.runPython("from tests.device import run");
  const chosen = files.length ? `(${JSON.stringify(files).slice(1, -1)},)` : "run.FILES";
  vm.runPython(`steps = run.steps(${chosen})`);
  for (;;) {
    vm.runPython("look()");
    const before = vm.globals.get("used");
    vm.runPython("take_step()");
    const done = vm.globals.get("done");
    note(done ?? "end", before);
    if (done === null) break;
  }
} catch (error) {
  if (error.name !== "PythonError") throw error;
  failure = error.message;
  console.log(failure);
}
fs.writeFileSync(report, JSON.stringify({ steps, failure }));
process.exitCode = failure === null ? 0 : 1;
