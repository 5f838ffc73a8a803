/**
 * What schemas give: `z.infer` for code that tslab compiles, too. tslab has no `strict`, where zod cannot tell an optional key from any other
 * and makes all of them optional, and a tuple open at its end.
 */
import type { z } from 'zod';
import { InputError } from './check';
import { readJsonIfThere } from './files';

/* eslint-disable @typescript-eslint/no-explicit-any -- conditions on the kinds of schemas, whatever they hold */

/** The type of what a schema gives. */
export type Inferred<Schema> =
  Schema extends z.ZodOptional<infer Inner>
    ? Inferred<Inner> | undefined
    : Schema extends z.ZodNullable<infer Inner>
      ? Inferred<Inner> | null
      : Schema extends z.ZodDefault<infer Inner>
        ? Inferred<Inner>
        : Schema extends z.ZodArray<infer Item, any>
          ? Inferred<Item>[]
          : Schema extends z.ZodRecord<any, infer Value>
            ? Record<string, Inferred<Value>>
            : Schema extends z.ZodTuple<
                  [infer First extends z.ZodTypeAny, infer Second extends z.ZodTypeAny],
                  any
                >
              ? [Inferred<First>, Inferred<Second>]
              : Schema extends z.ZodObject<infer Shape, any, any>
                ? InferredShape<Shape>
                : Schema extends z.ZodTypeAny
                  ? z.infer<Schema>
                  : never;

type OptionalKeys<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodOptional<any> ? Key : never;
}[keyof Shape];

/** Keys of optional schemas may be left out. */
export type InferredShape<Shape> = Flat<
  { [Key in Exclude<keyof Shape, OptionalKeys<Shape>>]: Inferred<Shape[Key]> } & {
    [Key in OptionalKeys<Shape>]?: Inferred<Shape[Key]>;
  }
>;

type Flat<Type> = { [Key in keyof Type]: Type[Key] };

/** A value as a schema has it, or what is wrong with it: `problem` is `path: message`. */
export type Checked<Schema> =
  | { data: Inferred<Schema>; issue?: undefined; problem?: undefined }
  | { data?: undefined; issue: z.ZodIssue; problem: string };

/** Checks a value. */
export function checked<Schema extends z.ZodTypeAny>(
  schema: Schema,
  value: unknown,
): Checked<Schema> {
  const typed: z.ZodType<Inferred<Schema>, z.ZodTypeDef, unknown> = schema;
  const result = typed.safeParse(value);
  if (result.success) return { data: result.data };
  const [issue] = result.error?.issues ?? [];
  return { issue, problem: `${issue.path.join('.') || 'the whole'}: ${issue.message}` };
}

/**
 * The JSON in `file` as a schema has it; undefined where there is no file. `expected` ends "FILE must …".
 *
 * @throws InputError that begins with `where` and names the file, as `readJsonIfThere`, and for what the schema refuses.
 */
export async function readCheckedIfThere<Schema extends z.ZodTypeAny>(
  where: string,
  file: string,
  schema: Schema,
  expected: string,
  remedy = 'Delete it.',
): Promise<Inferred<Schema> | undefined> {
  const content = await readJsonIfThere(where, file);
  if (content === undefined) return undefined;
  const { data, problem } = checked(schema, content);
  if (problem === undefined) return data;
  throw new InputError(
    `${where}: ${file} must ${expected}, got another file: ${problem}. ${remedy}`,
  );
}
