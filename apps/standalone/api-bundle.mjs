/** What the API runs from where it is not being worked on; apps/api/bundle.mjs makes it. */
export const API_BUNDLE = {
  name: 'api',
  sources: ['apps/api/src', 'apps/api/bundle.mjs', 'libs', 'package-lock.json'],
  output: 'apps/api/dist',
};
