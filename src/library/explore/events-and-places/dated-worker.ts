/** A thread that finds the events and places of a library as it was when the thread began. Started by `dated-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions } from '../../threads/asked-thread.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { FeatureStore } from '../../catalog/feature-store.ts';
import { Cities } from './cities.ts';
import type { DatedAnswer, DatedQuestion, DatedTask } from './dated-thread.ts';
import { libraryEvents } from './library-events.ts';
import { libraryPlaces } from './library-places.ts';
import { sceneJudge } from './same-scene.ts';

const { catalog: file, features, encoder, model, related } = workerData as DatedTask;
const catalog = new Catalog(file, true);
const pictures = catalog.dated.pictures();
const keywords = catalog.dated.keywordsOfPlaced();
const clusterOf = new Map(
  catalog.clusters.all().flatMap(({ name, members }) => members.map((id) => [id, name] as const)),
);
catalog.close();
const cities = Cities.shipped();

answerQuestions(parentPort, (question: DatedQuestion): DatedAnswer => {
  if (question.type === 'places')
    return { type: 'places', ...libraryPlaces(pictures, question.km, { keywords, cities }) };
  const store = new FeatureStore(features, encoder, model, true);
  try {
    const isSameScene = sceneJudge((id) => store.vector(id), related);
    return { type: 'events', ...libraryEvents(pictures, { isSameScene, clusterOf, cities }) };
  } finally {
    store.close();
  }
});
