import type { Implementer } from '../../implementer.ts';
import type { Places } from './places.ts';
import type { Timeline } from './timeline.ts';

/** What the contract's `explore` says of when and where pictures were taken. */
export function timelineRoutes(os: Implementer, timeline: Timeline, places: Places) {
  const routes = os.explore;
  return {
    timeline: routes.timeline.handler(({ input }) => timeline.overview(input.fresh)),
    events: routes.events.handler(({ input }) => timeline.part(input.version, input.first, input.count)),
    eventOf: routes.eventOf.handler(({ input }) => timeline.eventOf(input.picture)),
    places: routes.places.handler(({ input }) => places.list(input.km, input.bounds, input.first, input.fresh)),
    placeOf: routes.placeOf.handler(({ input }) => places.placeOf(input.picture, input.km)),
  };
}
