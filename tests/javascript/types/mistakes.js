/* Mistakes that the type check must find: where it finds none below a "@ts-expect-error", that is an error itself. Nothing here runs. */
import { lx } from '../../../explorer/shell/store.js';
import { untilReady } from '../../../explorer/shell/poll.js';

/** @param {import('../../../explorer/shell/types').AskJob} ask */
export const mistakes = async (ask) => {
  const sample = await lx.code({ op: 'sample', seed: 1 }),
    found = await untilReady(
      () => lx.code({ op: 'directions' }),
      () => true,
    ),
    facts = await lx.api('microscope', { run: 'a', op: 'facts' }),
    { runs } = await lx.api('runs');
  return [
    // @ts-expect-error a field that the answer does not have
    sample.codes,
    // @ts-expect-error its code is numbers, not text
    sample.w.trim(),
    // @ts-expect-error a field of the other alternative
    found.done,
    // @ts-expect-error a field that is misspelt
    facts.layer,
    // @ts-expect-error a field that a row does not have
    runs[0].run,
    // @ts-expect-error a question without what it needs
    lx.code({ op: 'sample' }),
    // @ts-expect-error a field that the question does not have
    lx.code({ op: 'sample', seed: 1, sed: 2 }),
    // @ts-expect-error an operation that there is not
    lx.code({ op: 'samples', seed: 1 }),
    // @ts-expect-error an operation of another route
    lx.api('microscope', { run: 'a', op: 'sample', seed: 1 }),
    // @ts-expect-error a route that there is not
    lx.api('run'),
    // @ts-expect-error a call of Train without what it needs
    ask('job_start', { family: 'vae', data: 'mnist' }),
    // @ts-expect-error a field that the call does not have
    ask('job_resume', { title: 'mine' }),
    // @ts-expect-error what is drawn has no such setting
    lx.draw(document.createElement('canvas'), { op: 'samples', row: 2 }),
  ];
};
