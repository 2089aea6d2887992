import { expect } from 'vitest';
import { type Locator, type Page } from 'playwright-core';

/** How somebody works a page: with the mouse, or with the keyboard alone. */
export interface Hands {
  /** A link, a button, a check box, or what unfolds something. */
  press(target: Locator): Promise<void>;
  write(target: Locator, text: string): Promise<void>;
  choose(target: Locator, option: string): Promise<void>;
  give(target: Locator, path: string): Promise<void>;
}

export const mouse: Hands = {
  press: (target) => target.click(),
  write: (target, text) => target.fill(text),
  choose: async (target, option) => void (await target.selectOption(option)),
  give: (target, path) => target.setInputFiles(path),
};

/** As many things as a page has that Tab stops at, and more. */
const MOST_STOPS = 300;

export function keyboard(page: Page): Hands {
  const { keyboard: keys } = page;
  const reach = async (target: Locator) => {
    await target.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      if (await target.evaluate(hasFocus)) return;
      await keys.press('Tab');
    }
    throw new Error(`Tab does not reach ${String(target)}`);
  };
  return {
    press: async (target) => {
      await reach(target);
      const isBox = (await target.getAttribute('type')) === 'checkbox';
      await keys.press(isBox ? 'Space' : 'Enter');
    },
    write: async (target, text) => {
      await reach(target);
      await keys.press('ControlOrMeta+A');
      await keys.type(text);
    },
    choose: async (target, option) => {
      await reach(target);
      await keys.type(option);
      expect(await target.inputValue()).toBe(option);
    },
    give: async (target, path) => {
      await reach(target);
      const asked = page.waitForEvent('filechooser');
      await keys.press('Enter');
      await (await asked).setFiles(path);
    },
  };
}

/** Runs in the page. */
function hasFocus(element: unknown): boolean {
  return (element as { matches: (selector: string) => boolean }).matches(':focus');
}
