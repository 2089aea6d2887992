import { type ReactNode } from 'react';

interface FormProps {
  className?: string;
  /** Instead of what a browser would do, which is to leave the page. */
  onSubmit: () => void;
  children: ReactNode;
}

export function Form({ className = 'form', onSubmit, children }: FormProps) {
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}
