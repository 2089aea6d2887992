"""Draws two policies' play of one game side by side, and encodes it as an MP4 (H.264, which every browser plays).

Requests: "open" with both games, one "step" for each step of play with what either side did, "finish" for the bytes.
Pictures go to the encoder as they are drawn; none is kept.
"""

import os
import subprocess
import sys
import tempfile

# Isolated mode leaves a script's own directory out of where it imports from.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import imageio_ffmpeg
from PIL import Image
from messages import serve
from replay import Replay
from side import BACKGROUND, WIDTH, Side, height_of

FRAMES_PER_SECOND, GAP = 30, 8
film = None


class Film:
    def __init__(self, options, seed, titles, actions):
        self.replays = [Replay(options, seed) for _ in titles]
        self.sides = [Side(title, actions, replay.first) for title, replay in zip(titles, self.replays)]
        self.size = len(titles) * WIDTH + (len(titles) - 1) * GAP, height_of(actions)
        self.directory = tempfile.TemporaryDirectory(prefix="video-")
        self.path = os.path.join(self.directory.name, "video.mp4")
        self.encoder = start_encoder(self.size, self.path)
        self.frames = 0

    def step(self, moves):
        """Of either side its action and probabilities, or None after its end. The picture shows what came of them."""
        played = [replay.step(move["action"]) if move else ([], 0.0, True) for replay, move in zip(self.replays, moves)]
        for side, move, (_, reward, _) in zip(self.sides, moves, played):
            side.score += reward if move else 0.0
        for index in range(max(len(pictures) for pictures, _, _ in played)):
            for side, move, (pictures, _, _) in zip(self.sides, moves, played):
                if index < len(pictures):
                    side.show(pictures[index], move["probabilities"], move["action"])
            self.write()
        for side, (_, _, ended) in zip(self.sides, played):
            if ended and not side.ended:
                side.end()
        return {"rewards": [reward for _, reward, _ in played], "ended": [ended for _, _, ended in played]}

    def write(self):
        image = Image.new("RGB", self.size, BACKGROUND)
        for index, side in enumerate(self.sides):
            image.paste(side.image, (index * (WIDTH + GAP), 0))
        self.encoder.stdin.write(image.tobytes())
        self.frames += 1

    def finish(self):
        self.write()  # The end as it stands, also of a game that ended at once.
        self.encoder.stdin.close()
        said = self.encoder.stderr.read().decode(errors="replace")
        if self.encoder.wait() != 0:
            raise RuntimeError(f"The encoder failed: {said[-2000:]}")
        with open(self.path, "rb") as file:
            video = file.read()
        self.directory.cleanup()
        width, height = self.size
        return {"width": width, "height": height, "frames": self.frames, "fps": FRAMES_PER_SECOND}, video


def start_encoder(size, path):
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(FRAMES_PER_SECOND), "-i", "-"]
    # yuv420p and the index in front: without them some players show nothing, or not before all is loaded.
    format = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "medium", "-tune", "animation", "-movflags", "+faststart"]
    # The bit rate has a bound, so that a minute stays below 3 MB whatever flickers on the screen.
    size_bound = ["-crf", "27", "-maxrate", "380k", "-bufsize", "1500k", "-threads", "2", "-fflags", "+bitexact"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-y", *source, *format, *size_bound, path]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def open_film(header, _):
    global film
    film = Film(header["options"], header["seed"], header["titles"], header["actions"])
    return {}, b""


HANDLERS = {
    "open": open_film,
    "step": lambda header, _: (film.step(header["moves"]), b""),
    "finish": lambda *_: film.finish(),
}

serve(lambda header, payload: HANDLERS[header["do"]](header, payload))
