import type { Indexer } from '../../indexing/indexer.ts';
import { ProgressMeter } from '../../indexing/progress-meter.ts';
import type { BackgroundWork } from '../../jobs/background-work.ts';
import type { HowFar, Jobs, TaskControl } from '../../jobs/jobs.ts';
import type { ComparisonControl } from './comparison-control.ts';
import type { Duplicates, DuplicatesOfPictures } from './duplicates.ts';

/** Shows a look for duplicates among the activities. */
export function trackDuplicates(
  jobs: Jobs,
  work: () => Promise<DuplicatesOfPictures | null>,
  control: ComparisonControl,
): Promise<DuplicatesOfPictures | null> {
  const meter = new ProgressMeter();
  let [metered, cancelled] = [0, false];
  const howFar: HowFar = () => {
    const { done, total } = control.progress;
    if (done > metered) meter.add(done - metered);
    metered = Math.max(metered, done);
    return { done, total, rate: meter.rate(), secondsLeft: total === 0 ? null : meter.secondsLeft(total - done) };
  };
  const task: TaskControl = {
    paused: false,
    get ending() {
      return control.isStopped;
    },
    isListedLate: true,
    cancel: () => {
      cancelled = true;
      control.stop();
      return Promise.resolve();
    },
  };
  return jobs.track(
    'duplicates',
    work,
    (found) => {
      const counts = found === null ? {} : { pictures: found.pictures, sets: found.sets.length };
      return { outcome: found !== null ? 'done' : cancelled ? 'cancelled' : 'gave-way', counts, message: '' };
    },
    howFar,
    task,
  );
}

/** After a run that changed something, new pictures are looked at whether they are there twice; index runs go first. */
export function checkNewPictures(duplicates: Duplicates, indexer: Indexer, background: BackgroundWork): void {
  let isDue = false;
  const check = async (): Promise<void> => {
    if (!isDue || indexer.busy || background.hold !== null) return;
    // a run may end meanwhile, with more
    isDue = false;
    if (!(await duplicates.checkNew())) isDue = true;
  };
  indexer.watch((event) => {
    if (event.type === 'summary') {
      isDue ||= event.indexed + event.removed > 0;
      // the run has told its end, but ends after that
      setImmediate(() => void check());
    } else if (event.type === 'progress' && event.state !== 'idle') duplicates.giveWay();
  });
  background.whenChanged(() => {
    if (background.hold !== null) duplicates.giveWay();
    else void check();
  });
}
