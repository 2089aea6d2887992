"""Files that an import must refuse, each wrong in one way, and what is to be said of it.

    python hostile_rollouts.py DIRECTORY

writes them and prints, as JSON, a list of {file, format, where, index, says, looks}: the entry at fault, the step in it,
words of the message, and whether a look at the headers is enough to refuse it. Needs numpy and h5py, which the venv of
libs/arcade has. The helper functions are named for what they make; a case is one line in CASES.
"""

import gzip
import io
import json
import os
import struct
import sys
import tarfile
import zipfile

import h5py
import numpy as np

STEPS, SIZE = 10, 84
rng = np.random.default_rng(0)
FRAMES = rng.integers(0, 256, (STEPS + 1, SIZE, SIZE), np.uint8)
STACKED = np.stack([np.concatenate([np.zeros((3, SIZE, SIZE), np.uint8), FRAMES])[k : k + STEPS] for k in range(4)], -1)
ENDS = np.arange(STEPS) == STEPS - 1
GOOD = {
    "frames": FRAMES[:STEPS],
    "actions": np.arange(STEPS) % 4,
    "rewards": np.ones(STEPS, np.float32),
    "terminated": ENDS,
}


def npy(array, allow_pickle=False):
    data = io.BytesIO()
    np.save(data, array, allow_pickle=allow_pickle)
    return data.getvalue()


def npy_header(shape, descr="|u1"):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def changed(array, index, value):
    array = np.array(array)
    array[index] = value
    return array


