/** What is wrong with a configuration, in the words of `lib/check`. */
import { z } from 'zod';
import { checkKnownOptions, invalid } from '../check';
import type { InputError } from '../check';

/** Begins every message. */
export const where = 'experiment config';

/** The error for the first thing that `schema` found wrong with `input`. */
export function configError(schema: z.ZodTypeAny, input: unknown, issue: z.ZodIssue): InputError {
  const { path } = issue;
  const got = path.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], input);
  const name = path.join('.') || 'the whole';
  if (issue.code === 'unrecognized_keys') {
    try {
      const at = path.length > 0 ? `${where}: ${name}` : where;
      checkKnownOptions(at, got as object, keysAt(schema, path));
    } catch (error) {
      return error as InputError;
    }
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.unionErrors.map(({ issues }) => issues[0]);
    const deeper = inner.find((one) => one.path.length > path.length);
    if (deeper !== undefined) return configError(schema, input, deeper);
    return invalid(where, name, inner.map(expectation).join(', or '), got);
  }
  return invalid(where, name, expectation(issue), got);
}

function expectation(issue: z.ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected === 'integer' ? 'an integer' : `of type ${issue.expected}`;
    case 'invalid_enum_value':
      return `one of ${issue.options.join(', ')}`;
    case 'invalid_literal':
      return JSON.stringify(issue.expected);
    case 'too_small':
      return bound(issue.type, issue.inclusive ? '>=' : '>', issue.minimum);
    case 'too_big':
      return bound(issue.type, issue.inclusive ? '<=' : '<', issue.maximum);
    default:
      return `right (${issue.message})`;
  }
}

function bound(type: string, sign: string, limit: number | bigint): string {
  return type === 'array' ? `of length ${limit}` : `${sign} ${limit}`;
}

/** Names of the options of the object at `path`. */
function keysAt(schema: z.ZodTypeAny, path: readonly (string | number)[]): string[] {
  let type = schema;
  for (const key of path) type = (shapeOf(type) as Record<string, z.ZodTypeAny>)[key];
  return Object.keys(shapeOf(type));
}

function shapeOf(type: z.ZodTypeAny): object {
  if (type instanceof z.ZodDefault)
    return shapeOf((type as z.ZodDefault<z.ZodTypeAny>).removeDefault());
  if (type instanceof z.ZodUnion) {
    const options = (type as z.ZodUnion<[z.ZodTypeAny, z.ZodTypeAny]>).options;
    return shapeOf(options.find((option) => option instanceof z.ZodObject) as z.ZodTypeAny);
  }
  return (type as z.AnyZodObject).shape as object;
}
