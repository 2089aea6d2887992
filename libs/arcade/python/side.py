"""One half of the video: a game's picture, its score, and the policy's probabilities as bars."""

from PIL import Image, ImageDraw, ImageFont

SCALE = 2
WIDTH, PICTURE_HEIGHT = 160 * SCALE, 210 * SCALE
TITLE_HEIGHT, BAR_HEIGHT, NAME_WIDTH, MARGIN = 28, 14, 104, 6
BACKGROUND, TEXT, MUTED, BAR, CHOSEN = (17, 19, 24), (235, 238, 242), (120, 126, 136), (72, 110, 160), (240, 170, 60)


def height_of(actions):
    height = TITLE_HEIGHT + PICTURE_HEIGHT + MARGIN + BAR_HEIGHT * len(actions) + MARGIN
    return height + height % 2  # The encoder halves the colours' resolution.


class Side:
    def __init__(self, title, actions, first):
        self.title, self.actions = title, actions
        self.fonts = ImageFont.load_default(15), ImageFont.load_default(10)
        self.score, self.ended = 0.0, False
        self.picture = Image.fromarray(first)
        self.image = self.draw([0.0] * len(actions), None)

    def draw(self, probabilities, chosen):
        image = Image.new("RGB", (WIDTH, height_of(self.actions)), BACKGROUND)
        image.paste(self.picture.resize((WIDTH, PICTURE_HEIGHT), Image.Resampling.NEAREST), (0, TITLE_HEIGHT))
        draw = ImageDraw.Draw(image)
        draw.text((MARGIN, 5), self.title, TEXT, self.fonts[0])
        draw.text((WIDTH - MARGIN, 5), f"{self.score:g}", TEXT, self.fonts[0], anchor="ra")
        for index, (name, probability) in enumerate(zip(self.actions, probabilities)):
            self.draw_bar(draw, index, name, probability, index == chosen)
        return image

    def draw_bar(self, draw, index, name, probability, chosen):
        top = TITLE_HEIGHT + PICTURE_HEIGHT + MARGIN + index * BAR_HEIGHT
        draw.text((MARGIN, top), name, TEXT if chosen else MUTED, self.fonts[1])
        longest = WIDTH - NAME_WIDTH - 40
        right = NAME_WIDTH + max(1, round(probability * longest))
        draw.rectangle((NAME_WIDTH, top + 2, right, top + BAR_HEIGHT - 4), CHOSEN if chosen else BAR)
        draw.text((WIDTH - MARGIN, top), f"{probability:.2f}", MUTED, self.fonts[1], anchor="ra")

    def show(self, picture, probabilities, chosen):
        self.picture = Image.fromarray(picture)
        self.image = self.draw(probabilities, chosen)

    def end(self):
        """Its last picture stays, in grey and darker, under the final score."""
        self.ended = True
        self.picture = self.picture.convert("L").point(lambda level: level // 2).convert("RGB")
        self.image = self.draw([], None)
