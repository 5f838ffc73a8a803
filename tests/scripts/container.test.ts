/** The files of containers say the same as one another and as the repository. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => readFileSync(file, 'utf8');
const linesOf = (file: string) => read(file).split('\n').filter(Boolean);
const dockerfile = read('Dockerfile');

describe('the image', () => {
  it('leaves out what git ignores, but for patterns that it names otherwise', () => {
    const ignored = linesOf('.dockerignore').map((line) => line.replace(/^\*\*\//, ''));
    const byGit = linesOf('.gitignore').map((line) => line.replace(/\/$/, ''));
    expect(byGit.filter((line) => !ignored.includes(line))).toEqual([]);
  });

  it('starts JupyterLab with options that it knows', () => {
    const [, words] = /^CMD (.*)$/m.exec(dockerfile)!;
    const options = (JSON.parse(words) as string[]).filter((word) => /^--\w/.test(word));
    expect(options).toContain('--container');
    for (const option of options) expect(read('scripts/lab.mjs')).toContain(`  ${option}`);
  });
});

describe('the same tools', () => {
  it('are in the development container: a stage of the image', () => {
    const { build } = JSON.parse(read('.devcontainer/devcontainer.json')) as {
      build: { target: string };
    };
    expect(dockerfile).toMatch(new RegExp(`^FROM .* AS ${build.target}$`, 'm'));
  });

  it('are in Apptainer’s', () => {
    const packages = (text: string) =>
      /--no-install-recommends (ca-certificates .*)/.exec(text)![1];
    const base = (text: string) => /^From:? (\S+)/im.exec(text)![1];
    const definition = read('apptainer.def');
    expect(packages(definition).trim()).toBe(packages(dockerfile).replace(/\\$/, '').trim());
    expect(base(definition)).toBe(base(dockerfile));
  });
});
