// Makes the TensorFlow engine loadable: takes TensorFlow's libraries from its Python wheel and compiles the addon of
// @tensorflow/tfjs-node-gpu against them (its own installer fetches a TensorFlow of 2022). Node built-ins only: it runs
// before anything of ours can. Nothing here fails the caller: what cannot be had ends in a reason.
//
// As a program: `node libs/compute/provision.mjs`. Started with an IPC channel it also sends
// { type: 'progress', text } while it works and { type: 'result', tensorflow, reason } at the end.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { buildsToTry, VERSION } from './tensorflow-builds.mjs';

/** The wheel for one Python serves any: only its C++ libraries and headers are used, never its Python. */
const PYTHON_TAGS = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];
const PLATFORMS = ['manylinux_2_27', 'manylinux_2_25', 'manylinux2014', 'manylinux2010'].map((tag) => `${tag}_x86_64`);
const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const ADDON = 'tfjs_binding.node';
/** Raise it when the way the addon is built changes, so that caches of the old way are left alone. */
const BUILD_REVISION = 1;
const NEEDED = 'apt install python3 python3-venv g++';

/** An expected reason for which there will be no TensorFlow engine here. */
class Unavailable extends Error {}

/**
 * @param {{ log?: (text: string) => void }} options
 * @returns {Promise<{ tensorflow: boolean, reason: string }>} whether that engine can be loaded, and from where or why not
 */
export async function provision({ log = () => {} } = {}) {
  const { COMPUTE } = process.env;
  if (COMPUTE === 'wasm' || COMPUTE === 'webgpu')
    return { tensorflow: false, reason: `not needed: COMPUTE=${COMPUTE}` };
  const failures = [];
  for (const build of buildsToTry()) {
    try {
      requirePlatform();
      return { tensorflow: true, reason: [await provideBuild(build, log), ...failures].join('; ') };
    } catch (error) {
      failures.push(error instanceof Unavailable ? error.message : `TensorFlow could not be set up: ${error.message}`);
    }
  }
  return { tensorflow: false, reason: [...new Set(failures)].join('; ') };
}

async function provideBuild(build, log) {
  const cached = await cachedBuild(build, log);
  await linkIntoPackage(join(cached, build.place, ADDON));
  log('loading TensorFlow');
  await probe();
  return `TensorFlow ${VERSION} ${build.on}, from ${cached}`;
}

function requirePlatform() {
  const { glibcVersionRuntime } = process.report.getReport().header;
  const platform = `${process.platform}-${process.arch}`;
  if (platform !== 'linux-x64') throw new Unavailable(`no TensorFlow is built for ${platform}, only for linux-x64`);
  if (!glibcVersionRuntime) throw new Unavailable('TensorFlow needs glibc, and this system has another C library');
}

/** The directory with the libraries and the addon; built when it is not there yet, and then whole or not at all. */
async function cachedBuild(build, log) {
  const cache = cacheDirectory();
  const wanted = join(cache, `${build.name}-tfjs-${packageVersion()}-${BUILD_REVISION}`);
  if (await exists(join(wanted, build.place, ADDON))) return wanted;
  const python = await requireTools();
  await mkdir(cache, { recursive: true });
  await removeAbandoned(cache);
  const work = await mkdtemp(join(cache, `building-${process.pid}-`));
  try {
    await make(build, { work, python, log });
    // Another process may have been quicker: its build is as good as ours.
    await rename(join(work, 'built'), wanted).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return wanted;
}

async function requireTools() {
  const missing = [];
  if (!(await succeeds('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 7))']))) missing.push('python3');
  // Debian's python3 comes without both pip and venv; either will do.
  else if (
    !(await succeeds('python3', ['-m', 'pip', '--version'])) &&
    !(await succeeds('python3', ['-c', 'import ensurepip']))
  )
    missing.push('python3-venv');
  if (!(await succeeds('g++', ['--version']))) missing.push('g++');
  if (missing.length > 0) throw new Unavailable(`${missing.join(' and ')} missing; to mend: ${NEEDED}`);
  return 'python3';
}

async function make(build, { work, python, log }) {
  const built = join(work, 'built');
  await mkdir(join(built, build.place), { recursive: true });
  const wheels = await download(build, { work, python, log });
  log('unpacking TensorFlow');
  for (const wheel of wheels) await unpack(python, { wheel, target: work, parts: build.parts });
  for (const library of LIBRARIES) await rename(join(work, 'tensorflow', library), join(built, build.place, library));
  for (const part of build.parts) await rename(join(work, part), join(built, part));
  log('compiling the TensorFlow addon');
  await compile(join(work, 'tensorflow', 'include'), join(built, build.place));
}

async function download(build, { work, python, log }) {
  const pip = await pipCommand(work, python, log);
  const wheels = join(work, 'wheels');
  await mkdir(wheels);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input', '--no-cache-dir', '--retries', '2'];
  const platforms = PLATFORMS.flatMap((platform) => ['--platform', platform]);
  const which = ['--no-deps', '--only-binary=:all:', ...PYTHON_TAGS, ...platforms, ...Object.keys(build.wheels)];
  const stopReporting = reportGrowth(work, build.bytes, log);
  try {
    // pip writes to TMPDIR first: on the cache's disk, where there is room and we can see it grow.
    const env = { ...process.env, TMPDIR: work };
    await run(pip, ['-m', 'pip', 'download', ...quiet, '--dest', wheels, ...which], { env });
  } finally {
    stopReporting();
  }
  const files = (await readdir(wheels)).map((name) => join(wheels, name));
  for (const file of files) await requireKnown(file, build);
  return files;
}

