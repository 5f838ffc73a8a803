import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lossChecks } from '../../lib/analysis/lossChecks';
import { createModel } from '../../lib/models';
import { parseConfig } from '../../lib/runs/config';
import { withFolder } from '../datasets/files';
import { run } from './run';

describe('npm run new', () => {
  it('writes a loss and a network that work as they are, and says what next', () =>
    withFolder(async (folder) => {
      const [loss, model] = ['polished.ts', 'small.ts'].map((name) =>
        path.join(folder, 'my', name),
      );
      const made = await run(['new', 'loss', 'polished', '--out', loss]);
      expect(made).toMatchObject({ status: 0, errors: '' });
      expect(made.output).toContain(`wrote ${loss}`);
      expect(made.output).toContain(`--plugin ${loss} --set loss.name=polished`);
      expect(made.output).toContain(`import '${loss.replace('.ts', '')}'; await checkLoss`);
      expect(await run(['new', 'model', 'small', '--out', model])).toMatchObject({ status: 0 });
      expect(await readFile(loss, 'utf8')).toMatch(/from '\.\.\/.*lib\/losses';/);

      const { plugins } = parseConfig({ plugins: [loss, model], loss: { name: 'polished' } });
      expect(plugins).toMatchObject([{ name: 'polished.ts' }, { name: 'small.ts' }]);
      const verdicts = (await lossChecks('polished')).map(({ verdict }) => verdict);
      expect(verdicts).toEqual(new Array(9).fill('ok'));
      const network = createModel({ name: 'small', numClasses: 5, width: 2, depth: 1 });
      expect(network.outputs[0].shape).toEqual([null, null, null, 5]);
      network.dispose();
    }));

  it('replaces no file, and refuses what is no name', () =>
    withFolder(async (folder) => {
      const file = path.join(folder, 'mine.ts');
      await writeFile(file, 'mine');
      const cases = [
        [['loss', 'mine', '--out', file], `npm run new: ${file} is there already.`],
        [['loss', 'pat', '--out', path.join(folder, 'x.ts')], "NAME must be none of the kit's"],
        [['loss', 'my-loss'], "NAME must be letters, digits and _, got 'my-loss'"],
        [['los', 'mine'], "Did you mean 'loss'?"],
        [['loss'], 'npm run new: NAME is missing'],
      ] as const;
      for (const [args, message] of cases) {
        const { status, errors } = await run(['new', ...args]);
        expect(status).toBe(1);
        expect(errors).toContain(message);
      }
      expect(await readFile(file, 'utf8')).toBe('mine');
    }));
});
