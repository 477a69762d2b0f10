/** A thread that finds the events and places of a library as it was when the thread was first asked for them. Started by `dated-thread.ts`. */
import { parentPort, workerData } from 'node:worker_threads';
import { answerQuestions } from '../../threads/asked-thread.ts';
import { Catalog } from '../../catalog/catalog.ts';
import { FeatureStore } from '../../catalog/feature-store.ts';
import { Cities } from './cities.ts';
import type { DatedAnswer, DatedQuestion, DatedTask } from './dated-thread.ts';
import { libraryEvents } from './library-events.ts';
import { libraryPlaces } from './library-places.ts';
import { sceneJudge } from './same-scene.ts';
import { sharedPlace } from './shared-place.ts';

const { catalog: file, features, encoder, model, related } = workerData as DatedTask;

/** The library as it is when it is first asked about: names of places need none of it. */
const library = once(() => {
  const catalog = new Catalog(file, true);
  try {
    return {
      pictures: catalog.dated.pictures(),
      keywords: catalog.dated.keywordsOfPlaced(),
      clusterOf: new Map(
        catalog.clusters.all().flatMap(({ name, members }) => members.map((id) => [id, name] as const)),
      ),
    };
  } finally {
    catalog.close();
  }
});
const cities = once(() => Cities.shipped());

answerQuestions(parentPort, (question: DatedQuestion): DatedAnswer => {
  if (question.type === 'places of')
    return { type: 'places of', names: question.groups.map((places) => sharedPlace(places, cities())) };
  const { pictures, keywords, clusterOf } = library();
  if (question.type === 'places')
    return { type: 'places', ...libraryPlaces(pictures, question.km, { keywords, cities: cities() }) };
  const store = new FeatureStore(features, encoder, model, true);
  try {
    const isSameScene = sceneJudge((id) => store.vector(id), related);
    return { type: 'events', ...libraryEvents(pictures, { isSameScene, clusterOf, cities: cities() }) };
  } finally {
    store.close();
  }
});

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
