import { expect, test } from 'vitest';
import { findArcadePython, runPython } from '../../../test/python.ts';
import { GAMES } from './games.ts';

const python = await findArcadePython();

test.runIf(python)('the games are exactly those of the emulator', async () => {
  const script = 'import json; from ale_py import roms; print(json.dumps(sorted(roms.get_all_rom_ids())))';
  expect(JSON.parse(await runPython(python!, script))).toEqual([...GAMES]);
});
