/** What the declarations after a cell that failed are: tslab itself forgets all that such a cell declared. */
import { load } from './compilation.mjs';

/** @typedef {typeof import('@tslab/typescript-for-tslab')} TypeScript */
/** @typedef {import('@tslab/typescript-for-tslab').Statement} Statement */
/** @typedef {{ keepNamesInImport: (statement: Statement, names: Set<string>) => void }} TslabConverter */

/**
 * The declarations of a cell as far as it came: its types and imports, and its variables, functions and classes that have a
 * value. What was declared before it stays for all other names.
 * @param {string} before
 * @param {string} after as if the cell had come to its end
 * @param {string[]} values names that the cell gave a value to
 */
export function declarationsSoFar(before, after, values) {
  const given = new Set(values);
  /** @type {Set<string>} */
  const taken = new Set();
  const latter = filtered(after, (name, hasValue) => {
    const isTaken = !hasValue || given.has(name);
    if (isTaken) taken.add(name);
    return isTaken;
  });
  return filtered(before, (name) => !taken.has(name)) + latter;
}

/**
 * @param {string} text of a declaration file
 * @param {(name: string, hasValue: boolean) => boolean} keep whether to keep a name, which may have a value or is of a type
 *   or an import
 */
function filtered(text, keep) {
  const ts = /** @type {TypeScript} */ (load('@tslab/typescript-for-tslab'));
  const { keepNamesInImport } = /** @type {TslabConverter} */ (load('tslab/dist/converter.js'));
  const file = ts.createSourceFile('declarations.d.ts', text, ts.ScriptTarget.Latest, true);
  const printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });
  /** @param {import('@tslab/typescript-for-tslab').Node} node */
  const print = (node) => `${printer.printNode(ts.EmitHint.Unspecified, node, file)}\n`;
  return file.statements.map(statementText).join('');

  /** @param {Statement} statement */
  function statementText(statement) {
    if (ts.isVariableStatement(statement)) {
      const { modifiers, declarationList } = statement;
      const declarations = declarationList.declarations.filter((each) =>
        keep(each.name.getText(file), true),
      );
      if (declarations.length === 0) return '';
      const list = ts.factory.createVariableDeclarationList(declarations, declarationList.flags);
      return print(ts.factory.createVariableStatement(modifiers, list));
    }
    if (ts.isImportDeclaration(statement)) {
      const { name, namedBindings } = statement.importClause ?? {};
      const bindings =
        namedBindings === undefined
          ? []
          : ts.isNamespaceImport(namedBindings)
            ? [namedBindings]
            : [...namedBindings.elements];
      const names = [name, ...bindings.map((each) => each.name)]
        .map((each) => each?.text ?? '')
        .filter((each) => each !== '' && keep(each, false));
      if (names.length === 0) return '';
      keepNamesInImport(statement, new Set(names));
      return print(statement);
    }
    const { name } = /** @type {{ name?: import('@tslab/typescript-for-tslab').Node }} */ (
      statement
    );
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return name !== undefined && keep(name.getText(file), !isType) ? print(statement) : '';
  }
}
