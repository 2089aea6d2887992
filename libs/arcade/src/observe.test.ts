import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { findArcadePython, runPython } from '../../../test/python.ts';

const python = await findArcadePython();
const GOLDEN = fileURLToPath(new URL('../../../test/reference/observations.npz', import.meta.url));
const LIBRARY = fileURLToPath(new URL('../python', import.meta.url));

/** Prints, for each case, how many of its bytes the Observer gives otherwise than the wrappers that the case is from. */
const COMPARE = `
import json, sys
import numpy
sys.path.insert(0, sys.argv[1])
from observe import Observer
golden = numpy.load(sys.argv[2])
differing = {}
for name in sorted({key.split(".")[0] for key in golden}):
    observer = Observer(json.loads(str(golden[name + ".contract"])))
    seen = numpy.stack([observer.frame(raw) for raw in golden[name + ".raw"]])
    differing[name] = int((seen != golden[name + ".expected"]).sum())
print(json.dumps(differing))`;

test.runIf(python)('frames are those of gymnasium’s and stable-baselines3’s wrappers, byte for byte', async () => {
  expect(JSON.parse(await runPython(python!, COMPARE, LIBRARY, GOLDEN))).toEqual({
    gymnasium: 0,
    'gymnasium-tall': 0,
    'gymnasium-tetris': 0,
    'stable-baselines3': 0,
    'stable-baselines3-colours': 0,
    'cropped-linear': 0,
    warped: 0,
  });
});

const DEFINITIONS = `
import json, sys
import numpy
sys.path.insert(0, sys.argv[1])
from observe import Observer
raw = numpy.zeros((2, 210, 160, 3), dtype=numpy.uint8)
raw[0, ..., 0] = 200
raw[1, ..., 2] = 255
small = {"height": 210, "width": 160}
see = lambda **contract: int(Observer({**small, **contract}).frame(raw)[0, 0])
print(json.dumps([
  see(grey="bt709"), see(grey="bt709", max_pool_of="rgb"), see(grey="bt709", max_pool_last=1), see(grey="ale"),
]))`;

test.runIf(python)('greys, and whether they are pooled before or after, follow their definitions', async () => {
  expect(JSON.parse(await runPython(python!, DEFINITIONS, LIBRARY))).toEqual([
    Math.round(0.2126 * 200),
    Math.round(0.2126 * 200 + 0.0722 * 255),
    Math.round(0.0722 * 255),
    Math.round(0.2989 * 200),
  ]);
});

test.runIf(python)('a crop that leaves nothing is refused', async () => {
  const script = `
import sys
import numpy
sys.path.insert(0, sys.argv[1])
from observe import Observer
try:
    Observer({"crop": {"top": 100, "bottom": 110}}).frame(numpy.zeros((1, 210, 160), dtype=numpy.uint8))
except ValueError as error:
    print(error)`;
  expect(await runPython(python!, script, LIBRARY)).toBe('crop: nothing is left of 210 x 160 pixels');
});
