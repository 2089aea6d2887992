import { inCell, renderTable } from '../table.ts';
import { type Document, formsOf, kindOf, resolve, type Schema } from './schema.ts';

/** A schema for people: what it is, then a table of its fields, one for each kind. */
export function describeSchema(document: Document, path: string, schema: Schema): string[] {
  const { description } = resolve(document, schema);
  const forms = listed(document, formsOf(document, schema));
  const head = [`${path}: ${typeOf(document, schema)}`, ...(description === undefined ? [] : [description])];
  return [...head, ...forms.flatMap((form) => describeForm(document, form))];
}

/** What a list holds is what is asked about. */
const listed = (document: Document, forms: readonly Schema[]): Schema[] =>
  forms.flatMap((form) => (form.items ? formsOf(document, form.items) : [form]));

function describeForm(document: Document, form: Schema): string[] {
  if (!form.properties) return [];
  const kind = kindOf(form);
  const meaning = form.properties['kind']?.description ?? form.description;
  const title = kind === undefined ? [] : [`kind: ${kind}${meaning === undefined ? '' : ` (${meaning})`}`];
  const rows = Object.entries(form.properties)
    .filter(([name]) => name !== 'kind' || kind === undefined)
    .map(([name, field]) => [
      name,
      typeOf(document, field),
      form.required?.includes(name) ? 'required' : defaultOf(field),
      resolve(document, field).description ?? '',
    ]);
  return ['', ...title, ...(rows.length > 0 ? renderTable(['FIELD', 'TYPE', 'DEFAULT', 'MEANING'], rows) : [])];
}

/** Whole objects would fill the screen: their fields say their own defaults. */
function defaultOf({ default: value }: Schema): string {
  if (value === undefined) return '';
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return inCell(value);
  return 'kind' in value && typeof value.kind === 'string' ? `kind ${value.kind}` : '(its fields’)';
}

/** `integer 1 to 4096`, `a | b`, `object`, `list of …`. */
function typeOf(document: Document, schema: Schema): string {
  const forms = formsOf(document, schema);
  const kinds = forms.flatMap((form) => kindOf(form) ?? []);
  if (kinds.length > 0) return kinds.length === 1 ? 'object' : kinds.join(' | ');
  const types = forms.map((form) => {
    if (form.enum) return form.enum.map(String).join(' | ');
    if (form.const !== undefined) return inCell(form.const);
    if (form.items) return `list of ${typeOf(document, form.items)}`;
    return [[form.type].flat().join(' or ') || 'any', range(form)].join(' ').trim();
  });
  return [...new Set(types)].join(' | ');
}

/** JavaScript's largest whole number is no bound that anybody set. */
function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Schema): string {
  const [low, high] = [minimum ?? exclusiveMinimum, maximum ?? exclusiveMaximum];
  const above = low === undefined ? '' : `${exclusiveMinimum === undefined ? 'from' : 'above'} ${low}`;
  const isBound = high !== undefined && high < Number.MAX_SAFE_INTEGER;
  return [above, isBound ? `${exclusiveMaximum === undefined ? 'to' : 'below'} ${high}` : ''].join(' ').trim();
}
