import { type Page, type PageOptions } from '@distiller/client';
import { useQuery } from '@tanstack/react-query';

const PAGE = 100;
const REFRESH_MS = 10_000;
/** Lists of names and models are for people to choose from: more than this is searched for, not scrolled through. */
const MOST = 1_000;

/** A list of the service, whole. */
export function useAll<Item>(name: string, list: (page: PageOptions) => Promise<Page<Item>>) {
  return useQuery({
    queryKey: ['list', name],
    queryFn: async () => {
      const items: Item[] = [];
      let cursor: string | null = null;
      do {
        const page: Page<Item> = await list({ limit: PAGE, ...(cursor && { cursor }) });
        items.push(...page.data);
        cursor = page.next_cursor;
      } while (cursor && items.length < MOST);
      return items;
    },
    refetchInterval: REFRESH_MS,
  });
}
