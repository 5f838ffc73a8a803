/**
 * Types of zod schemas. zod's own `z.infer` makes every key optional where a compiler is not strict, as the notebooks'
 * kernel is; these are the same under both.
 */
import type { z } from 'zod';

type OptionalKeys<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends z.ZodOptional<z.ZodTypeAny> ? Key : never;
}[keyof Shape];

type InferObject<Shape> = {
  [Key in keyof Shape as Exclude<Key, OptionalKeys<Shape>>]: Infer<Shape[Key]>;
} & { [Key in keyof Shape as Extract<Key, OptionalKeys<Shape>>]?: Infer<Shape[Key]> };

/** The keys of both in one object, as editors show it. */
type Flat<Value> = { [Key in keyof Value]: Value[Key] };

/** What a schema gives. */
export type Infer<Schema> =
  Schema extends z.ZodOptional<infer Inner>
    ? Infer<Inner> | undefined
    : Schema extends z.ZodDefault<infer Inner>
      ? Infer<Inner>
      : Schema extends z.ZodNullable<infer Inner>
        ? Infer<Inner> | null
        : Schema extends z.ZodReadonly<infer Inner>
          ? Readonly<Infer<Inner>>
          : Schema extends z.ZodObject<infer Shape>
            ? Flat<InferObject<Shape>>
            : Schema extends z.ZodTuple<infer Items>
              ? { [Key in keyof Items]: Infer<Items[Key]> }
              : Schema extends z.ZodArray<infer Item>
                ? Infer<Item>[]
                : Schema extends z.ZodUnion<infer Options>
                  ? Infer<Options[number]>
                  : Schema extends z.ZodType<infer Output, z.ZodTypeDef, unknown>
                    ? Output
                    : never;

/** The schema, giving `Infer` of itself. */
export function typed<Schema extends z.ZodTypeAny>(
  schema: Schema,
): z.ZodType<Infer<Schema>, z.ZodTypeDef, unknown> {
  return schema;
}