async function requireKnown(file, build) {
  const sha256 = await sha256Of(file);
  if (Object.values(build.wheels).includes(sha256)) return;
  throw new Error(`${basename(file)} has sha256 ${sha256}, which is none of those expected`);
}

/** The system's Python if it has pip, else that of a virtual environment that goes with the working directory. */
async function pipCommand(work, python, log) {
  if (await succeeds(python, ['-m', 'pip', '--version'])) return python;
  log('making a Python environment for pip');
  const environment = join(work, 'venv');
  await run(python, ['-m', 'venv', environment]);
  return join(environment, 'bin', 'python');
}

function reportGrowth(directory, total, log) {
  const megabytes = (bytes) => Math.round(Math.min(bytes, total) / 1e6);
  log(`downloading TensorFlow (${megabytes(total)} MB)`);
  const timer = setInterval(() => {
    sizeOfFiles(directory).then(
      (bytes) => log(`downloading TensorFlow (${megabytes(bytes)} of ${megabytes(total)} MB)`),
      () => {},
    );
  }, 1000);
  return () => clearInterval(timer);
}

async function sizeOfFiles(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.includes('venv'));
  const sizes = await Promise.all(files.map((entry) => stat(join(entry.parentPath, entry.name)).then((s) => s.size)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function unpack(python, { wheel, target, parts }) {
  const wanted = ['tensorflow/include/', ...LIBRARIES.map((library) => `tensorflow/${library}`), ...parts];
  const program = `
import sys, zipfile
wheel, target, *wanted = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    archive.extractall(target, [name for name in archive.namelist() if name.startswith(tuple(wanted))])
`;
  await run(python, ['-c', program, wheel, target, ...wanted]);
}

/** One call of the compiler does it: the addon is plain N-API, so node-gyp and Node's own headers are not needed. */
async function compile(tensorflowHeaders, built) {
  const source = packageRoot();
  const bindings = (await readdir(join(source, 'binding'))).filter((name) => name.endsWith('.cc')).sort();
  const headers = [source, join(dirname(require.resolve('node-api-headers')), 'include'), tensorflowHeaders];
  await run('g++', [
    ...['-O2', '-std=c++17', '-fPIC', '-shared', '-DNAPI_VERSION=8', '-w'],
    ...headers.map((directory) => `-I${directory}`),
    ...bindings.map((name) => join(source, 'binding', name)),
    ...['-o', join(built, ADDON), `-L${built}`, ...LIBRARIES.map((library) => `-l:${library}`)],
    // Wherever the cache lies, the libraries lie beside the addon.
    '-Wl,-rpath,$ORIGIN',
  ]);
}

/** npm ci wipes the link, so it is renewed every time. */
async function linkIntoPackage(addon) {
  const link = join(packageRoot(), 'lib', 'napi-v8', ADDON);
  if ((await readlink(link).catch(() => undefined)) === addon) return;
  await mkdir(dirname(link), { recursive: true });
  const fresh = `${link}.${process.pid}`;
  await symlink(addon, fresh);
  await rename(fresh, link);
}

/** Loads the engine in a process of its own: on a processor without AVX it dies of an illegal instruction. */
async function probe() {
  const program = `
    const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value === null || value === undefined;
    const tf = require('@tensorflow/tfjs-node-gpu');
    if (tf.sum(tf.matMul([[1, 2]], [[3], [4]])).dataSync()[0] !== 11) throw new Error('TensorFlow miscalculates');
  `;
  const options = { cwd: dirname(fileURLToPath(import.meta.url)), env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' } };
  await run(process.execPath, ['-e', program], options).catch((error) => {
    const hint =
      error.signal === 'SIGILL'
        ? 'this processor lacks instructions that TensorFlow was built with (AVX)'
        : error.message;
    throw new Unavailable(`TensorFlow is here but does not load: ${hint}`);
  });
}

/** What a killed run left behind. */
async function removeAbandoned(cache) {
  for (const name of await readdir(cache)) {
    const pid = Number(/^building-(\d+)-/.exec(name)?.[1]);
    if (pid && !isRunning(pid)) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function cacheDirectory() {
  const { SOBOLEV_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return SOBOLEV_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sobolev-distiller');
}

const require = createRequire(import.meta.url);
const packageJson = () => require.resolve('@tensorflow/tfjs-node-gpu/package.json');
const packageRoot = () => dirname(packageJson());
const packageVersion = () => require(packageJson()).version;

const exists = (path) =>
  lstat(path).then(
    () => true,
    () => false,
  );

const succeeds = (command, args) =>
  run(command, args).then(
    () => true,
    () => false,
  );

async function sha256Of(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function main() {
  const tell = (message) => process.send?.(message);
  const result = await provision({
    log: (text) => (process.send ? tell({ type: 'progress', text }) : console.error(text)),
  });
  tell({ type: 'result', ...result });
  if (!process.send) console.log(JSON.stringify(result));
  if (process.connected) process.disconnect();
  if (!result.tensorflow && process.env.COMPUTE === 'tensorflow') process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
