/** What the cells have declared. A cell that failed counts as far as it came, also after it has failed. */
export class DeclaredNames {
  /** Those after the cell that runs, when it comes to its end. */
  next = /** @type {string | undefined} */ (undefined);
  #now = '';
  /** Of the cell that runs or has failed: the values of all variables, and those before it. */
  #values = /** @type {Record<string, unknown>} */ ({});
  #before = /** @type {Record<string, unknown>} */ ({});
  /** Those after the cell that has failed, as if it had come to its end. */
  #failed = /** @type {string | undefined} */ (undefined);
  #soFar;

  /** @param {(before: string, after: string, values: string[]) => unknown} soFar see declarations.mjs */
  constructor(soFar) {
    this.#soFar = soFar;
  }

  /** @param {Record<string, unknown>} values */
  begin(values) {
    void this.text;
    this.next = undefined;
    this.#values = values;
    this.#before = { ...values };
  }

  end() {
    this.#now = this.next ?? this.#now;
  }

  fail() {
    this.#failed = this.next;
  }

  /** As TypeScript. */
  get text() {
    if (this.#failed !== undefined) {
      const given = Object.entries(this.#values).filter(
        ([name, value]) => value !== undefined && value !== this.#before[name],
      );
      const names = given.map(([name]) => name);
      const isNew = this.#failed !== this.#now;
      if (isNew) this.#now = String(this.#soFar(this.#now, this.#failed, names));
      this.#failed = undefined;
    }
    return this.#now;
  }
}
