/** Where tslab does not find its way through a cell's syntax by itself. */
import { load } from './compilation.mjs';

/** @typedef {typeof import('@tslab/typescript-for-tslab')} TypeScript */
/** @typedef {import('@tslab/typescript-for-tslab').Node} Node */
/** @typedef {import('@tslab/typescript-for-tslab').TypeChecker} Checker */
/** @typedef {import('@tslab/typescript-for-tslab').TransformerFactory<import('@tslab/typescript-for-tslab').SourceFile>} Transformer */

/**
 * tslab reads a variable of an earlier cell, `x`, as `exports.x`, but leaves `{ x }` as it is, and takes a property for a
 * variable in `const { x: y } = …`. This writes the first as `{ x: exports.x }` and the second as `{ "x": y }`.
 * @param {TypeScript} ts
 * @param {Checker} checker
 * @param {string} earlier the file that declares the variables of earlier cells
 * @returns {Transformer}
 */
export function keepEarlierVariables(ts, checker, earlier) {
  return (context) => (file) => {
    const { factory } = context;
    /** @param {import('@tslab/typescript-for-tslab').Identifier} name */
    const earlierValue = (name) =>
      factory.createPropertyAccessExpression(factory.createIdentifier('exports'), name.text);
    /**
     * @param {Node} node
     * @returns {Node}
     */
    const visit = (node) => {
      const visited = ts.visitEachChild(node, visit, context);
      if (ts.isShorthandPropertyAssignment(node) && ts.isShorthandPropertyAssignment(visited)) {
        const symbol = checker.getShorthandAssignmentValueSymbol(node);
        if (!symbol?.declarations?.some((each) => each.getSourceFile().fileName === earlier)) {
          return visited;
        }
        const { name, objectAssignmentInitializer: otherwise } = visited;
        const value = earlierValue(node.name);
        return factory.createPropertyAssignment(
          factory.createStringLiteral(name.text),
          otherwise === undefined ? value : factory.createAssignment(value, otherwise),
        );
      }
      if (ts.isBindingElement(visited) && isPlain(visited.propertyName)) {
        const { dotDotDotToken, propertyName, name, initializer } = visited;
        const key = factory.createStringLiteral(propertyName.text);
        return factory.updateBindingElement(visited, dotDotDotToken, key, name, initializer);
      }
      if (ts.isPropertyAssignment(visited) && isPlain(visited.name)) {
        const key = factory.createStringLiteral(visited.name.text);
        return factory.updatePropertyAssignment(visited, key, visited.initializer);
      }
      return visited;
    };
    return ts.visitEachChild(file, visit, context);
  };

  /**
   * @param {Node | undefined} name
   * @returns {name is import('@tslab/typescript-for-tslab').Identifier}
   */
  function isPlain(name) {
    return name !== undefined && ts.isIdentifier(name);
  }
}

/**
 * Whether a cell awaits something outside its functions. tslab does not see that a `for await` does.
 * @param {string} source
 */
export function hasTopLevelAwait(source) {
  if (!source.includes('await')) return false;
  const ts = /** @type {TypeScript} */ (load('@tslab/typescript-for-tslab'));
  const file = ts.createSourceFile('cell.ts', source, ts.ScriptTarget.Latest, true);
  /**
   * @param {Node} node
   * @returns {boolean}
   */
  const awaits = (node) =>
    ts.isAwaitExpression(node) ||
    (ts.isForOfStatement(node) && node.awaitModifier !== undefined) ||
    (!ts.isFunctionLike(node) && !ts.isClassLike(node) && ts.forEachChild(node, awaits) === true);
  return awaits(file);
}
