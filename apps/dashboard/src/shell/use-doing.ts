import { useMutation, useQueryClient } from '@tanstack/react-query';
import { isUnreachable } from '../service/connection.ts';
import { describeError } from './states.tsx';
import { toast } from './toasts.tsx';

/**
 * Something asked of the service, with a word when it is done or refused, and all that it may have changed read anew. That nobody
 * answers, the header says.
 */
export function useDoing<Asked = void>(ask: (asked: Asked) => Promise<unknown>, done: (asked: Asked) => string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ask,
    onSuccess: (_, asked) => toast(done(asked)),
    onError: (error) => {
      if (!isUnreachable(error)) toast(describeError(error), 'bad');
    },
    onSettled: () => queries.invalidateQueries(),
  });
}
