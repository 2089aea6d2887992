/**
 * Sends items by the batch: those that come while one is under way wait for its end and go together in the next, so that a burst costs
 * a few sendings and an item alone waits for nobody.
 * @returns settles as the sending does that the item went with
 */
export function together<Item>(send: (items: readonly Item[]) => Promise<void>): (item: Item) => Promise<void> {
  let underWay = Promise.resolve();
  let next: { items: Item[]; sent: Promise<void> } | undefined;
  const open = () => {
    const items: Item[] = [];
    const sent = underWay.then(() => {
      next = undefined;
      return send(items);
    });
    underWay = sent.catch(() => undefined);
    return { items, sent };
  };
  return (item) => {
    next ??= open();
    next.items.push(item);
    return next.sent;
  };
}
