// The two TensorFlows that the engine can be made of. One version, one set of headers; the addon is compiled the same way.
import { existsSync } from 'node:fs';

/**
 * @typedef {object} TensorflowBuild
 * @property {string} name names its directory in the cache
 * @property {string} on
 * @property {number} bytes what is downloaded
 * @property {Record<string, string>} wheels requirement: sha256
 * @property {string} place of the libraries and the addon under that directory
 * @property {string[]} parts of the wheels that are unpacked beside TensorFlow's own libraries
 */

export const VERSION = '2.21.0';

/** @type {TensorflowBuild} */
export const CPU_BUILD = {
  name: `tensorflow-cpu-${VERSION}`,
  on: 'on the CPU',
  bytes: 274e6,
  wheels: { [`tensorflow-cpu==${VERSION}`]: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c' },
  place: '.',
  parts: [],
};

/**
 * What `tensorflow[and-cuda]` asks for, without the compiler (nvcc), whose place is with XLA. TensorFlow looks for NVIDIA's
 * libraries in `../nvidia/NAME/lib` of its own, as they lie in a Python installation; so they are laid out that way.
 * @type {TensorflowBuild}
 */
export const CUDA_BUILD = {
  name: `tensorflow-cuda-${VERSION}`,
  on: 'with CUDA',
  bytes: 3340e6,
  wheels: {
    [`tensorflow==${VERSION}`]: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    'nvidia-cublas-cu12==12.9.3.13': 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    'nvidia-cuda-cupti-cu12==12.9.79': '096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f',
    'nvidia-cuda-nvrtc-cu12==12.9.86': '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    'nvidia-cuda-runtime-cu12==12.9.79': '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    'nvidia-cudnn-cu12==9.28.0.42': '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    'nvidia-cufft-cu12==11.4.1.4': 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    'nvidia-curand-cu12==10.3.10.19': '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    'nvidia-cusolver-cu12==11.7.5.82': '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    'nvidia-cusparse-cu12==12.5.10.65': '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    'nvidia-nccl-cu12==2.32.3': 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    'nvidia-nvjitlink-cu12==12.9.86': 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
  },
  place: 'tensorflow',
  parts: ['nvidia/'],
};

/** The builds to try, in order: on a machine with NVIDIA's driver the one with CUDA first. COMPUTE_CUDA=1 or 0 overrules. */
export function buildsToTry({ COMPUTE_CUDA } = process.env) {
  const wantsCuda = COMPUTE_CUDA === '1' || (COMPUTE_CUDA !== '0' && hasNvidiaDriver());
  return wantsCuda ? [CUDA_BUILD, CPU_BUILD] : [CPU_BUILD];
}

const hasNvidiaDriver = () => ['/proc/driver/nvidia/version', '/dev/nvidiactl'].some((path) => existsSync(path));