def zipped(path, entries, compression=zipfile.ZIP_STORED):
    """Entries: (name or ZipInfo, bytes)."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)


def npz(path, without=(), entries=(), **arrays):
    arrays = {key: value for key, value in {**GOOD, **arrays}.items() if key not in without}
    zipped(path, [*((f"{key}.npy", value if isinstance(value, bytes) else npy(value)) for key, value in arrays.items()), *entries])


def npz_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        with archive.open("frames.npy", "w") as entry:
            entry.write(npy_header((20_000, SIZE, SIZE)))
            for _ in range(20):
                entry.write(bytes(1000 * SIZE * SIZE))
        for key in ("actions", "rewards", "terminated"):
            archive.writestr(f"{key}.npy", npy(np.zeros(20_000, GOOD[key].dtype)))


def damaged(make, change):
    """A good file, changed as bytes."""

    def write(path):
        make(path)
        with open(path, "rb") as file:
            data = change(bytearray(file.read()))
        with open(path, "wb") as file:
            file.write(data)

    return write


def flip(marker, offset):
    """Turns one bit, so far after the first `marker`."""

    def change(data):
        data[data.index(marker) + offset] ^= 0x10
        return data

    return change


def cut(share):
    return lambda data: data[: int(len(data) * share)]


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o120777 << 16
    return entry


def hdf5(path, change=lambda file: None, episodes=1, **attributes):
    with h5py.File(path, "w") as file:
        file.attrs.update(attributes)
        for index in range(episodes):
            group = file.create_group(f"episode_{index}")
            group["observations"] = FRAMES
            group["actions"] = GOOD["actions"]
            group["rewards"] = np.ones(STEPS)
            group["terminations"] = ENDS
            group["truncations"] = np.zeros(STEPS, bool)
        change(file)


def replaced(name, **options):
    """Another dataset in its place."""

    def change(file):
        del file[name]
        file.create_dataset(name, **options)

    return change


def linked(name, target):
    def change(file):
        del file[name]
        file[name] = target

    return change


def outside(name, path):
    """Bytes that lie in another file of this machine."""
    return replaced(name, shape=FRAMES.shape, dtype="u1", external=[(path, 0, FRAMES.nbytes)])


def virtual(file):
    layout = h5py.VirtualLayout(FRAMES.shape, "u1")
    layout[:] = h5py.VirtualSource("/etc/passwd", "data", FRAMES.shape)
    del file["episode_0/observations"]
    file.create_virtual_dataset("episode_0/observations", layout)


def grouped(file):
    del file["episode_0/observations"]
    file["episode_0/observations/pixels"] = FRAMES


def jpegs(image, index):
    """One image a step, all good but the one at `index`."""

    def change(file):
        import cv2

        good = cv2.imencode(".jpg", FRAMES[0])[1].ravel()
        del file["episode_0/observations"]
        data = file.create_dataset("episode_0/observations", (STEPS + 1,), h5py.vlen_dtype(np.uint8))
        for step in range(STEPS + 1):
            data[step] = image(good) if step == index else good

    return change


def huge_jpeg(good):
    """Its header says 65,500 × 65,500."""
    at = bytes(good).index(b"\xff\xc0")
    return np.concatenate([good[: at + 5], np.frombuffer(struct.pack(">HH", 65_500, 65_500), np.uint8), good[at + 9 :]])


def env_spec(**kwargs):
    return json.dumps({"id": "ALE/Breakout-v5", "kwargs": {"game": "breakout", **kwargs}, "additional_wrappers": []})


def tarred(path, *entries):
    """Entries: (name, type, bytes or the name of what is linked to)."""
    with tarfile.open(path, "w") as archive:
        for name, kind, content in entries:
            entry = tarfile.TarInfo(name)
            entry.type = kind
            if isinstance(content, str):
                entry.linkname, content = content, b""
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))


STORES = {
    "observation": npy(FRAMES[:STEPS]),
    "action": npy(GOOD["actions"].astype(np.int32)),
    "reward": npy(GOOD["rewards"]),
    "terminal": npy(ENDS.astype(np.uint8)),
}


def dqn(path, without=(), entries=(), packed=None, **stores):
    stores = {key: gzip.compress(data) for key, data in {**STORES, **stores}.items() if key not in without}
    stores.update(packed or {})
    names = {key: f"$store$_{key}_ckpt.0.gz" if key in STORES else f"{key}_ckpt.0.gz" for key in stores}
    zipped(path, [*((names[key], data) for key, data in stores.items()), *entries])


def flipped(data):
    data = bytearray(gzip.compress(data))
    data[-6] ^= 1  # In the checksum.
    return bytes(data)


def main_of(name):
    return f"episode_0/{name}"


# file, what makes it, where, index, words of the message, whether a look at the headers refuses it
CASES = [
    ("pickled.npz", lambda p: npz(p, actions=npy(np.array([{}] * STEPS, object), True)), "actions.npy", None, "pickled objects, which are never read", True),
    ("pickled-frames.npz", lambda p: npz(p, frames=npy(np.array([b""] * STEPS, object), True)), "frames.npy", None, "pickled", True),
    ("bomb.npz", npz_bomb, "frames.npy", None, "no recorded play", True),
    ("huge-header.npz", lambda p: npz(p, frames=npy_header((600_000, SIZE, SIZE)) + bytes(40)), "frames.npy", None, "bytes are not", True),
    ("long-header.npz", lambda p: npz(p, frames=b"\x93NUMPY\x02\x00" + struct.pack("<I", 1 << 31) + bytes(99)), "frames.npy", None, "", True),
    ("traversal.npz", lambda p: npz(p, entries=[("../../evil.npy", b"")]), "../../evil.npy", None, "out of the archive", True),
    ("absolute.npz", lambda p: npz(p, entries=[("/etc/evil.npy", b"")]), "/etc/evil.npy", None, "out of the archive", True),
    ("link.npz", lambda p: npz(p, entries=[(link("other.npy"), b"/etc/passwd")]), "other.npy", None, "link", True),
    ("twice.npz", lambda p: npz(p, entries=[("actions.npy", npy(GOOD["actions"]))]), "actions.npy", None, "twice", True),
    ("in-zip.npz", lambda p: zipped(p, [("a.npz", b""), ("b.npz", b"")]), "frames.npy", None, "missing; the file has a.npz, b.npz", True),
    ("truncated.npz", damaged(npz, cut(0.6)), "file", None, "zip", True),
    ("flipped.npz", damaged(npz, flip(b"frames.npy", 5000)), "frames.npy", None, "CRC", False),
    ("nan.npz", lambda p: npz(p, rewards=changed(GOOD["rewards"], 3, np.nan)), "rewards.npy", 3, "no finite", False),
    ("overflow.npz", lambda p: npz(p, rewards=changed(np.ones(STEPS), 4, 1e300)), "rewards.npy", 4, "no finite", False),
    ("action.npz", lambda p: npz(p, actions=changed(GOOD["actions"], 4, 4)), "actions.npy", 4, "4 is no action", False),
    ("negative.npz", lambda p: npz(p, actions=changed(GOOD["actions"], 5, -1)), "actions.npy", 5, "-1 is no action", False),
    ("real-actions.npz", lambda p: npz(p, actions=np.ones(STEPS)), "actions.npy", None, "integers", False),
    ("width.npz", lambda p: npz(p, frames=np.zeros((STEPS, 84, 85), np.uint8)), "frames.npy", None, "84×85", False),
    ("small-colour.npz", lambda p: npz(p, frames=np.zeros((STEPS, 84, 84, 3), np.uint8)), "frames.npy", None, "84×84×3", False),
    ("real-frames.npz", lambda p: npz(p, frames=FRAMES[:STEPS] / 255), "frames.npy", None, "uint8", True),
    ("fortran.npz", lambda p: npz(p, frames=np.asfortranarray(FRAMES[:STEPS])), "frames.npy", None, "Fortran", True),
    ("short.npz", lambda p: npz(p, actions=GOOD["actions"][1:]), "actions.npy", None, "9 for 10", True),
    ("table.npz", lambda p: npz(p, rewards=np.ones((STEPS, 3))), "rewards.npy", None, "one number a step", True),
    ("empty.npz", lambda p: npz(p, frames=FRAMES[:0], **{key: GOOD[key][:0] for key in ("actions", "rewards", "terminated")}), "frames.npy", None, "no step", True),
    ("no-ends.npz", lambda p: npz(p, without=["terminated"]), "terminated.npy", None, "nothing says where an episode ends", True),
    ("no-rewards.npz", lambda p: npz(p, without=["rewards"]), "rewards.npy", None, "missing", True),
    ("synonyms.npz", lambda p: npz(p, observations=GOOD["frames"]), "observations.npy", None, "same as frames.npy", False),
    ("starts.npz", lambda p: npz(p, terminated=changed(ENDS, 3, True), episode_starts=np.array([0])), "episode_starts.npy", 4, "one ended", False),
    ("late-start.npz", lambda p: npz(p, episode_starts=np.array([2, 5])), "episode_starts.npy", 0, "does not start at step 0", False),
    ("two-is-no-flag.npz", lambda p: npz(p, terminated=changed(np.zeros(STEPS, np.uint8), 6, 2)), "terminated.npy", 6, "neither true nor false", False),
    ("stack.npz", lambda p: npz(p, frames=changed(STACKED, (6, 0, 0, 1), 0 if STACKED[6, 0, 0, 1] else 1)), "frames.npy", 6, "older frames", False),
    ("padding.npz", lambda p: npz(p, frames=changed(STACKED, (0, 0, 0, 0), 1)), "frames.npy", 0, "stack_padding", False),
    ("newest-first.npz", lambda p: npz(p, frames=np.ascontiguousarray(STACKED[..., ::-1])), "frames.npy", 0, "stack_padding", False),
    ("no-archive.npz", lambda p: open(p, "wb").write(npy(FRAMES)), "file", None, "no zip archive", True),
    ("absurd.hdf5", lambda p: hdf5(p, replaced("episode_0/observations", shape=(STEPS + 1, 10**6, 10**6, 3), dtype="u1", chunks=(1, 100, 100, 3))), main_of("observations"), None, "1000000×1000000×3", False),
    ("absurd-steps.hdf5", lambda p: hdf5(p, replaced("episode_0/actions", shape=(10**12,), dtype="i8", chunks=(1000,))), main_of("actions"), None, "1000000000000 steps", False),
    ("absurd-chunk.hdf5", lambda p: hdf5(p, replaced("episode_0/rewards", shape=(STEPS,), maxshape=(None,), dtype="f8", chunks=(10**8,))), main_of("rewards"), None, "chunks of 800000000 bytes", False),
    ("external-link.hdf5", lambda p: hdf5(p, linked("episode_0/observations", h5py.ExternalLink("/etc/passwd", "/"))), main_of("observations"), None, "is a link", False),
    ("soft-link.hdf5", lambda p: hdf5(p, linked("episode_0/rewards", h5py.SoftLink("/episode_0/actions"))), main_of("rewards"), None, "is a link", False),
    ("outside.hdf5", lambda p: hdf5(p, outside("episode_0/observations", "/etc/passwd")), main_of("observations"), None, "another file", False),
    ("virtual.hdf5", lambda p: hdf5(p, virtual), main_of("observations"), None, "another file", False),
    ("group.hdf5", lambda p: hdf5(p, grouped), main_of("observations"), None, "group of pixels", False),
    ("truncated.hdf5", damaged(hdf5, cut(0.5)), "main_data.hdf5", None, "cut short", True),
    ("flipped.hdf5", damaged(hdf5, flip(b"TREE", 1)), "main_data.hdf5", None, "damaged", False),
    ("nan.hdf5", lambda p: hdf5(p, lambda f: f["episode_1/rewards"].__setitem__(2, np.nan), episodes=2), "episode_1/rewards", 2, "no finite", False),
    ("action.hdf5", lambda p: hdf5(p, lambda f: f["episode_0/actions"].__setitem__(7, 17)), main_of("actions"), 7, "17 is no action", False),
    ("early-end.hdf5", lambda p: hdf5(p, lambda f: f["episode_0/terminations"].__setitem__(2, True)), main_of("terminations"), 2, "before the episode's last step", False),
    ("one-short.hdf5", lambda p: hdf5(p, replaced("episode_0/observations", data=FRAMES[1:])), main_of("observations"), None, "10 for 11", False),
    ("gap.hdf5", lambda p: hdf5(p, lambda f: f.move("episode_1", "episode_2"), episodes=2), "episode_1", None, "missing, but there is episode_2", False),
    ("no-episode.hdf5", lambda p: hdf5(p, episodes=0), "main_data.hdf5", None, "episode_0", False),
    ("jpeg-cut.hdf5", lambda p: hdf5(p, jpegs(lambda good: good[:1], 3)), main_of("observations"), 3, "no JPEG", False),
    ("jpeg-huge.hdf5", lambda p: hdf5(p, jpegs(huge_jpeg, 2)), main_of("observations"), 2, "damaged JPEG", False),
    ("frame-skip.hdf5", lambda p: hdf5(p, env_spec=env_spec(frameskip=3)), "env_spec.frameskip", None, "recorded with 3, the contract's frame_skip is 4", False),
    ("sticky.hdf5", lambda p: hdf5(p, env_spec=env_spec(repeat_action_probability=0.5)), "env_spec.repeat_action_probability", None, "0.5", False),
    ("full.hdf5", lambda p: hdf5(p, env_spec=env_spec(full_action_space=True)), "env_spec.full_action_space", None, "full", False),
    ("game.hdf5", lambda p: hdf5(p, env_spec=env_spec(game="pong")), "env_spec.game", None, "pong", False),
    ("deep-spec.hdf5", lambda p: hdf5(p, env_spec="[" * 30_000), "env_spec", None, "no JSON", False),
    ("traversal.minari.zip", lambda p: zipped(p, [("../data/main_data.hdf5", b"")]), "../data/main_data.hdf5", None, "out of the archive", True),
    ("backslash.minari.zip", lambda p: zipped(p, [("..\\main_data.hdf5", b"")]), "", None, "", True),
    ("no-hdf5.minari.zip", lambda p: zipped(p, [("d/data/main_data.hdf5", b"x" * 99)]), "d/data/main_data.hdf5", None, "no HDF5", True),
    ("two.minari.zip", lambda p: zipped(p, [("a/main_data.hdf5", b""), ("b/main_data.hdf5", b"")]), "archive", None, "2 files named", True),
    ("symbolic.minari.tar", lambda p: tarred(p, ("data/main_data.hdf5", tarfile.SYMTYPE, "/etc/passwd")), "data/main_data.hdf5", None, "link", True),
    ("hard.minari.tar", lambda p: tarred(p, ("data/main_data.hdf5", tarfile.LNKTYPE, "/etc/passwd")), "data/main_data.hdf5", None, "link", True),
    ("traversal.minari.tar", lambda p: tarred(p, ("data/../../main_data.hdf5", tarfile.REGTYPE, b"x")), "data/../../main_data.hdf5", None, "out of the archive", True),
    ("device.minari.tar", lambda p: tarred(p, ("data/main_data.hdf5", tarfile.CHRTYPE, b"")), "data/main_data.hdf5", None, "plain file", True),
    ("truncated.minari.tar", damaged(lambda p: tarred(p, ("main_data.hdf5", tarfile.REGTYPE, bytes(99_999))), cut(0.5)), "", None, "", True),
    ("no-archive.minari", lambda p: open(p, "wb").write(b"hello" * 999), "archive", None, "neither a zip nor a tar", True),
    ("cut-store.dqn", lambda p: dqn(p, packed={"observation": gzip.compress(STORES["observation"])[:-900]}), "$store$_observation_ckpt.0.gz", None, "cut short", False),
    ("flipped.dqn", lambda p: dqn(p, packed={"observation": flipped(STORES["observation"])}), "$store$_observation_ckpt.0.gz", None, "CRC", False),
    ("short-store.dqn", lambda p: dqn(p, observation=STORES["observation"][:-9000]), "$store$_observation_ckpt.0.gz", 8, "ends here", False),
    ("long-store.dqn", lambda p: dqn(p, observation=STORES["observation"] + b"x"), "$store$_observation_ckpt.0.gz", None, "goes on", False),
    ("huge-header.dqn", lambda p: dqn(p, observation=npy_header((600_000, SIZE, SIZE))), "$store$_observation_ckpt.0.gz", None, "no recorded play", True),
    ("absurd-header.dqn", lambda p: dqn(p, observation=npy_header((10**15, SIZE, SIZE))), "$store$_observation_ckpt.0.gz", None, "no recorded play", True),
    ("lengths.dqn", lambda p: dqn(p, action=npy(GOOD["actions"][1:])), "$store$_action_ckpt.0.gz", None, "9 for 10", True),
    ("wide-column.dqn", lambda p: dqn(p, action=npy(np.zeros((STEPS, 3)))), "$store$_action_ckpt.0.gz", None, "one number a step", True),
    ("pickled.dqn", lambda p: dqn(p, reward=npy(np.array([{}] * STEPS, object), True)), "$store$_reward_ckpt.0.gz", None, "pickled", True),
    ("no-gzip.dqn", lambda p: dqn(p, packed={"reward": STORES["reward"]}), "$store$_reward_ckpt.0.gz", None, "", True),
    ("no-terminal.dqn", lambda p: dqn(p, without=["terminal"]), "$store$_terminal_ckpt.N.gz", None, "missing", True),
    ("two-checkpoints.dqn", lambda p: dqn(p, entries=[("$store$_action_ckpt.1.gz", b"")]), "$store$_action_ckpt.1.gz", None, "second action", True),
    ("terminal.dqn", lambda p: dqn(p, terminal=npy(changed(ENDS.astype(np.uint8), 5, 3))), "$store$_terminal_ckpt.0.gz", 5, "neither", False),
    ("nan.dqn", lambda p: dqn(p, reward=npy(changed(GOOD["rewards"], 6, np.inf))), "$store$_reward_ckpt.0.gz", 6, "no finite", False),
    ("action.dqn", lambda p: dqn(p, action=npy(changed(GOOD["actions"], 9, 9))), "$store$_action_ckpt.0.gz", 9, "9 is no action", False),
    ("add-count.dqn", lambda p: dqn(p, add_count=npy(np.array(-5))), "add_count_ckpt.0.gz", None, "-5", False),
    ("width.dqn", lambda p: dqn(p, observation=npy(np.zeros((STEPS, 83, 84), np.uint8))), "$store$_observation_ckpt.0.gz", None, "83×84", False),
]


def format_of(name):
    return "npz" if name.endswith(".npz") else "dqn-replay" if name.endswith(".dqn") else "minari"


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    expected = []
    for name, make, where, index, says, looks in CASES:
        make(name)
        expected.append(dict(file=name, format=format_of(name), where=where, index=index, says=says, looks=looks))
    print(json.dumps(expected))
